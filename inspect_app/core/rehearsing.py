"""Doing jobs without doing them: what they would write at a supposed instant, rolled back at the end."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from inspect_app.core import clock, jobs, runs
from inspect_app.core.database import rehearsal
from inspect_app.core.jobs import Job, Outcome, Slot, Turn
from inspect_app.core.working import describe

PATIENCE_S = 5.0
AT_MOST = 10
"""How many periods of one job are rehearsed at once."""


class NotRehearsable(Exception):  # noqa: N818 - says what is so
    """A job that does more than write rows: to rehearse it would be to do it."""


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What a run would do: its outcome, or the error it would end with; `noted` is what it would write, in order."""

    job: Job
    slot: Slot
    outcome: Outcome
    error: str | None
    noted: Sequence[object]


def rehearse(turns: Sequence[tuple[Job, Slot, datetime]]) -> list[Rehearsed]:
    """Each run as if begun at its instant, one after the other, each seeing what those before it wrote.

    NotRehearsable for a job that does not write messages.
    """
    for job, *_ in turns:
        if not job.writes_messages:
            raise NotRehearsable(job.name)
    with rehearsal(PATIENCE_S) as noted:
        return [_one(job, slot, at, noted) for job, slot, at in turns]


def until(session: Session, end: datetime) -> list[tuple[Job, Slot, datetime]]:
    """The runs of jobs that write messages from now until an instant, in their order, those waiting now first."""
    now = clock.now()
    known = [job for job in jobs.declared() if job.writes_messages]
    waiting = [(job, slot, now) for job in known for slot in runs.waiting(session, job, now)]
    coming = [(job, slot, slot.due_at) for job in known for slot in _coming(job, now, end)]
    return waiting + sorted(coming, key=lambda each: each[2])


def _coming(job: Job, now: datetime, end: datetime) -> Iterator[Slot]:
    slots = job.schedule.between(now, end, at_most=AT_MOST)
    yield from (slot for slot in slots if slot.due_at > now)


def _one(job: Job, slot: Slot, at: datetime, noted: list[object]) -> Rehearsed:
    begin = len(noted)
    outcome: Outcome = {}
    error = None
    with clock.supposing(at):
        try:
            outcome = job.work(Turn(slot.period, slot.due_at, at, 1, lambda: None))
        except Exception as failure:  # what it would end with is what is asked
            error = describe(failure)
    return Rehearsed(job, slot, outcome, error, tuple(noted[begin:]))
