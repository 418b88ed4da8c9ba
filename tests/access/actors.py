"""The columns of the matrix: who asks, and with what credential."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from flask import Flask, session
from flask_wtf.csrf import generate_csrf
from sqlalchemy.orm import Session

from inspect_app.accounts import service as accounts
from inspect_app.core import clock
from inspect_app.core.auth import COOKIE_KEY
from inspect_app.core.permissions import INSPECTORS, Role
from tests import builders
from tests.inspections_builders import STRANGERS

MORE = (
    *STRANGERS,
    builders.Person("deputy", "辰副領隊", Role.LEADER),
    builders.Person("other_supervisor", "巳監造", Role.SUPERVISOR, "另一家監造公司"),
    builders.Person("other_pcm", "午專管", Role.PCM, "另一家專管公司"),
    builders.Person("inactive", "未離職", Role.STAFF),
)
"""Further to the cast; `deputy` is a leader by role and a plain member of the visits of these tests."""

TEAM = ("leader", "deputy", "member1")
LABELS = {
    "anonymous": "未登入",
    "dead": "失效的權杖",
    "admin": "系統管理者",
    "staff": "工作人員",
    "auditor": "稽核",
    "leader": "本次領隊",
    "tablet": "領隊的平板",
    "deputy": "本次委員（具領隊職務）",
    "member": "本次委員",
    "other_leader": "他案領隊",
    "other_member": "他案委員",
    "agency": "主辦機關",
    "supervisor": "監造單位",
    "contractor": "承攬廠商",
    "pcm": "專案管理廠商",
    "other_agency": "他案機關",
    "other_supervisor": "他案監造",
    "other_contractor": "他案廠商",
    "other_pcm": "他案專管",
}
"""The columns in order, with their zh-Hant names."""

COLUMNS = tuple(LABELS)
PEOPLE = COLUMNS[2:]
INSIDERS = ("staff", "leader", "tablet", "deputy", "member")
"""Who may know of a visit before issue."""
OUTSIDERS = tuple(name for name in COLUMNS if name not in (*INSIDERS, "dead"))
DEAD = ("revoked", "expired", "inactive", "lost_tablet", "unknown")
"""The credentials that the column `dead` stands for; each must fare alike."""
USERNAMES = {"tablet": "leader", "member": "member1"}
"""The username behind a column, where it is another word."""


@dataclass(frozen=True, slots=True)
class Credential:
    """How one asks: a bearer token for the API, a session's cookie and hidden token for pages."""

    token: str | None
    cookie: str
    csrf: str

    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    def browser(self, *, csrf_header: bool = False) -> dict[str, str]:
        headers = {"Cookie": f"chahe_session={self.cookie}"}
        return headers | {"X-CSRFToken": self.csrf} if csrf_header else headers


def people(session: Session) -> dict[str, UUID]:
    """Add everybody; ids by username."""
    ids = builders.people(session)
    return ids | {each.username: builders.person(session, each).id for each in MORE}


def tokens(session: Session) -> dict[str, str | None]:
    """A token for every column but `dead` and `tablet`, and for every kind of `DEAD` but a lost tablet's."""
    known: dict[str, str | None] = {"anonymous": None, "unknown": "no-such-token"}
    for column in COLUMNS:
        if column not in (*known, "dead", "tablet"):
            known[column] = builders.token(session, username_of(column))
    return known | _spent(session)


def _spent(session: Session) -> dict[str, str]:
    """Tokens that were good once; the person `inactive` has left."""
    now, staff = clock.now(), builders.user(session, "staff")
    revoked = accounts.sign_in(session, staff, now, timedelta(hours=1))
    accounts.sign_out(session, revoked.actor, now)
    expired = accounts.sign_in(session, staff, now, timedelta(0))
    left = accounts.sign_in(session, builders.user(session, "inactive"), now, timedelta(hours=1))
    builders.user(session, "inactive").active = False
    return {"revoked": revoked.token, "expired": expired.token, "inactive": left.token}


def tablet(session: Session, username: str, name: str) -> tuple[UUID, str]:
    """A tablet of a person: its id and token."""
    now = clock.now()
    by = builders.actor(session, username)
    code = accounts.enrol(session, by.id, by, now)
    session.flush()
    device, issued = accounts.redeem(session, code, name, now)
    return device.id, issued.token


def credential(app: Flask, token: str | None) -> Credential:
    """The token as a bearer's and as a browser's, signed as the application signs its cookie.

    Outside any application context, which would remember the hidden token of the one before.
    """
    with app.test_request_context():
        csrf = generate_csrf()
        if token is not None:
            session[COOKIE_KEY] = token
        serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
        return Credential(token, serializer.dumps(dict(session)), csrf)


def username_of(column: str) -> str:
    return USERNAMES.get(column, column)


def role_of(column: str) -> Role:
    """The role behind a column of a person."""
    username = username_of(column)
    return next(each.role for each in (*builders.CAST, *MORE) if each.username == username)


def is_inspector(column: str) -> bool:
    return column not in ("anonymous", "dead") and role_of(column) in INSPECTORS


def person_of(column: str, people: Mapping[str, UUID]) -> str:
    """The id of the person behind a column; nobody's for those who are not signed in."""
    return str(people.get(username_of(column), UUID(int=0)))
