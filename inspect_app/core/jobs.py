"""Jobs as rooms declare them: frozen values of a name, a schedule and the work. No clock, no database.

A room's `jobs.py` holds a tuple `JOBS`; `rooms.py` collects them, and `core/runs.py` sees that each is done once
a period.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, cast

from flask import Flask, current_app

from inspect_app.core.health import BEAT_EVERY
from inspect_app.core.schedules import Daily, Every, Hourly, Monthly, Quarterly, Schedule, Slot, Weekly

__all__ = [
    "Daily",
    "Every",
    "Hourly",
    "Job",
    "LeaseLost",
    "Monthly",
    "Outcome",
    "Pace",
    "Quarterly",
    "Schedule",
    "Slot",
    "Turn",
    "Weekly",
    "declared",
    "init_app",
    "pace",
]

Outcome = Mapping[str, int | str]
"""What a run reports, ready for JSON: counts and short words, no personal data."""


class LeaseLost(Exception):  # noqa: N818 - says what happened
    """The lease ran out and went to another: stop, nothing more is yours to do."""


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
    for `keep`, or as long as the pace says.

    After a time without a worker the `"last"` missed period is done, or `"all"` of them, oldest first. A job that
    `writes_messages` does nothing but write rows in the application context it is called in, so that it can be
    rehearsed.
    """

    name: str
    title: str
    schedule: Schedule
    work: Callable[[Turn], Outcome]
    keep: timedelta | None = None
    catch_up: Literal["last", "all"] = "last"
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
