"""Reading filings: every tender of a month and how it stands, counted and listed by the database."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session

from inspect_app.core.auth import Actor
from inspect_app.core.database import table
from inspect_app.filings.models import Chase, Excuse, Flag, FlaggedMonth
from inspect_app.filings.months import FilingMonth, Moment
from inspect_app.tenders import monthly

ON_TIME, LATE, MISSING, EXCUSED, EXEMPT = "on_time", "late", "missing", "excused", "exempt"
EXCUSES, FLAGS, CHASES = table(Excuse), table(Flag), table(Chase)


@dataclass(frozen=True, slots=True)
class Entry:
    """A tender in a month: `state` is one of the words above; `told_at` when it was filed as the system tells,
    `seen_at` when we first had it."""

    tender_id: UUID
    number: str
    name: str
    agency_id: UUID
    agency: str
    status: str | None
    told_at: datetime | None
    seen_at: datetime | None
    filed_at: datetime | None
    must_file: bool
    state: str


COLUMNS = tuple(Entry.__dataclass_fields__)


def entries(month: FilingMonth, moment: Moment, actor: Actor | None = None) -> Select[Any]:
    """Every tender that counts for a month, with the columns of `Entry`; `actor` None is the whole city."""
    rows = monthly.standing(month.name, month.ends_at, moment.known_at, actor).subquery("standing")
    live = _excuse(month, moment.known_at)
    exempt = or_(rows.c.status.in_(month.duty.exempt), *_marked(month, rows.c.name_then))
    # A status that is not known is no reason to leave a tender out.
    is_exempt = func.coalesce(exempt, False)
    must_file = and_(~is_exempt, live.c.tender_id.is_(None))
    state = case(
        (is_exempt, EXEMPT),
        (live.c.tender_id.is_not(None), EXCUSED),
        (or_(rows.c.filed_at.is_(None), rows.c.filed_at > moment.as_of), MISSING),
        (rows.c.filed_at < month.overdue_from, ON_TIME),
        else_=LATE,
    )
    derived = {"must_file": must_file.label("must_file"), "state": state.label("state")}
    columns = [derived[name] if name in derived else rows.c[name] for name in COLUMNS]
    return select(*columns).select_from(rows.outerjoin(live, live.c.tender_id == rows.c.tender_id))


def _marked(month: FilingMonth, name: ColumnElement[str]) -> list[ColumnElement[bool]]:
    return [name.contains(mark, autoescape=True) for mark in month.duty.exempt_names]


def _excuse(month: FilingMonth, known_at: datetime) -> Any:
    """The excuses that held at an instant; one at most for a tender."""
    standing = or_(EXCUSES.c.withdrawn_at.is_(None), EXCUSES.c.withdrawn_at > known_at)
    query = select(EXCUSES.c.tender_id).where(
        EXCUSES.c.month == month.name, EXCUSES.c.recorded_at <= known_at, standing
    )
    return query.subquery("live")


def listed(session: Session, query: Select[Any]) -> list[Entry]:
    """The entries of a query, as values."""
    return [Entry(*row) for row in session.execute(query)]


def in_state(query: Select[Any], states: Iterable[str], agency: str | None = None) -> Select[Any]:
    """Of the entries those in some states (and of one agency), by agency and number."""
    rows = query.subquery("entries")
    narrowed = select(*rows.c).where(rows.c.state.in_(list(states)))
    if agency:
        narrowed = narrowed.where(rows.c.agency == agency)
    return narrowed.order_by(rows.c.agency, rows.c.number, rows.c.tender_id)


def counts(session: Session, query: Select[Any]) -> dict[str, int]:
    """How many entries stand in each state."""
    rows = query.subquery("entries")
    found = session.execute(select(rows.c.state, func.count()).group_by(rows.c.state)).tuples().all()
    return dict.fromkeys((ON_TIME, LATE, MISSING, EXCUSED, EXEMPT), 0) | dict(found)


def missing_by_agency(session: Session, query: Select[Any]) -> dict[UUID, int]:
    """How many are missing at each agency where any is."""
    rows = query.subquery("entries")
    found = select(rows.c.agency_id, func.count()).where(rows.c.state == MISSING).group_by(rows.c.agency_id)
    return dict(session.execute(found).tuples().all())


def live_excuse(session: Session, month: str, tender_id: UUID) -> Excuse | None:
    """The excuse that holds now."""
    query = select(Excuse).where(Excuse.month == month, Excuse.tender_id == tender_id)
    return session.scalar(query.where(Excuse.withdrawn_at.is_(None)))


def excuses(session: Session, month: str, tender_ids: Iterable[UUID]) -> dict[UUID, Excuse]:
    """The excuses of a month that hold now, of these tenders."""
    query = select(Excuse).where(Excuse.month == month, Excuse.withdrawn_at.is_(None))
    return {
        row.tender_id: row for row in session.scalars(query.where(Excuse.tender_id.in_(list(tender_ids))))
    }


def excuses_of(session: Session, tender_id: UUID) -> dict[str, Excuse]:
    """A tender's excuses that hold now, by month."""
    query = select(Excuse).where(Excuse.tender_id == tender_id, Excuse.withdrawn_at.is_(None))
    return {row.month: row for row in session.scalars(query)}


def flagged_month(session: Session, month: str) -> FlaggedMonth | None:
    return session.get(FlaggedMonth, month)


def flags_of(session: Session, tender_id: UUID) -> dict[str, Flag]:
    """A tender's flags by month."""
    return {row.month: row for row in session.scalars(select(Flag).where(Flag.tender_id == tender_id))}


def chases(session: Session, month: str) -> list[Chase]:
    """The steps of a month's chase, by day."""
    return list(session.scalars(select(Chase).where(Chase.month == month).order_by(Chase.due_on, Chase.duty)))
