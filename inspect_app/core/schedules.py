"""When jobs are due: frozen schedules of slots, each once, in Asia/Taipei whatever zone the machine keeps."""

import calendar
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import takewhile
from typing import Protocol

from inspect_app.core.clock import TAIPEI, legal_day

WEEK = timedelta(days=7)
QUARTER_MONTHS = 3


@dataclass(frozen=True, slots=True)
class Slot:
    """A period of a job and the instant (UTC) from which it may run."""

    period: str
    due_at: datetime


class Schedule(Protocol):
    """When a job is due. Instants are aware; a period is named by its legal day, hour, week, month or quarter.

    Later periods are due later, or at the same instant where holidays moved one onto the next.
    """

    def latest(self, now: datetime) -> Slot:
        """The last slot due at or before `now`."""

    def following(self, now: datetime) -> Slot:
        """The first slot due after `now`."""

    def between(self, begin: datetime, end: datetime, *, at_most: int) -> list[Slot]:
        """The slots due from `begin` to `end`, both included, oldest first; of too many the newest."""


class Distinct:
    """A schedule no two of whose slots are due at the same instant."""

    def latest(self, now: datetime) -> Slot:
        raise NotImplementedError

    def following(self, now: datetime) -> Slot:
        raise NotImplementedError

    def between(self, begin: datetime, end: datetime, *, at_most: int) -> list[Slot]:
        """The slots due from `begin` to `end`, both included, oldest first; of too many the newest."""
        return list(deque(self._from(begin, end), maxlen=at_most))

    def _from(self, begin: datetime, end: datetime) -> Iterator[Slot]:
        slot = self.latest(begin)
        if slot.due_at < begin:
            slot = self.following(begin)
        while slot.due_at <= end:
            yield slot
            slot = self.following(slot.due_at)


@dataclass(frozen=True, slots=True)
class Daily(Distinct):
    """Once each legal day, from `at` o'clock in Asia/Taipei; the period is `2026-11-23`."""

    at: time

    def latest(self, now: datetime) -> Slot:
        return self._slot(now if now.astimezone(TAIPEI).time() >= self.at else now - timedelta(days=1))

    def following(self, now: datetime) -> Slot:
        return self._slot(self.latest(now).due_at + timedelta(days=1))

    def _slot(self, within: datetime) -> Slot:
        day = legal_day(within)
        return Slot(day.isoformat(), _instant(day, self.at))


@dataclass(frozen=True, slots=True)
class Hourly(Distinct):
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
class Every(Distinct):
    """Once in so many minutes, a divisor of 60; the period is `2026-11-23T14:05`, in Asia/Taipei."""

    minutes: int

    def latest(self, now: datetime) -> Slot:
        local = now.astimezone(TAIPEI).replace(second=0, microsecond=0)
        begun = local - timedelta(minutes=local.minute % self.minutes)
        return Slot(f"{begun:%Y-%m-%dT%H:%M}", begun.astimezone(UTC))

    def following(self, now: datetime) -> Slot:
        return self.latest(now + timedelta(minutes=self.minutes))


@dataclass(frozen=True, slots=True)
class Monthly(Distinct):
    """Once each month, on `day` (1 to 28) from `at` o'clock; the period is the month the slot lies in, `2026-11`.

    What is done on 7 November about October has the period `2026-11` here; `month_before` names October.
    """

    day: int
    at: time

    def __post_init__(self) -> None:
        if not 1 <= self.day <= 28:
            raise ValueError(f"a monthly job on day {self.day}; choose 1 to 28, which every month has")

    def latest(self, now: datetime) -> Slot:
        slot = self._slot(_month(now))
        return slot if slot.due_at <= now else self._slot(_month(now) - 1)

    def following(self, now: datetime) -> Slot:
        slot = self._slot(_month(now))
        return slot if slot.due_at > now else self._slot(_month(now) + 1)

    def _slot(self, month: int) -> Slot:
        day = _first_day(month).replace(day=self.day)
        return Slot(f"{day:%Y-%m}", _instant(day, self.at))


@dataclass(frozen=True, slots=True)
class Quarterly(Distinct):
    """`days_before` (0 to 27) the last day of April, July, October and January, from `at` o'clock.

    The period is the quarter that is reported then: `2026-Q3` falls due at the end of October 2026, `2026-Q4` at
    the end of January 2027.
    """

    days_before: int
    at: time

    def __post_init__(self) -> None:
        if not 0 <= self.days_before <= 27:
            raise ValueError(
                f"a quarterly job {self.days_before} days before; choose 0 to 27, within the month"
            )

    def latest(self, now: datetime) -> Slot:
        quarter = _month(now) // QUARTER_MONTHS
        return next(slot for slot in map(self._slot, range(quarter, 0, -1)) if slot.due_at <= now)

    def following(self, now: datetime) -> Slot:
        first = _month(now) // QUARTER_MONTHS - 1
        return next(slot for slot in map(self._slot, range(first, first + 4)) if slot.due_at > now)

    def _slot(self, quarter: int) -> Slot:
        """The slot of a quarter counted since year 0; it lies in the first month of the next one."""
        reported, month = quarter - 1, _first_day(quarter * QUARTER_MONTHS)
        last = month.replace(day=calendar.monthrange(month.year, month.month)[1])
        due_at = _instant(last - timedelta(days=self.days_before), self.at)
        return Slot(f"{reported // 4:04}-Q{reported % 4 + 1}", due_at)


@dataclass(frozen=True, slots=True)
class Weekly:
    """Once each ISO week, on `weekday` (0 is Monday) from `at` o'clock; the period is `2026-W47`.

    `moved` gives for that day the one on which it is done, itself or a later one (`deadlines.workdays.moved`); it is
    asked within the application. After a whole week of holidays two periods are due at the same instant.
    """

    weekday: int
    at: time
    moved: Callable[[date], date] = lambda day: day

    def latest(self, now: datetime) -> Slot:
        return self._slot(self._latest(now))

    def following(self, now: datetime) -> Slot:
        return self._slot(self._latest(now) + WEEK)

    def between(self, begin: datetime, end: datetime, *, at_most: int) -> list[Slot]:
        """The slots due from `begin` to `end`, both included, oldest first; of too many the newest."""
        last = self._latest(end)
        back = (self._slot(last - weeks * WEEK) for weeks in range(at_most))
        return list(takewhile(lambda slot: slot.due_at >= begin, back))[::-1]

    def _latest(self, now: datetime) -> date:
        """The Monday of the last week whose slot is due."""
        monday = _monday(now)
        while self._slot(monday).due_at > now:
            monday -= WEEK
        return monday

    def _slot(self, monday: date) -> Slot:
        year, week, _ = monday.isocalendar()
        day = self.moved(monday + timedelta(days=self.weekday))
        return Slot(f"{year:04}-W{week:02}", _instant(day, self.at))


def month_before(period: str) -> str:
    """`2026-10` for `2026-11`: the month reported in the period of a `Monthly` job."""
    year, month = map(int, period.split("-"))
    return f"{_first_day(year * 12 + month - 2):%Y-%m}"


def _instant(day: date, at: time) -> datetime:
    return datetime.combine(day, at, TAIPEI).astimezone(UTC)


def _monday(now: datetime) -> date:
    day = legal_day(now)
    return day - timedelta(days=day.weekday())


def _month(now: datetime) -> int:
    """The legal month, counted since year 0."""
    day = legal_day(now)
    return day.year * 12 + day.month - 1


def _first_day(month: int) -> date:
    return date(month // 12, month % 12 + 1, 1)
