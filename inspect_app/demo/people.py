"""The demonstration accounts: invented people of invented organisations."""

from inspect_app.accounts.service import NewUser
from inspect_app.core.permissions import Role

PASSWORD = "chahe-demo-109"  # noqa: S105 - works with the demonstration data only
AGENCY, SUPERVISOR, CONTRACTOR = "示範市工務局", "示範工程顧問公司", "示範營造公司"

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


def accounts() -> list[NewUser]:
    return [
        NewUser(username, name, role, PASSWORD, organisation, outside, demo=True)
        for username, name, role, organisation, outside in PEOPLE
    ]
