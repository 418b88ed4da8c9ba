"""The run ledger: each job once a period, whoever does it and however often a worker dies.

A run is one row (job, period). Whoever changes the row by a conditional update does the work and renews its lease
while it lasts; a dead worker's lease runs out and another takes over. A run also holds the lease that bears its
job's name, and so may a command that must keep the job from running (`holding`).
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import (
    JSON,
    ColumnElement,
    Index,
    String,
    and_,
    delete,
    func,
    or_,
    select,
    true,
    tuple_,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from inspect_app.core import clock, leases
from inspect_app.core.database import Base, transaction
from inspect_app.core.jobs import Job, Outcome, Slot, declared, pace

WAITING, RUNNING, FINISHED, FAILED = "waiting", "running", "finished", "failed"
DIED = "WorkerDied"
MAX_ERROR = 200
MAX_CAUGHT_UP = 60
"""How many missed periods are entered at once, the newest ones: five years of months, two months of days."""
POLL_S = 0.2
SHOWN = 50
"""How many runs of one job are shown."""


class JobRun(Base):
    """One run of one job. `not_before` is when the next attempt may begin, `error` the last attempt's failure."""

    __tablename__ = "job_runs"
    __table_args__ = (Index("ix_job_runs_job_due_at", "job", "due_at"),)

    job: Mapped[str] = mapped_column(String(60), primary_key=True)
    period: Mapped[str] = mapped_column(String(20), primary_key=True)
    due_at: Mapped[datetime]
    not_before: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    worker: Mapped[str | None] = mapped_column(String(120))
    attempts: Mapped[int]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(String(MAX_ERROR))
    outcome: Mapped[dict[str, Any]] = mapped_column(JSON)


@dataclass(frozen=True, slots=True)
class Run:
    """The last run of a job, for reading.

    `state` is `waiting` (not yet begun, or to be tried again after `error`), `running`, `finished` or `failed`
    (given up after the last attempt). `period` is None for a job that never ran. Instants are UTC.
    """

    job: str
    title: str
    period: str | None
    state: str
    due_at: datetime
    attempts: int
    worker: str | None
    started_at: datetime | None
    finished_at: datetime | None
    error: str | None
    outcome: Mapping[str, Any]
    next_due_at: datetime | None

    @property
    def seconds(self) -> float | None:
        """How long the last attempt took; None while it is under way, or before the first."""
        ended = self.started_at is not None and self.finished_at is not None
        return (self.finished_at - self.started_at).total_seconds() if ended else None  # type: ignore[operator]


@dataclass(frozen=True, slots=True)
class Claim:
    """A run that is ours: `attempt` fences it, `holder` is the name under which we hold the job's lease."""

    job: str
    period: str
    due_at: datetime
    attempt: int
    worker: str
    holder: str
    began_at: datetime


# -- reading -----------------------------------------------------------------------------------------------


def latest(session: Session) -> list[Run]:
    """The last run of every declared job, in the order declared; a job that never ran is waiting."""
    now = clock.now()
    return [_seen(job, _last(session, job.name), now) for job in declared()]


def failures(session: Session, since: datetime) -> list[Run]:
    """Runs given up since an instant, newest first; they stay until swept, also those of jobs no longer declared."""
    now, known = clock.now(), {job.name: job for job in declared()}
    query = select(JobRun).where(JobRun.failed_at >= since).order_by(JobRun.failed_at.desc(), JobRun.job)
    return [_read(known.get(row.job), row, now) for row in session.scalars(query)]


def of_job(session: Session, job: Job, limit: int) -> list[Run]:
    """The runs of a job on record, newest first."""
    now = clock.now()
    query = select(JobRun).where(JobRun.job == job.name).order_by(JobRun.due_at.desc(), JobRun.period.desc())
    return [_read(job, row, now) for row in session.scalars(query.limit(limit))]


def waiting(session: Session, job: Job, now: datetime) -> list[Slot]:
    """The periods due that are not done yet, oldest first, those nobody has entered so far included."""
    query = select(JobRun).where(JobRun.job == job.name)
    done = and_(JobRun.due_at <= now, or_(JobRun.finished_at.is_not(None), JobRun.failed_at.is_not(None)))
    known = {row.period for row in session.scalars(query.where(done))}
    left = {Slot(row.period, row.due_at) for row in session.scalars(query.where(_open(now)))}
    left |= {slot for slot in _due(session, job, now) if slot.period not in known}
    return sorted(left, key=lambda slot: (slot.due_at, slot.period))


