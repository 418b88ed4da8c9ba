"""Flags: which tenders were missing after a month's last day, and that they were cleared by a filing or an excuse."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import case, func, insert, literal, or_, select, update
from sqlalchemy.orm import Session

from inspect_app.core import leases
from inspect_app.core.database import table
from inspect_app.filings import queries
from inspect_app.filings.models import EXCUSED, LATE, ON_TIME, Flag, FlaggedMonth
from inspect_app.filings.months import FilingMonth, Moment
from inspect_app.tenders.history import VERSIONS, Month

LOCK = 0x7E4DF1
"""The advisory lock between flagging (alone) and filing (shared), on PostgreSQL: a number that means nothing but this."""
FLAGS = table(Flag)
BATCH = 500


def write(session: Session, month: FilingMonth, now: datetime, *, only: UUID | None = None) -> int:
    """Flag every tender that is missing now, dated from the day after the cutoff; returns how many are new.

    A filing that is under way is waited for: it is seen here, or sees the flag and clears it.
    """
    _hold(session, alone=True)
    entries = queries.entries(month, Moment(now, now)).subquery("entries")
    at = {"flagged_at": month.overdue_from, "recorded_at": now}
    same = [literal(value, FLAGS.c[name].type).label(name) for name, value in at.items()]
    chosen = [literal(month.name).label("month"), entries.c.tender_id, entries.c.agency_id, *same]
    missing = select(*chosen).where(entries.c.state == queries.MISSING)
    if only:
        missing = missing.where(entries.c.tender_id == only)
    names = [column.name for column in missing.selected_columns]
    found = leases.upsert(session, Flag).from_select(names, missing).on_conflict_do_nothing()
    return leases.changed(session, found)


def close_month(session: Session, month: FilingMonth, now: datetime) -> bool:
    """Write a month's flags, once: False when that was done before."""
    _hold(session, alone=True)
    if queries.flagged_month(session, month.name):
        return False
    flags = write(session, month, now)
    row = {"month": month.name, "flagged_at": month.overdue_from, "recorded_at": now, "flags": flags}
    session.execute(insert(table(FlaggedMonth)).values(row))
    return True


def clear(session: Session, months: Sequence[Month], now: datetime) -> None:
    """What `tenders.history` tells of: the open flags of months that were filed are cleared."""
    _hold(session, alone=False)
    open_months = set(session.scalars(select(FLAGS.c.month).where(FLAGS.c.cleared_at.is_(None)).distinct()))
    told: dict[str, list[UUID]] = {}
    for tender, month in months:
        if month in open_months:
            told.setdefault(month, []).append(tender)
    for month, tenders in told.items():
        for start in range(0, len(tenders), BATCH):
            _clear_filed(session, FilingMonth(month), tenders[start : start + BATCH], now)


def _clear_filed(session: Session, month: FilingMonth, tenders: list[UUID], now: datetime) -> None:
    """In time (`on_time`) when the system says so, though we were told after the flag."""
    newest = VERSIONS.alias("newest")
    filed_at = (
        select(newest.c.filed_at)
        .where(newest.c.tender_id == FLAGS.c.tender_id, newest.c.month == month.name)
        .order_by(newest.c.number.desc())
        .limit(1)
        .correlate(FLAGS)
        .scalar_subquery()
    )
    how = case((filed_at < month.overdue_from, ON_TIME), else_=LATE)
    # What is told to be filed only later is missing till then.
    is_filed = or_(filed_at.is_(None), filed_at <= now)
    query = update(FLAGS).where(FLAGS.c.month == month.name, FLAGS.c.tender_id.in_(tenders), is_filed)
    leases.changed(session, query.where(FLAGS.c.cleared_at.is_(None)).values(cleared_at=now, how=how))


def excuse(session: Session, month: str, tender_id: UUID, now: datetime) -> None:
    """Clear an open flag: the tender need not file."""
    _hold(session, alone=False)
    query = update(FLAGS).where(FLAGS.c.month == month, FLAGS.c.tender_id == tender_id)
    leases.changed(session, query.where(FLAGS.c.cleared_at.is_(None)).values(cleared_at=now, how=EXCUSED))


def stand_again(session: Session, month: FilingMonth, tender_id: UUID, now: datetime) -> None:
    """After an excuse was withdrawn: in a month already flagged, a tender still missing is flagged (again)."""
    if queries.flagged_month(session, month.name) is None:
        return
    rows = queries.entries(month, Moment(now, now)).subquery("entries")
    missing = select(rows.c.state).where(rows.c.tender_id == tender_id)
    _hold(session, alone=True)
    if session.scalar(missing) == queries.MISSING:
        query = update(FLAGS).where(FLAGS.c.month == month.name, FLAGS.c.tender_id == tender_id)
        if not leases.changed(session, query.values(cleared_at=None, how=None)):
            write(session, month, now, only=tender_id)


def open_agencies(session: Session, month: str) -> dict[UUID, int]:
    """How many flags of a month are open at each agency where any is."""
    query = select(FLAGS.c.agency_id, func.count()).where(
        FLAGS.c.month == month, FLAGS.c.cleared_at.is_(None)
    )
    return dict(session.execute(query.group_by(FLAGS.c.agency_id)).tuples().all())


def open_months(session: Session) -> list[str]:
    """The months with open flags, oldest first."""
    query = select(FLAGS.c.month).where(FLAGS.c.cleared_at.is_(None)).distinct()
    return sorted(session.scalars(query))


def _hold(session: Session, *, alone: bool) -> None:
    """Until the transaction ends; on SQLite every writer queues."""
    if session.get_bind().dialect.name == "postgresql":
        lock = func.pg_advisory_xact_lock if alone else func.pg_advisory_xact_lock_shared
        session.execute(select(lock(LOCK)))


def open_of(session: Session, month: str, agencies: Iterable[UUID]) -> set[UUID]:
    """The tenders of these agencies whose flags of a month are open."""
    query = select(FLAGS.c.tender_id).where(FLAGS.c.month == month, FLAGS.c.cleared_at.is_(None))
    return set(session.scalars(query.where(FLAGS.c.agency_id.in_(list(agencies)))))


def of_entries(session: Session, month: str, tenders: Iterable[UUID]) -> dict[UUID, Any]:
    """The flags of these tenders in a month."""
    query = select(Flag).where(Flag.month == month, Flag.tender_id.in_(list(tenders)))
    return {row.tender_id: row for row in session.scalars(query)}
