"""Runs that people ask for: a period done now, or done again, by whoever works."""

from datetime import datetime, timedelta

from sqlalchemy import or_, update
from sqlalchemy.orm import Session

from inspect_app.core import leases
from inspect_app.core.jobs import Job, Slot
from inspect_app.core.runs import JobRun

PAST, FUTURE = timedelta(days=800), timedelta(days=100)
SLOTS_AT_MOST = 50_000


class UnknownPeriod(Exception):  # noqa: N818 - says what is so
    """A job has no such period within the last two years and the next three months."""


class NotDue(Exception):  # noqa: N818 - says what is so
    """A period whose time has not come."""


class AtWork(Exception):  # noqa: N818 - says what is so
    """Somebody is doing it just now."""


class AlreadyDone(Exception):  # noqa: N818 - says what is so
    """A period that was done, and was not asked for again."""


def slot(session: Session, job: Job, period: str | None, now: datetime) -> Slot:
    """A period of a job, on record or by its schedule; None is the last one due. UnknownPeriod when there is none."""
    if period is None:
        return job.schedule.latest(now)
    if (row := session.get(JobRun, (job.name, period))) is not None:
        return Slot(row.period, row.due_at)
    for each in job.schedule.between(now - PAST, now + FUTURE, at_most=SLOTS_AT_MOST):
        if each.period == period:
            return each
    raise UnknownPeriod(period)


def place(session: Session, job: Job, wanted: Slot, now: datetime, *, again: bool = False) -> None:
    """Let a period be run as soon as somebody looks, from its first attempt; the caller owns the transaction.

    Raises NotDue, AtWork, or, unless it is to be done `again`, AlreadyDone.
    """
    if wanted.due_at > now:
        raise NotDue(wanted.period)
    row = {"job": job.name, "period": wanted.period, "due_at": wanted.due_at, "not_before": wanted.due_at}
    insert = leases.upsert(session, JobRun).values(row | {"attempts": 0, "outcome": {}})
    session.execute(insert.on_conflict_do_nothing())
    found = session.get(JobRun, (job.name, wanted.period), populate_existing=True)
    if found is not None and found.finished_at is not None and not again:
        raise AlreadyDone(wanted.period)
    unheld = or_(JobRun.lease_until.is_(None), JobRun.lease_until < now)
    query = update(JobRun).where(JobRun.job == job.name, JobRun.period == wanted.period, unheld)
    fresh = {"not_before": now, "attempts": 0, "finished_at": None, "failed_at": None, "lease_until": None}
    if leases.changed(session, query.values(fresh)) != 1:
        raise AtWork(wanted.period)
