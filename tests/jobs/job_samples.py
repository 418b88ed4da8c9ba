"""Jobs for tests: due once, or daily, with work that the test gives."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from flask import Flask
from sqlalchemy import select

from inspect_app.core.database import session
from inspect_app.core.jobs import Daily, Job, Outcome, Pace, Slot, Turn
from inspect_app.core.runs import JobRun

AT_SIX = Daily(time(6, 0))
SECOND = timedelta(seconds=1)
Work = Callable[[Turn], Outcome]


@dataclass(frozen=True, slots=True)
class Once:
    """Due since long ago, and not again for long: real time plays no part."""

    def latest(self, now: datetime) -> Slot:
        return Slot("once", datetime(2026, 1, 1, tzinfo=UTC))

    def following(self, now: datetime) -> Slot:
        return Slot("never", datetime(2999, 1, 1, tzinfo=UTC))

    def between(self, begin: datetime, end: datetime, *, at_most: int) -> list[Slot]:
        return [self.latest(end)]


class Noted:
    """Work that remembers its turns; it fails as long as `failures` are left."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.turns: list[Turn] = []

    def __call__(self, turn: Turn) -> Outcome:
        self.turns.append(turn)
        if self.failures:
            raise self.failures.pop(0)
        return {"done": 1}

    @property
    def periods(self) -> list[str]:
        return [turn.period for turn in self.turns]


def daily(work: Work, name: str = "test.daily") -> Job:
    """A job at six in the morning, Asia/Taipei."""
    return Job(name, "測試工作", AT_SIX, work)


def declare(app: Flask, *jobs: Job, pace: Pace | None = None) -> None:
    """Let the application have these jobs and no others."""
    app.extensions["chahe.jobs"] = jobs
    if pace is not None:
        app.extensions["chahe.pace"] = pace


def ledger(app: Flask) -> list[JobRun]:
    """Every run written down, oldest first."""
    with app.app_context():
        return list(session().scalars(select(JobRun).order_by(JobRun.due_at, JobRun.job)))