def _last(session: Session, job: str) -> JobRun | None:
    query = (
        select(JobRun).where(JobRun.job == job).order_by(JobRun.due_at.desc(), JobRun.period.desc()).limit(1)
    )
    return session.scalar(query)


def _seen(job: Job, row: JobRun | None, now: datetime) -> Run:
    if row is not None:
        return _read(job, row, now)
    due_at, following = job.schedule.latest(now).due_at, job.schedule.following(now).due_at
    return Run(job.name, job.title, None, WAITING, due_at, 0, None, None, None, None, {}, following)


def _read(job: Job | None, row: JobRun, now: datetime) -> Run:
    return Run(
        job=row.job,
        title=job.title if job else row.job,
        period=row.period,
        state=_state(row, now),
        due_at=row.due_at,
        attempts=row.attempts,
        worker=row.worker,
        started_at=row.started_at,
        finished_at=row.finished_at or row.failed_at,
        error=row.error,
        outcome=row.outcome,
        next_due_at=job.schedule.following(now).due_at if job else None,
    )


def _state(row: JobRun, now: datetime) -> str:
    if row.finished_at is not None:
        return FINISHED
    if row.failed_at is not None:
        return FAILED
    return RUNNING if row.lease_until is not None and row.lease_until >= now else WAITING


# -- running -----------------------------------------------------------------------------------------------


def due(session: Session, known: Sequence[Job], now: datetime) -> list[Job]:
    """The jobs for which `claim` might find something, in their order: one question for all, and no write."""
    slots = {job.name: job.schedule.latest(now).period for job in known}
    entered = tuple_(JobRun.job, JobRun.period).in_(slots.items())
    query = select(JobRun.job, _free(now)).where(or_(entered, _free(now)))
    seen = session.execute(query).all()
    settled = {job for job, _ in seen} - {job for job, free in seen if free}
    return [job for job in known if job.name not in settled]


def is_due(session: Session, job: Job, now: datetime) -> bool:
    """Whether `claim` might find something for one job."""
    return bool(due(session, [job], now))


def claim(session: Session, job: Job, worker: str, now: datetime, period: str | None = None) -> Claim | None:
    """Take the oldest run of a job that is due and free, or that of a period; None when there is none, or another
    has the job's lease.

    Missed periods are entered as the job says, each under its own date. The caller commits before the work begins.
    """
    _enter(session, job, now)
    _give_up(session, job.name, now)
    free = and_(JobRun.job == job.name, _free(now), JobRun.period == period if period else true())
    row = session.scalar(select(JobRun).where(free).order_by(JobRun.due_at, JobRun.period).limit(1))
    holder = leases.new_holder(worker)
    until = now + pace().lease
    if row is None or not leases.take(session, job.name, holder, now, until):
        return None
    taken = {"lease_until": until, "worker": worker, "attempts": row.attempts + 1, "started_at": now}
    query = update(JobRun).where(free, JobRun.period == row.period)
    if leases.changed(session, query.where(JobRun.attempts == row.attempts).values(taken)) != 1:
        leases.release(session, job.name, holder)
        return None
    return Claim(job.name, row.period, row.due_at, row.attempts + 1, worker, holder, now)


def renew(session: Session, mine: Claim, until: datetime) -> bool:
    """Keep a run's leases until an instant; False when another has taken over."""
    kept = leases.renew(session, mine.job, mine.holder, until)
    return kept and _change(session, mine, lease_until=until)


def finish(session: Session, mine: Claim, outcome: Outcome, now: datetime) -> bool:
    """Write down that a run is done, and sweep old ones; False when another has taken over."""
    leases.release(session, mine.job, mine.holder)
    _sweep(session, mine.job, now)
    return _change(session, mine, finished_at=now, lease_until=None, outcome=dict(outcome))


def fail(session: Session, mine: Claim, error: str, now: datetime) -> bool:
    """Write down that an attempt failed: another follows after a while, or the run is given up."""
    leases.release(session, mine.job, mine.holder)
    left = pace().backoff[mine.attempt - 1 :]
    result = {"not_before": now + left[0]} if left else {"failed_at": now}
    return _change(session, mine, lease_until=None, error=error[:MAX_ERROR], **result)


def again(session: Session, job: str, period: str, now: datetime) -> bool:
    """Let a run that was given up be tried anew, from its first attempt; False when there is none such."""
    query = update(JobRun).where(JobRun.job == job, JobRun.period == period, JobRun.failed_at.is_not(None))
    return leases.changed(session, query.values(failed_at=None, attempts=0, not_before=now)) == 1


