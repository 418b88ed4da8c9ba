"""People and things for tests: invented names, one password for all, sensible values for what a test leaves out."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from inspect_app.accounts import passwords, queries
from inspect_app.accounts import service as accounts
from inspect_app.accounts.models import User
from inspect_app.core import clock
from inspect_app.core.auth import Actor
from inspect_app.core.permissions import Role
from inspect_app.tenders import service as tenders
from inspect_app.tenders.models import Tender

PASSWORD = "a long test password"
AGENCY, SUPERVISOR, CONTRACTOR = "測試市水利局", "測試監造顧問公司", "測試營造公司"
OTHER_CONTRACTOR, PCM = "另一家營造公司", "測試專案管理公司"


@dataclass(frozen=True, slots=True)
class Person:
    """One of the test people; `username` is also the key they are known by."""

    username: str
    name: str
    role: Role
    organisation: str | None = None
    outside: bool = False


CAST = (
    Person("admin", "甲管理", Role.ADMIN),
    Person("staff", "乙承辦", Role.STAFF),
    Person("leader", "丙領隊", Role.LEADER),
    Person("member1", "丁委員", Role.MEMBER, outside=True),
    Person("member2", "戊委員", Role.MEMBER),
    Person("agency", "己主辦", Role.AGENCY, AGENCY),
    Person("supervisor", "庚監造", Role.SUPERVISOR, SUPERVISOR),
    Person("contractor", "辛工地", Role.CONTRACTOR, CONTRACTOR),
    Person("other_contractor", "壬工地", Role.CONTRACTOR, OTHER_CONTRACTOR),
    Person("pcm", "癸專管", Role.PCM, PCM),
    Person("auditor", "子稽核", Role.AUDITOR),
)


@cache
def password_hash(password: str = PASSWORD) -> str:
    """Hashed once a run: hashing is slow on purpose."""
    return passwords.hash_password(password)


def people(session: Session) -> dict[str, UUID]:
    """Add the whole cast; their ids by username."""
    return {each.username: person(session, each).id for each in CAST}


def person(session: Session, who: Person, **columns: Any) -> User:
    """Add one person; `columns` are further columns of the row, such as `demo` or `active`."""
    organisation = who.organisation
    ids = accounts.organisations(session, [organisation]) if organisation else {}
    user = User(
        username=who.username,
        name=who.name,
        role=who.role.value,
        organisation_id=ids[organisation] if organisation else None,
        outside=who.outside,
        password_hash=password_hash(),
        created_at=clock.now(),
        **columns,
    )
    session.add(user)
    session.flush()
    return user


def user(session: Session, username: str) -> User:
    """A person of the cast, who must have been added."""
    found = queries.user_named(session, username)
    assert found is not None, f"add {username} first: the `people` fixture does"
    return found


def actor(session: Session, username: str) -> Actor:
    """The person as a service sees them, with a credential of their own."""
    return _issued(session, username).actor


def token(session: Session, username: str) -> str:
    """A bearer token, without the slow check of a password."""
    return _issued(session, username).token


def _issued(session: Session, username: str) -> accounts.Issued:
    return accounts.sign_in(session, user(session, username), clock.now(), timedelta(hours=12))


def tender_data(number: str = "115-水-001", **known: Any) -> tenders.TenderData:
    """A work of the cast's agency, supervisor and contractor, 60 million."""
    given: dict[str, Any] = {
        "name": f"{number} 測試護岸整治工程",
        "agency": AGENCY,
        "supervisor": SUPERVISOR,
        "contractor": CONTRACTOR,
        "budget_twd": 60_000_000,
        "contract_twd": 58_000_000,
        "status": "施工中",
    }
    return tenders.TenderData(number=number, **(given | known))


def tender(session: Session, number: str = "115-水-001", **known: Any) -> Tender:
    """Add a tender, as `staff`."""
    return tenders.create(session, tender_data(number, **known), actor(session, "staff"), clock.now())


def tender_body(number: str = "115-水-001", **known: Any) -> dict[str, Any]:
    """The same as the API takes it."""
    data = tender_data(number, **known)
    return {name: getattr(data, name) for name in tenders.FIELDS}
