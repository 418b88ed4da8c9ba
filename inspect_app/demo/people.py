"""The demonstration accounts: invented people of invented organisations."""

from uuid import UUID

from inspect_app.accounts.contacts import HEAD, MANAGER, OFFICER, SECTION_HEAD
from inspect_app.accounts.contacts_keeping import Wanted
from inspect_app.accounts.service import NewUser
from inspect_app.core.permissions import Role

PASSWORD = "chahe-demo-109"  # noqa: S105 - works with the demonstration data only
AGENCY, SUPERVISOR, CONTRACTOR = "示範市工務局", "示範工程顧問公司", "示範營造公司"
OTHER_AGENCY = "示範市水利局"

PEOPLE = (
    ("admin", "示範管理者", Role.ADMIN, None, False),
    ("staff", "示範承辦人", Role.STAFF, None, False),
    ("leader", "示範領隊", Role.LEADER, None, False),
    ("member1", "示範委員甲", Role.MEMBER, None, True),
    ("member2", "示範委員乙", Role.MEMBER, None, False),
    ("agency", "示範機關承辦", Role.AGENCY, AGENCY, False),
    ("supervisor", "示範監造主任", Role.SUPERVISOR, SUPERVISOR, False),
    ("contractor", "示範工地主任", Role.CONTRACTOR, CONTRACTOR, False),
    ("auditor", "示範稽核", Role.AUDITOR, None, False),
)


CONTACTS = (
    (None, MANAGER, "示範市府長官", "manager@city.invalid"),
    (AGENCY, SECTION_HEAD, "示範科室主管", "section-head@agency.invalid"),
    (AGENCY, HEAD, "示範機關首長", "head@agency.invalid"),
    (OTHER_AGENCY, OFFICER, "示範水利承辦", "officer@water.invalid"),
    (OTHER_AGENCY, SECTION_HEAD, "示範水利科長", "section-head@water.invalid"),
    (OTHER_AGENCY, HEAD, "示範水利局長", "head@water.invalid"),
)
"""Organisation (None: the city), duty, name and address of those who only get mail; `.invalid` leads nowhere."""


def accounts() -> list[NewUser]:
    return [
        NewUser(
            username, name, role, PASSWORD, organisation, outside, demo=True, email=f"{username}@demo.invalid"
        )
        for username, name, role, organisation, outside in PEOPLE
    ]


def contacts(officer: UUID) -> list[Wanted]:
    """The contacts of the city and of its agencies, one of whose officers is the account `officer`."""
    written = [Wanted(organisation, duty, name, email) for organisation, duty, name, email in CONTACTS]
    return [*written, Wanted(AGENCY, OFFICER, user=officer)]
