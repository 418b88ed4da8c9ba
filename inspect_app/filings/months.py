"""Filing months: a month's days, and the moment from which one looks at it."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property

from inspect_app.core import roc
from inspect_app.core.clock import TAIPEI, legal_day
from scoring import lawbook
from scoring.deadlines import update_due
from scoring.filing_rules import FilingChase, FilingDuty

MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")


@dataclass(frozen=True)  # without slots, so that what is cached is kept
class FilingMonth:
    """The month that is reported, as `2026-10`; ROC years 1 to 998."""

    name: str

    @cached_property
    def first(self) -> date:
        return date.fromisoformat(f"{self.name}-01")

    @cached_property
    def due_month(self) -> date:
        """The first day of the month in which it is due."""
        return (self.first + timedelta(days=31)).replace(day=1)

    @property
    def ends_at(self) -> datetime:
        """The instant at which the month is over."""
        return start_of(self.due_month)

    @cached_property
    def cutoff(self) -> date:
        """The last day on which filing is in time."""
        return update_due(self.first, None)[0]

    @property
    def article(self) -> str:
        return update_due(self.first, None)[1]

    @property
    def overdue_on(self) -> date:
        """The day that flags bear: the one after the cutoff. No day moves for a weekend or a holiday."""
        return self.cutoff + timedelta(days=1)

    @property
    def overdue_from(self) -> datetime:
        return start_of(self.overdue_on)

    def is_over(self, now: datetime) -> bool:
        """Whether filing for it is no longer in time."""
        return now >= self.overdue_from

    @property
    def duty(self) -> FilingDuty:
        return lawbook.at(self.due_month).local.filing_duty

    @property
    def chase(self) -> FilingChase:
        return lawbook.at(self.due_month).local.filing_chase

    @property
    def title(self) -> str:
        return roc.format_month(self.name)

    @property
    def before(self) -> "FilingMonth":
        return before(self.first)


@dataclass(frozen=True, slots=True)
class Moment:
    """What had been filed by `as_of`, going by what we knew at `known_at`; both aware."""

    as_of: datetime
    known_at: datetime


def read(text: str) -> FilingMonth | None:
    """The month that an address names, or None."""
    known = (
        MONTH.fullmatch(text) is not None and roc.is_known(int(text[:4])) and roc.is_known(int(text[:4]) + 1)
    )
    return FilingMonth(text) if known else None


def before(day: date) -> FilingMonth:
    """The month before a day's."""
    return FilingMonth((day.replace(day=1) - timedelta(days=1)).isoformat()[:7])


def current(now: datetime) -> FilingMonth:
    """The month whose filing is due, or was due, this month."""
    return before(legal_day(now))


def start_of(day: date) -> datetime:
    """00:00 in Asia/Taipei."""
    return datetime.combine(day, time.min, TAIPEI)


def at(day: date, clock_time: str) -> datetime:
    """An hour of a day in Asia/Taipei, such as `08:30`."""
    return datetime.combine(day, time.fromisoformat(clock_time), TAIPEI)


def of_year(year: int, now: datetime) -> list[FilingMonth]:
    """The months of a Gregorian year that have begun."""
    begun = legal_day(now).isoformat()[:7]
    return [
        FilingMonth(name) for name in (f"{year:04}-{number:02}" for number in range(1, 13)) if name <= begun
    ]
