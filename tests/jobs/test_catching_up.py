"""After a time without a worker: the last missed period, or all of them, each once and under its own date."""

from datetime import datetime, time, timedelta
from typing import Literal

import pytest
from flask import Flask

from inspect_app.core import runs
from inspect_app.core.clock import TAIPEI, FixedClock
from inspect_app.core.database import session
from inspect_app.core.jobs import Daily, Every, Job, Monthly, Schedule, Weekly
from inspect_app.scheduler import attend
from tests.jobs.job_samples import Noted, Work, ledger

FLAG = Monthly(7, time(0, 5))
HOUR = timedelta(hours=1)


def catching(
    work: Work, schedule: Schedule, catch_up: Literal["last", "all"] = "all", keep: timedelta | None = None
) -> Job:
    return Job("test.flag", "測試工作", schedule, work, keep, catch_up)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=TAIPEI)


def go(app: Flask, clock: FixedClock, job: Job, *instants: str) -> None:
    """Look at each of the instants."""
    for text in instants:
        clock.instant = at(text)
        attend(app, job, "tester")


@pytest.mark.every_database
def test_a_missed_seventh_is_done_on_the_ninth_once_and_dated_right(
    app: Flask, fixed_clock: FixedClock
) -> None:
    job = catching(work := Noted(), FLAG)
    go(app, fixed_clock, job, "2026-10-08 09:00", "2026-11-06 23:59", "2026-11-09 10:00", "2026-11-10 10:00")

    assert work.periods == ["2026-10", "2026-11"]
    assert work.turns[1].due_at == at("2026-11-07 00:05")
    assert work.turns[1].now == at("2026-11-09 10:00")


@pytest.mark.every_database
def test_every_missed_period_is_done_oldest_first(app: Flask, fixed_clock: FixedClock) -> None:
    job = catching(work := Noted(), FLAG)
    go(app, fixed_clock, job, "2026-08-08 09:00", "2026-12-01 09:00", "2026-12-01 09:01")

    assert work.periods == ["2026-08", "2026-09", "2026-10", "2026-11"]
    assert [turn.due_at for turn in work.turns[1:]] == [at(f"2026-{n:02}-07 00:05") for n in (9, 10, 11)]


def test_a_new_installation_has_no_past(app: Flask, fixed_clock: FixedClock) -> None:
    go(app, fixed_clock, catching(work := Noted(), FLAG), "2026-11-23 09:00")

    assert work.periods == ["2026-11"]


def test_by_default_the_last_missed_period_is_enough(app: Flask, fixed_clock: FixedClock) -> None:
    job = catching(work := Noted(), FLAG, "last")
    go(app, fixed_clock, job, "2026-08-08 09:00", "2026-12-01 09:00")

    assert work.periods == ["2026-08", "2026-11"]


def test_catching_up_has_a_bound(app: Flask, fixed_clock: FixedClock) -> None:
    job = catching(work := Noted(), Daily(time(6, 0)))
    go(app, fixed_clock, job, "2025-01-01 09:00", "2026-11-23 09:00")

    assert len(work.turns) == 1 + runs.MAX_CAUGHT_UP
    assert work.periods[-1] == "2026-11-23"


def test_two_weeks_due_at_once_are_both_done(app: Flask, fixed_clock: FixedClock) -> None:
    """As after the Lunar New Year, when both fall on the same morning; the job asks for the last one only."""
    holidays = (at("2026-02-16 00:00").date(), at("2026-02-23 00:00").date())
    moved = Weekly(0, time(8, 30), lambda day: max(day, holidays[1]) if day in holidays else day)
    job = catching(work := Noted(), moved, "last")
    go(app, fixed_clock, job, "2026-02-10 09:00", "2026-02-17 09:00", "2026-02-23 09:00", "2026-02-24 09:00")

    assert work.periods == ["2026-W07", "2026-W08", "2026-W09"]


def test_a_closure_recorded_late_does_not_repeat_the_week(app: Flask, fixed_clock: FixedClock) -> None:
    closed: set[str] = set()
    moved = Weekly(0, time(8, 30), lambda day: day + timedelta(days=1) if day.isoformat() in closed else day)
    job = catching(work := Noted(), moved)
    go(app, fixed_clock, job, "2026-11-16 08:30", "2026-11-23 08:30")
    closed.add("2026-11-23")
    go(app, fixed_clock, job, "2026-11-23 09:00", "2026-11-24 08:30", "2026-11-30 08:30")

    assert work.periods == ["2026-W47", "2026-W48", "2026-W49"]


# -- clocks that err --------------------------------------------------------------------------------------


@pytest.mark.parametrize("catch_up", ["last", "all"])
@pytest.mark.parametrize("schedule", [Every(5), Daily(time(8, 30)), FLAG, Weekly(0, time(8, 30))])
def test_a_clock_set_back_an_hour_repeats_nothing_and_goes_on(
    app: Flask, fixed_clock: FixedClock, schedule: Schedule, catch_up: Literal["last", "all"]
) -> None:
    job = catching(work := Noted(), schedule, catch_up, keep=timedelta(days=2))
    fixed_clock.instant = at("2026-11-23 07:00")
    for _ in range(48):
        attend(app, job, "tester")
        fixed_clock.instant += timedelta(minutes=5)
    done = len(work.turns)
    for _ in range(12):
        fixed_clock.instant -= timedelta(minutes=5)
        attend(app, job, "tester")
    assert len(work.turns) == done
    fixed_clock.instant += timedelta(days=31)
    attend(app, job, "tester")

    assert len(work.periods) == len(set(work.periods))
    assert len(work.turns) > done


def test_a_clock_days_ahead_and_set_right_again_leaves_no_day_out(
    app: Flask, fixed_clock: FixedClock
) -> None:
    job = catching(work := Noted(), Daily(time(8, 30)), "last")
    days = ("2026-11-20", "2026-11-23", "2026-11-21", "2026-11-22", "2026-11-23", "2026-11-24")
    go(app, fixed_clock, job, *(f"{day} 09:00" for day in days))

    assert sorted(work.periods) == [f"2026-11-{day}" for day in range(20, 25)]


def test_a_look_at_a_job_that_catches_up_writes_nothing_when_nothing_is_due(
    app: Flask, fixed_clock: FixedClock
) -> None:
    job = catching(Noted(), FLAG)
    go(app, fixed_clock, job, "2026-11-08 09:00")
    before = ledger(app)
    with app.app_context():
        assert not runs.is_due(session(), job, fixed_clock.now() + HOUR)

    assert len(before) == len(ledger(app)) == 1
