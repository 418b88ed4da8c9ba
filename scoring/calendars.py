"""Days of work: the official calendar of government offices with its make-up days, less typhoon days.

The calendar is that of the `holidays` package, which knows make-up workdays; the years for which it was compared
with the official one stand in law/calendar/known_years.yaml, and any other year is an error, never a guess.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import MAXYEAR, date, timedelta
from functools import cache

import holidays

from scoring.errors import CalendarNotKnown
from scoring.parameters import KnownYears


@dataclass(frozen=True, slots=True)
class CountedDay:
    """One day of a count and why it counts or not: `work`, `makeup`, `rest`, `holiday` or `closure`."""

    day: date
    kind: str
    number: int | None

    def as_dict(self) -> dict[str, object]:
        """Return the day as it stands in a step."""
        return {"day": self.day.isoformat(), "kind": self.kind, "number": self.number}


def count_working_days(
    after: date, days: int, closures: Collection[date], known: KnownYears
) -> tuple[CountedDay, ...]:
    """Return every day from the one after `after` to the `days`th working day; the last one is it.

    CalendarNotKnown when a day lies in a year whose calendar is not known.
    """
    ledger: list[CountedDay] = []
    counted, day = 0, after
    while counted < days:
        if (following_day := _next(day)) is None or not known.holds(following_day.year):
            raise _not_known(known)
        day = following_day
        kind = "closure" if day in closures else kind_of(day)
        works = kind in ("work", "makeup")
        counted += works
        ledger.append(CountedDay(day, kind, counted if works else None))
    return tuple(ledger)


def kind_of(day: date) -> str:
    """Return `work`, `makeup` (a weekend day worked), `rest` (a weekend) or `holiday`."""
    calendar = _taiwan(day.year)
    if calendar.is_working_day(day):
        return "makeup" if day.weekday() >= 5 else "work"
    return "holiday" if day in calendar else "rest"


def is_working_day(day: date, closures: Collection[date], known: KnownYears) -> bool:
    """Return whether offices work on a day; CalendarNotKnown when its year's calendar is not known."""
    if not known.holds(day.year):
        raise _not_known(known)
    return day not in closures and kind_of(day) in ("work", "makeup")


def first_working_day(day: date, closures: Collection[date], known: KnownYears) -> date:
    """Return a day if offices work on it, else the next one on which they do; CalendarNotKnown as above."""
    while not is_working_day(day, closures, known):
        day += timedelta(days=1)
    return day


def following(month: date) -> date | None:
    """Return the first day of the month after the one that starts on `month`; None after year 9999."""
    if month.month < 12:
        return month.replace(month=month.month + 1)
    return None if month.year == MAXYEAR else date(month.year + 1, 1, 1)


def _not_known(known: KnownYears) -> CalendarNotKnown:
    return CalendarNotKnown(
        f"The official calendars of {known.first_year} to {known.last_year} are known; the count reaches "
        "beyond. Add that year to law/calendar/known_years.yaml once its calendar was compared.",
        "",
        "calendar",
        {"first": known.first_year, "last": known.last_year},
    )


def _next(day: date) -> date | None:
    return None if day == date.max else day + timedelta(days=1)


@cache
def _taiwan(year: int) -> holidays.HolidayBase:
    return holidays.country_holidays("TW", years=year, expand=False)
