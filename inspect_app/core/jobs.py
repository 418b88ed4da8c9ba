"""Jobs as rooms declare them: frozen values of a name, a schedule and the work. No clock, no database.

A room's `jobs.py` holds a tuple `JOBS`; `rooms.py` collects them, and `core/runs.py` sees that each is done once
a period.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol, cast

from flask import Flask, current_app

from inspect_app.core.clock import TAIPEI
from inspect_app.core.health import BEAT_EVERY

Outcome = Mapping[str, int | str]
"""What a run reports, ready for JSON: counts and short words, no personal data."""


class LeaseLost(Exception):  # noqa: N818 - says what happened
    """The lease ran out and went to another: stop, nothing more is yours to do."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A period of a job and the instant (UTC) from which it may run."""

    period: str
    due_at: datetime


class Schedule(Protocol):
    """When a job is due. Instants are aware; a period is named by its legal day or hour in Asia/Taipei."""

    def latest(self, now: datetime) -> Slot:
        """The last slot due at or before `now`."""

    def following(self, now: datetime) -> Slot:
        """The first slot due after `now`."""


@dataclass(frozen=True, slots=True)
class Daily:
    """Once each legal day, from `at` o'clock in Asia/Taipei; the period is `2026-11-23`."""

    at: time

    def latest(self, now: datetime) -> Slot:
        return self._slot(now if now.astimezone(TAIPEI).time() >= self.at else now - timedelta(days=1))

    def following(self, now: datetime) -> Slot:
        return self._slot(self.latest(now).due_at + timedelta(days=1))

    def _slot(self, within: datetime) -> Slot:
        day = within.astimezone(TAIPEI).date()
        return Slot(day.isoformat(), datetime.combine(day, self.at, TAIPEI).astimezone(UTC))


@dataclass(frozen=True, slots=True)
class Hourly:
    """Once each hour, from `minute` past it; the period is `2026-11-23T14`, in Asia/Taipei."""

    minute: int = 0

    def latest(self, now: datetime) -> Slot:
        return self._slot(now - timedelta(minutes=self.minute))

    def following(self, now: datetime) -> Slot:
        return self._slot(now - timedelta(minutes=self.minute) + timedelta(hours=1))

    def _slot(self, within: datetime) -> Slot:
        hour = within.astimezone(TAIPEI).replace(minute=0, second=0, microsecond=0)
        return Slot(f"{hour:%Y-%m-%dT%H}", (hour + timedelta(minutes=self.minute)).astimezone(UTC))


@dataclass(frozen=True, slots=True)
class Every:
    """Once in so many minutes, a divisor of 60; the period is `2026-11-23T14:05`, in Asia/Taipei."""

    minutes: int

    def latest(self, now: datetime) -> Slot:
        local = now.astimezone(TAIPEI).replace(second=0, microsecond=0)
        begun = local - timedelta(minutes=local.minute % self.minutes)
        return Slot(f"{begun:%Y-%m-%dT%H:%M}", begun.astimezone(UTC))

    def following(self, now: datetime) -> Slot:
        return self.latest(now + timedelta(minutes=self.minutes))


@dataclass(frozen=True, slots=True)
class Monthly:
    """Once a month, on `day` (1 to 28) from `at` o'clock in Asia/Taipei; the period is the slot's month, `2026-11`."""

    day: int
    at: time

    def latest(self, now: datetime) -> Slot:
        local = now.astimezone(TAIPEI)
        slot = self._slot(local.date())
        return slot if slot.due_at <= now else self._slot(local.date().replace(day=1) - timedelta(days=1))

    def following(self, now: datetime) -> Slot:
        last = self.latest(now).due_at.astimezone(TAIPEI).date()
        return self._slot(last.replace(day=1) + timedelta(days=31))

    def _slot(self, month: date) -> Slot:
        day = month.replace(day=self.day)
        return Slot(f"{day:%Y-%m}", datetime.combine(day, self.at, TAIPEI).astimezone(UTC))


@dataclass(frozen=True, slots=True)
class Turn:
    """One attempt at one run, as the work sees it.

    `period` and `due_at` tell what the run is for, however late it comes; `now` is when the attempt began,
    `attempt` counts from 1. `check` raises LeaseLost when another has taken over: call it between batches.
    """

    period: str
    due_at: datetime
    now: datetime
    attempt: int
    check: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Job:
    """A piece of regular work. `name` is `room.verb` and never changes; `title` is for people, zh-Hant.

    `work` is called in an application context and opens its own short transactions. It must bear being done
    again: after a crash it begins anew. What it raises is a failure, retried with backoff. Its finished runs are kept
    for `keep`, or as long as the pace says. `catch_up`: of missed periods the `last` is done, or `all` are, in turn;
    `writes_messages`: what it would send can be previewed.
    """

    name: str
    title: str
    schedule: Schedule
    work: Callable[[Turn], Outcome]
    keep: timedelta | None = None
    catch_up: str = "last"
    writes_messages: bool = False


@dataclass(frozen=True, slots=True)
class Pace:
    """How often workers look, beat and try again. Tests put a faster one in `app.extensions["chahe.pace"]`.

    A lease is renewed every third of its length. A failed attempt is followed by the next one after each
    `backoff` in turn; when they are used up the run has failed. Finished runs are kept for `keep`.
    """

    look_every: timedelta = timedelta(seconds=10)
    beat_every: timedelta = BEAT_EVERY
    lease: timedelta = timedelta(seconds=90)
    backoff: tuple[timedelta, ...] = tuple(timedelta(minutes=wait) for wait in (1, 5, 30, 120))
    keep: timedelta = timedelta(days=400)

    @property
    def max_attempts(self) -> int:
        return len(self.backoff) + 1


def init_app(app: Flask, declared: Iterable[Job], *, keep: timedelta) -> None:
    """Make the jobs known as `app.extensions["chahe.jobs"]`; ValueError for a name given twice.

    `keep` is how long finished runs are kept.
    """
    known = tuple(declared)
    names = [job.name for job in known]
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"jobs named twice: {', '.join(repeated)}; give each a name of its own")
    app.extensions["chahe.jobs"] = known
    app.extensions["chahe.pace"] = Pace(keep=keep)


def declared() -> tuple[Job, ...]:
    """The running application's jobs, in the order declared."""
    return cast(tuple[Job, ...], current_app.extensions["chahe.jobs"])


def pace() -> Pace:
    """The running application's pace."""
    return cast(Pace, current_app.extensions["chahe.pace"])