def _open(now: datetime) -> ColumnElement[bool]:
    """Neither finished nor given up, and nobody at work on it."""
    unheld = or_(JobRun.lease_until.is_(None), JobRun.lease_until < now)
    return and_(JobRun.finished_at.is_(None), JobRun.failed_at.is_(None), unheld)


def _free(now: datetime) -> ColumnElement[bool]:
    return and_(_open(now), JobRun.not_before <= now)


def _enter(session: Session, job: Job, now: datetime) -> None:
    """Insert the periods now due unless they are there; of several who try, one inserts."""
    for slot in _due(session, job, now):
        row = {"job": job.name, "period": slot.period, "due_at": slot.due_at, "not_before": slot.due_at}
        insert = leases.upsert(session, JobRun)
        session.execute(insert.values(row | {"attempts": 0, "outcome": {}}).on_conflict_do_nothing())


def _due(session: Session, job: Job, now: datetime) -> list[Slot]:
    """The last slot, with what fell due at the same instant; or all since the last known one that a job catches up.

    A new installation begins with the last, and has no past.
    """
    begin = job.schedule.latest(now).due_at
    if job.catch_up == "all":
        query = select(func.max(JobRun.due_at)).where(JobRun.job == job.name, JobRun.due_at <= now)
        begin = min(begin, session.scalar(query) or begin)
    return job.schedule.between(begin, now, at_most=MAX_CAUGHT_UP)


def _give_up(session: Session, job: str, now: datetime) -> None:
    """A run whose workers died at every attempt is not tried for ever."""
    query = update(JobRun).where(JobRun.job == job, _open(now), JobRun.attempts >= pace().max_attempts)
    leases.changed(session, query.values(failed_at=now, lease_until=None, error=DIED))


def _change(session: Session, mine: Claim, **values: Any) -> bool:
    query = update(JobRun).where(
        JobRun.job == mine.job,
        JobRun.period == mine.period,
        JobRun.worker == mine.worker,
        JobRun.attempts == mine.attempt,
        JobRun.finished_at.is_(None),
        JobRun.failed_at.is_(None),
    )
    return leases.changed(session, query.values(values)) == 1


def _sweep(session: Session, name: str, now: datetime) -> None:
    """Forget runs that ended long ago; of a frequent job those that it says need not be kept so long."""
    ended = [_ended(now - pace().keep)]
    ended += [
        and_(JobRun.job == name, _ended(now - job.keep))
        for job in declared()
        if job.name == name and job.keep
    ]
    session.execute(delete(JobRun).where(or_(*ended)).execution_options(synchronize_session=False))


def _ended(before: datetime) -> ColumnElement[bool]:
    return or_(JobRun.finished_at < before, JobRun.failed_at < before)


# -- keeping a job from running ----------------------------------------------------------------------------


@contextmanager
def holding(app: Flask, name: str, *, wait: timedelta = timedelta(0)) -> Iterator[Callable[[], None]]:
    """Hold the lease `name` while the block lasts: the job of that name does not run, nor another holder's block.

    Waits up to `wait` for a run in hand to end, then raises LeaseTaken. A thread renews the lease, which runs out
    by itself when this process is killed. Yields `check`, which raises LeaseLost if it was lost all the same.
    Open no transaction around it; inside it there may be any number.

        with runs.holding(app, "photos.expire", wait=timedelta(minutes=5)):
            copy_photos()
    """
    holder = leases.new_holder(leases.process_name())
    _wait_for(app, name, holder, wait)
    try:
        with leases.renewing(app, lambda session, until: leases.renew(session, name, holder, until)) as check:
            yield check
    finally:
        with app.app_context(), transaction() as session:
            leases.release(session, name, holder)


def _wait_for(app: Flask, name: str, holder: str, wait: timedelta) -> None:
    for left in range(int(wait.total_seconds() / POLL_S), -1, -1):
        with app.app_context(), transaction() as session:
            now = clock.now()
            if leases.take(session, name, holder, now, now + pace().lease):
                return
        if left:
            time.sleep(POLL_S)
    raise leases.LeaseTaken(f"{name} is under way elsewhere; try again when it has ended")


# -- asking for a run --------------------------------------------------------------------------------------


def ask(session: Session, job: str, word: str, now: datetime) -> None:
    """Enter a run beside the schedule's, named by a word instead of a period: a worker takes it when it next looks."""
    row = {"job": job, "period": word[:20], "due_at": now, "not_before": now, "attempts": 0, "outcome": {}}
    session.execute(leases.upsert(session, JobRun).values(row).on_conflict_do_nothing())
