"""When the weekly reminder is due: a day of the week, moved to the next one on which offices work."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from inspect_app.core.clock import TAIPEI, legal_day
from inspect_app.core.jobs import Slot

WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Weekly:
    """Once each ISO week, on `weekday` (0 is Monday) from `at` o'clock; the period is `2026-W47`.

    `moved` gives for that day the one on which it is done, itself or a later one.
    """

    weekday: int
    at: time
    moved: Callable[[date], date] = lambda day: day

    def latest(self, now: datetime) -> Slot:
        return self._slot(self._latest(now))

    def following(self, now: datetime) -> Slot:
        return self._slot(self._latest(now) + WEEK)

    def _latest(self, now: datetime) -> date:
        """The Monday of the last week whose slot is due."""
        day = legal_day(now)
        monday = day - timedelta(days=day.weekday())
        while self._slot(monday).due_at > now:
            monday -= WEEK
        return monday

    def _slot(self, monday: date) -> Slot:
        year, week, _ = monday.isocalendar()
        day = self.moved(monday + timedelta(days=self.weekday))
        return Slot(f"{year:04}-W{week:02}", datetime.combine(day, self.at, TAIPEI).astimezone(UTC))
