"""What a year ought to bring, computed from its script alone: no schedule, calendar or query of the application.

A `Script` says what happens; `expected` says which messages that must cause, from when and until when.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from inspect_app.core.clock import TAIPEI
from tests.simulation.calendar import closures, days, local, works

LEASE = timedelta(seconds=90)
AGENCIES = {"agency": "測試市水利局", "agency2": "測試市工務局", "agency3": "測試市教育局"}
"""Each agency's officer, by username."""
TENDERS = {f"{agency}-{n}": agency for agency in AGENCIES for n in (1, 2)}
STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Filing:
    """A month of a tender filed over HTTP, at that instant."""

    at: datetime
    tender: str
    month: str


@dataclass(frozen=True, slots=True)
class Span:
    """From an instant until before another."""

    begin: datetime
    end: datetime

    def holds(self, instant: datetime) -> bool:
        return self.begin <= instant < self.end


@dataclass(frozen=True, slots=True)
class Script:
    """All that happens in a year: filings, closures on record, spans without a worker or without SMTP, and
    an instant at which the clock is set back an hour.
    """

    year: int
    filings: tuple[Filing, ...]
    closed: dict[date, datetime]
    without_worker: tuple[Span, ...]
    without_smtp: tuple[Span, ...]
    set_back: tuple[datetime, ...]

    @property
    def begin(self) -> datetime:
        return local(f"{self.year}-01-01 00:00")

    @property
    def end(self) -> datetime:
        return local(f"{self.year}-12-31 23:00")


@dataclass(frozen=True, slots=True)
class Expected:
    """One message: its key, and between which instants it must be received."""

    kind: str
    period: str
    to: str
    earliest: datetime
    latest: datetime


def script(year: int, seed: int) -> Script:
    """A year's script, the same for the same seed."""
    chance = random.Random(f"{year} {seed}")  # noqa: S311 - repeatable, not secret
    return Script(
        year,
        tuple(sorted(_filings(year, chance), key=lambda filing: (filing.at, filing.tender))),
        closures(year),
        # The 7th of October is missed and made up for on the 9th; all of a week in spring is.
        (
            Span(local(f"{year}-03-14 12:00"), local(f"{year}-03-24 10:00")),
            Span(local(f"{year}-10-06 18:00"), local(f"{year}-10-09 09:00")),
        ),
        (Span(local(f"{year}-05-05 12:00"), local(f"{year}-05-08 12:00")),),
        (local(f"{year}-06-08 09:00"), local(f"{year}-07-07 00:30")),
    )


def _filings(year: int, chance: random.Random) -> Iterator[Filing]:
    """Most in time, some at the last moment, some a moment too late, some late, some never."""
    for reported in range(1, 12):
        due = f"{year}-{reported + 1:02}"
        for tender in TENDERS:
            at = chance.choices(
                (
                    f"{due}-0{chance.randint(1, 6)} 1{chance.randint(0, 9)}:15",
                    f"{due}-06 23:59:59.999999",
                    f"{due}-07 00:00",
                    f"{due}-1{chance.randint(0, 9)} 14:00",
                    None,
                ),
                (12, 2, 2, 2, 1),
            )[0]
            if at:
                yield Filing(local(at), tender, f"{year}-{reported:02}")


def expected(of: Script) -> list[Expected]:
    """Every message of the year."""
    found = [*_flags(of), *_weeks(of), *_quarters(of), *_days(of)]
    return sorted(found, key=lambda each: (each.earliest, each.kind, each.to))


def _flags(of: Script) -> Iterator[Expected]:
    """On the 7th at 00:05, of the month before; the new installation begins with the last 7th of December."""
    for number in range(12):
        month = f"{of.year}-{number:02}" if number else f"{of.year - 1}-12"
        due = local(f"{of.year}-{number + 1:02}-07 00:05")
        cutoff = local(f"{of.year}-{number + 1:02}-07 00:00")
        on_time = {each.tender for each in of.filings if each.month == month and each.at < cutoff}
        for agency in {TENDERS[tender] for tender in TENDERS if tender not in on_time}:
            yield _message(of, "sim.flag", month, agency, due)
    for agency in AGENCIES:
        yield _message(of, "sim.flag", f"{of.year - 1}-11", agency, of.begin)


def _weeks(of: Script) -> Iterator[Expected]:
    """Each Monday, or the first day after it on which offices work, as far as is known that morning."""
    mondays = [day for day in days(of.year) if day.weekday() == 0]
    for monday in mondays:
        day = monday
        while day.year == of.year and not works(day, _at(day, "08:30")):
            day += timedelta(days=1)
        if day.year == of.year:
            yield from _week(of, monday, _at(day, "08:30"))
    yield from _week(of, mondays[0] - timedelta(days=7), of.begin)


def _week(of: Script, monday: date, due: datetime) -> Iterator[Expected]:
    year, week, _ = monday.isocalendar()
    for to in (STAFF, *AGENCIES):
        yield _message(of, "sim.week", f"{year}-W{week:02}", to, due)


def _quarters(of: Script) -> Iterator[Expected]:
    year = of.year
    told = {f"{year - 1}-Q4": "01-17", f"{year}-Q1": "04-16", f"{year}-Q2": "07-17", f"{year}-Q3": "10-17"}
    for period, day in told.items():
        yield _message(of, "sim.quarter", period, STAFF, local(f"{year}-{day} 08:30"))
    yield _message(of, "sim.quarter", f"{year - 1}-Q3", STAFF, of.begin)


def _days(of: Script) -> Iterator[Expected]:
    """On days of work at 08:00; a day that passed without a worker is not made up for."""
    for day in days(of.year):
        due, midnight = _at(day, "08:00"), _at(day + timedelta(days=1), "00:00")
        if works(day, due) and _alive(of, due) < midnight:
            yield _message(of, "sim.day", day.isoformat(), STAFF, due)


def _message(of: Script, kind: str, period: str, to: str, due: datetime) -> Expected:
    alive = _alive(of, due)
    sent = next((span.end for span in of.without_smtp if span.holds(alive)), alive)
    return Expected(kind, period, to, due, max(sent, alive) + LEASE)


def _alive(of: Script, due: datetime) -> datetime:
    """When a worker next lives."""
    return next((span.end for span in of.without_worker if span.holds(due)), due)


def _at(day: date, at: str) -> datetime:
    return datetime.combine(day, time.fromisoformat(at), TAIPEI)
