"""The list of contacts: for each agency and the city who has which duty, and what is missing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import Session

from inspect_app.accounts.contacts import DUTIES, HEAD, MANAGER, OFFICER, SECTION_HEAD
from inspect_app.accounts.models import Contact, Organisation, User
from inspect_app.tenders import queries as tenders

CITY = "市府"
NEEDED = (OFFICER, SECTION_HEAD, HEAD)
"""The duties that a chase goes through at an agency, one after the other."""

LACK = "缺{}：催辦將無人可寄"
CITY_LACK = "缺市府長官：每週提醒的長官版將無人可寄"


@dataclass(frozen=True, slots=True)
class Line:
    """One contact; `email` is where mail goes, None where he has an inbox alone, `problem` why nothing would arrive."""

    id: UUID
    duty: str
    name: str
    email: str | None
    account: str | None
    problem: str


@dataclass(frozen=True, slots=True)
class Group:
    """An agency with its contacts; `accounts` stand in for an officer; `missing` says what nobody does.

    `key` is what the form takes: the organisation's name, empty for the city.
    """

    key: str
    name: str
    lines: list[Line]
    accounts: list[str]
    missing: list[str]


def organisations(text: str, *, incomplete: bool) -> Select[Organisation]:
    """The agencies of tenders, and whoever else has a contact, by name; `incomplete`: where a duty is missing."""
    kept = select(Contact.organisation_id).where(Contact.organisation_id.is_not(None))
    query = select(Organisation).where(
        or_(Organisation.id.in_(tenders.agencies()), Organisation.id.in_(kept))
    )
    if text:
        query = query.where(Organisation.name.icontains(text, autoescape=True))
    if incomplete:
        query = query.where(Organisation.id.in_(tenders.agencies()), _incomplete())
    return query.order_by(Organisation.name, Organisation.id)


def count(session: Session, query: Select[Any]) -> int:
    return session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0


def groups(session: Session, rows: Sequence[Organisation]) -> list[Group]:
    """Organisations with their contacts."""
    ids = [row.id for row in rows]
    people = _by_place(session.scalars(select(Contact).where(Contact.organisation_id.in_(ids))))
    accounts = _accounts(session, ids)
    known = select(Organisation.id).where(Organisation.id.in_(ids), Organisation.id.in_(tenders.agencies()))
    agencies = set(session.scalars(known))
    return [
        _group(row, people.get(row.id, []), accounts.get(row.id, []), needed=row.id in agencies)
        for row in rows
    ]


def city(session: Session) -> Group:
    """The city's own contacts."""
    lines = [
        _line(row)
        for row in _sorted(session.scalars(select(Contact).where(Contact.organisation_id.is_(None))))
    ]
    missing = [] if any(line.duty == MANAGER for line in lines) else [CITY_LACK]
    return Group("", CITY, lines, [], missing)


def _group(row: Organisation, contacts: Iterable[Contact], accounts: list[str], *, needed: bool) -> Group:
    lines = [_line(each) for each in _sorted(contacts)]
    there = {line.duty for line in lines} | ({OFFICER} if accounts else set())
    lacking = [LACK.format(DUTIES[duty]) for duty in NEEDED if duty not in there] if needed else []
    stand_in = [] if any(line.duty == OFFICER for line in lines) else accounts
    return Group(row.name, row.name, lines, stand_in, lacking)


def _line(row: Contact) -> Line:
    user = row.user
    name, email = (user.name, user.email) if user else (row.name, row.email)
    problem = ""
    if user and not user.active:
        problem = "帳號已停用，不會收到訊息"
    elif email is None:
        problem = "帳號沒有信箱，只進收件匣"
    return Line(row.id, row.duty, name, email, user.username if user else None, problem)


def _sorted(rows: Iterable[Contact]) -> list[Contact]:
    order = list(DUTIES)
    return sorted(rows, key=lambda row: (order.index(row.duty), row.name, str(row.id)))


def _by_place(rows: Iterable[Contact]) -> dict[UUID | None, list[Contact]]:
    found: dict[UUID | None, list[Contact]] = {}
    for row in rows:
        found.setdefault(row.organisation_id, []).append(row)
    return found


def _accounts(session: Session, ids: Sequence[UUID]) -> dict[UUID | None, list[str]]:
    """The active accounts of organisations, who stand in for an officer (`contacts.of_organisation`)."""
    query = select(User.organisation_id, User.name).where(User.active, User.organisation_id.in_(ids))
    found: dict[UUID | None, list[str]] = {}
    for place, name in session.execute(query.order_by(User.name, User.id)).tuples():
        found.setdefault(place, []).append(name)
    return found


def _incomplete() -> ColumnElement[bool]:
    def has(duty: str) -> ColumnElement[bool]:
        return exists().where(Contact.organisation_id == Organisation.id, Contact.duty == duty)

    account = exists().where(User.organisation_id == Organisation.id, User.active)
    return or_(~has(SECTION_HEAD), ~has(HEAD), ~or_(has(OFFICER), account))
