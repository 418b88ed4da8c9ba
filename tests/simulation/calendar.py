"""The two years as offices lived them, written down by hand: nothing here asks the application or its calendar.

Typhoon days are invented; each has the instant at which it was put on record, the last one too late for its Monday.
"""

from datetime import date, datetime, timedelta

from inspect_app.core.clock import TAIPEI

HOLIDAYS = {
    2020: "01-01 01-23 01-24 01-27 01-28 01-29 02-28 04-02 04-03 06-25 06-26 10-01 10-02 10-09",
    2026: "01-01 02-16 02-17 02-18 02-19 02-20 02-27 04-03 04-06 05-01 06-19 09-25 09-28 10-09 10-26 12-25",
}
"""Days from Monday to Friday on which government offices were closed."""
WORKED = {2020: "02-15 06-20 09-26", 2026: ""}
"""Saturdays worked to make up for a bridge day."""
TYPHOONS = {
    2020: {"08-10": "08-09 20:00", "08-11": "08-10 20:30", "10-19": "10-20 09:00"},
    2026: {"07-13": "07-12 20:00", "08-24": "08-23 21:00", "11-09": "11-10 09:00"},
}


def local(text: str) -> datetime:
    """An instant of Taipei from `2020-02-07 00:05`."""
    return datetime.fromisoformat(text).replace(tzinfo=TAIPEI)


def closures(year: int) -> dict[date, datetime]:
    """Each day of closed offices, and when that was put on record."""
    told = TYPHOONS[year].items()
    return {date.fromisoformat(f"{year}-{day}"): local(f"{year}-{at}") for day, at in told}


def works(day: date, known_at: datetime) -> bool:
    """Whether offices work on a day, as far as is known at an instant."""
    put_on_record = closures(day.year).get(day)
    if put_on_record is not None and put_on_record <= known_at:
        return False
    if f"{day:%m-%d}" in WORKED[day.year].split():
        return True
    return day.weekday() < 5 and f"{day:%m-%d}" not in HOLIDAYS[day.year].split()


def days(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days)]
