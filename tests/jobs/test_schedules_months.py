"""Jobs of a month, a quarter and a week: their edges, leap days, and holidays that move a Monday."""

import os
import time as system_time
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

import pytest
from flask import Flask

from inspect_app.core.clock import TAIPEI
from inspect_app.core.jobs import Daily, Monthly, Quarterly, Schedule, Slot, Weekly
from inspect_app.core.schedules import month_before
from inspect_app.deadlines import workdays
from inspect_app.deadlines.models import Closure
from scoring import lawbook
from scoring.calendars import first_working_day
from tests.conftest import MORNING, Write

FLAG = Monthly(7, time(0, 5))
HALF_PAST_EIGHT = time(8, 30)


def at(text: str) -> datetime:
    """An instant of Taipei."""
    return datetime.fromisoformat(text).replace(tzinfo=TAIPEI).astimezone(UTC)


def told(slot: Slot) -> tuple[str, str]:
    return slot.period, f"{slot.due_at.astimezone(TAIPEI):%Y-%m-%d %H:%M}"


def mondays(*closed: str) -> Weekly:
    """A Monday's reminder; offices were closed on some days beside the calendar."""
    closures = frozenset(map(date.fromisoformat, closed))
    return Weekly(
        0, HALF_PAST_EIGHT, lambda day: first_working_day(day, closures, lawbook.at(day).known_years)
    )


# -- months -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "latest", "following"),
    [
        ("2026-11-07 00:04", ("2026-10", "2026-10-07 00:05"), ("2026-11", "2026-11-07 00:05")),
        ("2026-11-07 00:05", ("2026-11", "2026-11-07 00:05"), ("2026-12", "2026-12-07 00:05")),
        ("2026-12-31 23:59", ("2026-12", "2026-12-07 00:05"), ("2027-01", "2027-01-07 00:05")),
        ("2027-01-01 00:00", ("2026-12", "2026-12-07 00:05"), ("2027-01", "2027-01-07 00:05")),
        ("2020-02-29 12:00", ("2020-02", "2020-02-07 00:05"), ("2020-03", "2020-03-07 00:05")),
    ],
)
def test_a_monthly_period_is_the_month_of_its_day(
    now: str, latest: tuple[str, str], following: tuple[str, str]
) -> None:
    assert (told(FLAG.latest(at(now))), told(FLAG.following(at(now)))) == (latest, following)


def test_the_month_reported_is_the_one_before() -> None:
    assert [month_before(month) for month in ("2026-11", "2026-01", "2020-03")] == [
        "2026-10",
        "2025-12",
        "2020-02",
    ]


@pytest.mark.parametrize("day", [0, 29, 31])
def test_a_day_that_some_months_have_not_is_refused(day: int) -> None:
    with pytest.raises(ValueError, match=f"day {day}"):
        Monthly(day, HALF_PAST_EIGHT)


# -- quarters ---------------------------------------------------------------------------------------------


def test_a_quarter_is_reported_before_the_end_of_the_month_after_it() -> None:
    two_weeks = Quarterly(14, HALF_PAST_EIGHT)
    slots = two_weeks.between(at("2026-01-01 00:00"), at("2027-02-01 00:00"), at_most=9)

    assert [told(slot) for slot in slots] == [
        ("2025-Q4", "2026-01-17 08:30"),
        ("2026-Q1", "2026-04-16 08:30"),
        ("2026-Q2", "2026-07-17 08:30"),
        ("2026-Q3", "2026-10-17 08:30"),
        ("2026-Q4", "2027-01-17 08:30"),
    ]


def test_a_quarters_slot_stays_within_its_month() -> None:
    with pytest.raises(ValueError, match="28 days before"):
        Quarterly(28, HALF_PAST_EIGHT)


