"""The run ledger: once a period, again after a failure, given up at last, all of it visible."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import text

from inspect_app.core import clock, health, runs
from inspect_app.core.clock import TAIPEI, FixedClock
from inspect_app.core.database import session
from inspect_app.core.jobs import Every, Job, Outcome, Pace, Turn
from inspect_app.core.runs import FAILED, FINISHED, RUNNING, WAITING, Run
from inspect_app.scheduler import attend
from tests.conftest import Write
from tests.jobs.job_samples import SECOND, Noted, daily, declare, ledger

DAY = timedelta(days=1)
WAITS = Pace().backoff


def once(app: Flask, job: Job) -> int:
    return attend(app, job, "tester")


def last(app: Flask) -> Run:
    """The last run of the one job declared."""
    with app.app_context():
        return runs.latest(session())[0]


# -- once a period ----------------------------------------------------------------------------------------


@pytest.mark.every_database
def test_a_due_run_is_done_and_written_down(app: Flask, fixed_clock: FixedClock) -> None:
    declare(app, job := daily(Noted()))

    assert once(app, job) == 1

    seen = last(app)
    assert (seen.job, seen.period, seen.state, seen.attempts) == (job.name, "2026-11-23", FINISHED, 1)
    assert (seen.worker, seen.error, seen.outcome) == ("tester", None, {"done": 1})
    assert seen.started_at == seen.finished_at == fixed_clock.now()


@pytest.mark.every_database
def test_a_run_that_is_done_is_not_done_again(app: Flask, fixed_clock: FixedClock) -> None:
    once(app, job := daily(work := Noted()))
    fixed_clock.instant += timedelta(hours=12)

    assert once(app, job) == 0
    assert work.periods == ["2026-11-23"]


def test_the_next_day_has_a_run_of_its_own(app: Flask, fixed_clock: FixedClock) -> None:
    once(app, job := daily(work := Noted()))
    fixed_clock.instant += DAY

    once(app, job)

    assert work.periods == ["2026-11-23", "2026-11-24"]


def test_a_run_missed_while_nothing_ran_is_caught_up_once_under_its_date(
    app: Flask, fixed_clock: FixedClock
) -> None:
    once(app, job := daily(work := Noted()))
    fixed_clock.instant = datetime(2026, 11, 28, 3, 0, tzinfo=TAIPEI)

    once(app, job)
    once(app, job)

    assert work.periods == ["2026-11-23", "2026-11-27"]
    assert work.turns[1].due_at == datetime(2026, 11, 27, 6, 0, tzinfo=TAIPEI)
    assert work.turns[1].now == fixed_clock.now()


def test_looking_when_nothing_is_due_writes_nothing(app: Flask, fixed_clock: FixedClock) -> None:
    once(app, job := daily(Noted()))

    with app.app_context():
        assert not runs.is_due(session(), job, fixed_clock.now())
        assert runs.is_due(session(), job, fixed_clock.now() + DAY)


# -- failures ---------------------------------------------------------------------------------------------


@pytest.mark.every_database
def test_a_failed_run_is_tried_again_after_a_while_and_not_before(
    app: Flask, fixed_clock: FixedClock
) -> None:
    declare(app, job := daily(work := Noted(ValueError("once"))))
    once(app, job)
    assert (last(app).state, last(app).attempts) == (WAITING, 1)

    fixed_clock.instant += WAITS[0] - SECOND
    assert once(app, job) == 0
    fixed_clock.instant += SECOND
    assert once(app, job) == 1

    assert (last(app).state, last(app).attempts) == (FINISHED, 2)
    assert [turn.attempt for turn in work.turns] == [1, 2]


@pytest.mark.every_database
def test_a_run_that_fails_at_every_attempt_is_given_up_and_stays_visible(
    app: Flask, fixed_clock: FixedClock
) -> None:
    declare(app, job := daily(work := Noted(*[OSError(28, "No space left")] * 9)))
    for wait in (timedelta(0), *WAITS, DAY - timedelta(hours=12)):
        fixed_clock.instant += wait
        once(app, job)

    assert (last(app).state, last(app).attempts, len(work.turns)) == (FAILED, 5, 5)
    with app.app_context():
        since = fixed_clock.now() - DAY
        assert [run.period for run in runs.failures(session(), since)] == ["2026-11-23"]


def test_a_run_given_up_does_not_keep_the_next_day_from_its_own(app: Flask, fixed_clock: FixedClock) -> None:
    declare(app, job := daily(Noted(ValueError()), "test.a"), pace=Pace(backoff=()))
    once(app, job)
    fixed_clock.instant += DAY

    once(app, job)

    assert [runs._state(row, fixed_clock.now()) for row in ledger(app)] == [FAILED, FINISHED]


def test_an_error_is_told_by_kind_and_place_and_not_by_its_words(app: Flask) -> None:
    declare(app, job := daily(Noted(ValueError("王小明的電話"))))

    once(app, job)

    assert str(last(app).error).startswith("ValueError at tests/jobs/job_samples.py:")


def test_a_system_error_is_told_with_its_reason(app: Flask) -> None:
    declare(app, job := daily(Noted(OSError(28, "No space left on device", "/secret/王小明.jpg"))))

    once(app, job)

    assert str(last(app).error).startswith("OSError (No space left on device) at ")


def test_an_error_inside_a_package_is_told_with_our_line_that_led_there(app: Flask) -> None:
    def work(_: Turn) -> Outcome:
        session().execute(text("SELECT * FROM nowhere"))
        return {}

    declare(app, job := daily(work))
    once(app, job)

    assert str(last(app).error).startswith("OperationalError at tests/jobs/test_runs.py:")


def test_a_run_given_up_may_be_ordered_again(app: Flask, fixed_clock: FixedClock, write: Write) -> None:
    declare(app, job := daily(Noted(ValueError())), pace=Pace(backoff=()))
    once(app, job)

    with write() as current:
        assert runs.again(current, job.name, "2026-11-23", fixed_clock.now())
        assert not runs.again(current, job.name, "2026-11-22", fixed_clock.now())
    once(app, job)

    assert (last(app).state, last(app).attempts) == (FINISHED, 1)


# -- what is seen and kept --------------------------------------------------------------------------------


def test_a_job_that_never_ran_is_waiting_for_its_last_slot(app: Flask) -> None:
    declare(app, daily(Noted()))

    seen = last(app)

    assert (seen.state, seen.period, seen.attempts) == (WAITING, None, 0)
    assert seen.due_at == datetime(2026, 11, 23, 6, 0, tzinfo=TAIPEI)
    assert seen.next_due_at == datetime(2026, 11, 24, 6, 0, tzinfo=TAIPEI)


def test_a_run_under_way_is_seen_as_running(app: Flask) -> None:
    seen: list[str] = []

    def look(_: Turn) -> Outcome:
        seen.append(runs.latest(session())[0].state)
        return {}

    declare(app, job := daily(look))
    once(app, job)

    assert seen == [RUNNING]


def test_jobs_are_listed_in_the_order_declared(app: Flask) -> None:
    declare(app, daily(Noted(), "test.b"), daily(Noted(), "test.a"))

    with app.app_context():
        assert [run.job for run in runs.latest(session())] == ["test.b", "test.a"]


def test_finished_runs_are_kept_for_400_days(app: Flask, fixed_clock: FixedClock) -> None:
    once(app, job := daily(Noted()))
    fixed_clock.instant += timedelta(days=400)
    once(app, job)
    assert len(ledger(app)) == 2

    fixed_clock.instant += DAY
    once(app, job)

    assert [row.period for row in ledger(app)] == ["2027-12-28", "2027-12-29"]


def test_a_frequent_job_s_runs_are_kept_only_as_long_as_it_says(app: Flask, fixed_clock: FixedClock) -> None:
    often, daily_ = Job("test.often", "常做的", Every(5), Noted(), keep=DAY), daily(Noted())
    declare(app, often, daily_)
    for _ in range(3):
        once(app, daily_)
        once(app, often)
        fixed_clock.instant += DAY

    assert [(row.job, row.period[:10]) for row in ledger(app)] == [
        ("test.daily", "2026-11-23"),
        ("test.daily", "2026-11-24"),
        ("test.often", "2026-11-24"),
        ("test.daily", "2026-11-25"),
        ("test.often", "2026-11-25"),
    ]


@pytest.mark.every_database
def test_a_beat_forgets_the_workers_long_dead(app: Flask, fixed_clock: FixedClock, write: Write) -> None:
    for worker, hours in (("old", 0), ("younger", 1), ("alive", 24)):
        fixed_clock.instant += timedelta(hours=hours)
        with write() as current:
            health.beat(current, worker, clock.now())

    with app.app_context():
        assert set(session().scalars(health.select(health.WorkerBeat.worker))) == {"younger", "alive"}
