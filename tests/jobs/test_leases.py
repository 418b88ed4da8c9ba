"""Leases: one holder at a time, a dead one's run out, and a command may hold a job back."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from inspect_app.core import leases, runs
from inspect_app.core.clock import FixedClock
from inspect_app.core.database import session, transaction
from inspect_app.core.jobs import Job, LeaseLost, Outcome, Pace, Turn
from inspect_app.core.leases import Lease, LeaseTaken
from inspect_app.core.runs import FAILED, FINISHED, Claim
from inspect_app.scheduler import attend
from tests.conftest import Write
from tests.jobs.job_samples import SECOND, Noted, daily, declare, ledger

TAKERS = 6
LEASE = Pace().lease
QUICK = Pace(lease=timedelta(milliseconds=150))


def claimed(app: Flask, job: Job, worker: str, clock: FixedClock) -> Claim | None:
    with app.app_context(), transaction() as current:
        return runs.claim(current, job, worker, clock.now())


def until_raised(check: Callable[[], None]) -> None:
    for _ in range(200):
        check()
        time.sleep(0.02)


@pytest.mark.every_database
def test_of_many_who_try_at_the_same_time_one_has_the_run(app: Flask, fixed_clock: FixedClock) -> None:
    job, ready = daily(Noted()), threading.Barrier(TAKERS)

    def take(number: int) -> Claim | None:
        with app.app_context():
            assert runs.is_due(session(), job, fixed_clock.now())
            session().rollback()
        ready.wait(10)
        return claimed(app, job, f"worker {number}", fixed_clock)

    with ThreadPoolExecutor(TAKERS) as pool:
        won = [mine for mine in pool.map(take, range(TAKERS)) if mine]

    assert len(won) == 1
    assert [(row.worker, row.attempts) for row in ledger(app)] == [(won[0].worker, 1)]


@pytest.mark.every_database
def test_a_dead_workers_run_goes_to_another_when_its_lease_has_run_out(
    app: Flask, fixed_clock: FixedClock
) -> None:
    job = daily(work := Noted())
    assert claimed(app, job, "dead", fixed_clock) is not None

    fixed_clock.instant += LEASE
    assert attend(app, job, "heir") == 0
    fixed_clock.instant += SECOND
    assert attend(app, job, "heir") == 1

    assert [turn.attempt for turn in work.turns] == [2]
    assert [row.worker for row in ledger(app)] == ["heir"]


@pytest.mark.parametrize("heirs_name", ["heir", "slow"])
def test_a_worker_that_was_only_slow_cannot_finish_what_another_took_over(
    app: Flask, fixed_clock: FixedClock, write: Write, heirs_name: str
) -> None:
    """Not even under the same name: in a container every worker may be process 1."""
    job = daily(Noted())
    slow = claimed(app, job, "slow", fixed_clock)
    assert slow is not None
    fixed_clock.instant += LEASE + SECOND
    heir = claimed(app, job, heirs_name, fixed_clock)
    assert heir is not None

    with write() as current:
        assert not runs.renew(current, slow, fixed_clock.now() + LEASE)
        assert not runs.finish(current, slow, {"by": "slow"}, fixed_clock.now())
        assert runs.finish(current, heir, {"by": "heir"}, fixed_clock.now())

    assert [row.outcome for row in ledger(app)] == [{"by": "heir"}]


def test_a_lease_is_renewed_while_the_work_lasts(app: Flask, fixed_clock: FixedClock) -> None:
    def work(turn: Turn) -> Outcome:
        fixed_clock.instant += timedelta(hours=1)
        for _ in range(200):
            if ledger(app)[0].lease_until == fixed_clock.now() + QUICK.lease:
                return {"renewed": 1}
            time.sleep(0.02)
        return {"renewed": 0}

    declare(app, job := daily(work), pace=QUICK)
    attend(app, job, "tester")

    assert ledger(app)[0].outcome == {"renewed": 1}


def test_work_whose_lease_went_to_another_is_told_so_and_writes_nothing(
    app: Flask, fixed_clock: FixedClock
) -> None:
    lost: list[LeaseLost] = []

    def work(turn: Turn) -> Outcome:
        with app.app_context(), transaction() as current:
            current.execute(update(Lease).values(holder="another"))
        try:
            until_raised(turn.check)
        except LeaseLost as error:
            lost.append(error)
            raise
        return {}

    declare(app, job := daily(work), pace=QUICK)
    attend(app, job, "tester")

    assert len(lost) == 1
    assert [(row.finished_at, row.error) for row in ledger(app)] == [(None, None)]


def test_a_run_whose_workers_die_at_every_attempt_is_given_up(app: Flask, fixed_clock: FixedClock) -> None:
    declare(app, job := daily(Noted()))
    for _ in range(Pace().max_attempts):
        assert claimed(app, job, "doomed", fixed_clock) is not None
        fixed_clock.instant += LEASE + SECOND

    assert claimed(app, job, "doomed", fixed_clock) is None

    with app.app_context():
        seen = runs.latest(session())[0]
    assert (seen.state, seen.error, seen.attempts) == (FAILED, runs.DIED, 5)


# -- keeping a job from running ---------------------------------------------------------------------------


@pytest.mark.every_database
def test_a_job_does_not_run_while_a_command_holds_its_lease(app: Flask) -> None:
    job = daily(work := Noted())

    with runs.holding(app, job.name):
        assert attend(app, job, "tester") == 0
    assert attend(app, job, "tester") == 1

    assert len(work.turns) == 1


def test_another_job_runs_meanwhile(app: Flask) -> None:
    with runs.holding(app, "test.other"):
        assert attend(app, daily(Noted()), "tester") == 1


def test_a_command_cannot_have_the_lease_of_a_run_in_hand(app: Flask) -> None:
    refused: list[str] = []

    def work(_: Turn) -> Outcome:
        try:
            with runs.holding(app, "test.daily"):
                pass
        except LeaseTaken as error:
            refused.append(str(error))
        return {}

    attend(app, daily(work), "tester")

    assert len(refused) == 1
    assert refused[0].startswith("test.daily is under way elsewhere; try again")


def test_a_command_may_wait_for_the_run_in_hand_to_end(app: Flask, fixed_clock: FixedClock) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def work(_: Turn) -> Outcome:
        begun.set()
        go_on.wait(10)
        return {}

    with ThreadPoolExecutor(1) as pool:
        run = pool.submit(attend, app, daily(work), "tester")
        begun.wait(10)
        threading.Timer(0.3, go_on.set).start()
        with runs.holding(app, "test.daily", wait=timedelta(seconds=10)):
            assert ledger(app)[0].finished_at is not None
        assert run.result() == 1


def test_the_lease_is_given_back_when_the_command_fails(app: Flask) -> None:
    with pytest.raises(ZeroDivisionError), runs.holding(app, "test.daily"):
        raise ZeroDivisionError

    assert attend(app, daily(Noted()), "tester") == 1


def test_a_killed_commands_lease_runs_out(app: Flask, fixed_clock: FixedClock, write: Write) -> None:
    with write() as current:
        now = fixed_clock.now()
        assert leases.take(current, "test.daily", "killed", now, now + LEASE)
    fixed_clock.instant += LEASE
    assert attend(app, job := daily(Noted()), "tester") == 0

    fixed_clock.instant += SECOND

    assert attend(app, job, "tester") == 1
    assert [runs._state(row, fixed_clock.now()) for row in ledger(app)] == [FINISHED]


def test_work_is_told_when_its_lease_could_not_be_renewed_for_its_whole_length(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(*_: object) -> bool:
        raise OSError

    declare(app, pace=QUICK)
    monkeypatch.setattr(leases, "renew", silent)
    with runs.holding(app, "test.daily") as check:
        check()

        with pytest.raises(LeaseLost):
            until_raised(check)