# -- weeks ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "latest", "following"),
    [
        # An ordinary Monday.
        ("2026-11-23 08:29", ("2026-W47", "2026-11-16 08:30"), ("2026-W48", "2026-11-23 08:30")),
        ("2026-11-23 08:30", ("2026-W48", "2026-11-23 08:30"), ("2026-W49", "2026-11-30 08:30")),
        # The year turns within ISO week 53.
        ("2021-01-03 12:00", ("2020-W53", "2020-12-28 08:30"), ("2021-W01", "2021-01-04 08:30")),
        # 2020-06-25 and 26 were holidays; the Saturday before was worked, and plays no part on a Monday.
        ("2020-06-20 12:00", ("2020-W25", "2020-06-15 08:30"), ("2020-W26", "2020-06-22 08:30")),
    ],
)
def test_a_weekly_period_is_the_iso_week(
    now: str, latest: tuple[str, str], following: tuple[str, str]
) -> None:
    assert (told(mondays().latest(at(now))), told(mondays().following(at(now)))) == (latest, following)


def test_a_monday_that_is_a_holiday_is_done_on_the_next_working_day() -> None:
    assert told(mondays().following(at("2026-09-27 12:00"))) == ("2026-W40", "2026-09-29 08:30")
    assert told(mondays("2026-09-29").following(at("2026-09-27 12:00"))) == ("2026-W40", "2026-09-30 08:30")


def test_after_a_whole_week_of_holidays_two_weeks_are_due_at_once() -> None:
    slots = mondays().between(at("2026-02-09 00:00"), at("2026-03-02 23:00"), at_most=9)

    assert [told(slot) for slot in slots] == [
        ("2026-W07", "2026-02-09 08:30"),
        ("2026-W08", "2026-02-23 08:30"),
        ("2026-W09", "2026-02-23 08:30"),
        ("2026-W10", "2026-03-02 08:30"),
    ]


def test_amid_the_holidays_the_week_before_is_the_last_one() -> None:
    now = at("2026-02-18 12:00")

    assert told(mondays().latest(now)) == ("2026-W07", "2026-02-09 08:30")
    assert told(mondays().following(now)) == ("2026-W08", "2026-02-23 08:30")


def test_every_week_of_the_known_years_is_due_once() -> None:
    slots = mondays("2020-08-03", "2026-07-27").between(
        at("2020-01-01 00:00"), at("2026-12-31 00:00"), at_most=999
    )
    weeks = {(date(2020, 1, 6) + timedelta(weeks=week)).isocalendar()[:2] for week in range(365)}

    assert [slot.period for slot in slots] == sorted({slot.period for slot in slots})
    assert {f"{year}-W{week:02}" for year, week in weeks} == {slot.period for slot in slots}


def test_a_closure_on_record_moves_the_schedule(app: Flask, write: Write) -> None:
    with write() as session:
        session.add(Closure(on=date(2026, 11, 30), document="示範停班通報", recorded_at=MORNING))
    with app.app_context():
        following = Weekly(0, HALF_PAST_EIGHT, workdays.moved).following(MORNING)

    assert told(following) == ("2026-W49", "2026-12-01 08:30")


def test_a_year_without_a_calendar_is_not_skipped(app: Flask) -> None:
    with app.app_context():
        following = Weekly(0, HALF_PAST_EIGHT, workdays.moved).following(at("2031-01-05 12:00"))

    assert told(following) == ("2031-W02", "2031-01-06 08:30")


# -- other machines ---------------------------------------------------------------------------------------


@pytest.fixture(params=["America/New_York", "Pacific/Auckland"])
def zone(request: pytest.FixtureRequest) -> Iterator[None]:
    """A machine that keeps another zone's time, with summer time."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = request.param
    system_time.tzset()
    yield
    del os.environ["TZ"]
    if before is not None:
        os.environ["TZ"] = before
    system_time.tzset()


@pytest.mark.usefixtures("zone")
@pytest.mark.parametrize("schedule", [Daily(time(0, 5)), FLAG, Quarterly(14, time(0, 5)), mondays()])
def test_the_machines_zone_and_its_summer_time_play_no_part(schedule: Schedule) -> None:
    slots = schedule.between(at("2026-01-01 00:00"), at("2026-12-31 23:59"), at_most=999)

    assert {slot.due_at.astimezone(TAIPEI).time() for slot in slots} <= {time(0, 5), HALF_PAST_EIGHT}
    assert len({slot.period for slot in slots}) == len(slots)
