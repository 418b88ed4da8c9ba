"""`flask jobs list` and `jobs run`: through the ledger, once a period, or as a rehearsal."""

import pytest
from flask import Flask

from inspect_app.core import leases, runs
from inspect_app.core.clock import FixedClock
from inspect_app.core.database import session, transaction
from inspect_app.core.runs import FAILED, FINISHED
from tests.jobs.job_samples import Noted, daily, declare, ledger
from tests.jobs.test_rehearsals import KIND, kind, messenger, rows, writes  # noqa: F401 - a fixture

DONE, TODAY, TOMORROW = "test.daily", "2026-11-23", "2026-11-24"


def jobs(app: Flask, *arguments: str) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["jobs", *arguments])
    return result.exit_code, result.output


def test_the_list_tells_state_last_and_next_run(app: Flask) -> None:
    declare(app, daily(Noted()))
    before = jobs(app, "list")[1].splitlines()[1].split("\t")
    jobs(app, "run", DONE)
    after = jobs(app, "list")[1].splitlines()[1].split("\t")

    assert before == [DONE, "waiting", "-", "-", "-", "2026-11-24 06:00", "測試工作"]
    assert after == [DONE, "finished", TODAY, "2026-11-23 09:00", "0.0", "2026-11-24 06:00", "測試工作"]


@pytest.mark.every_database
def test_a_run_by_command_stands_in_the_ledger_and_is_done_once(app: Flask) -> None:
    declare(app, daily(work := Noted()))

    code, told = jobs(app, "run", DONE)
    refused, why = jobs(app, "run", DONE)

    assert (code, "done: 1" in told) == (0, True)
    assert (refused, "--again" in why) == (1, True)
    assert work.periods == [TODAY]
    assert [(row.period, runs._state(row, row.due_at)) for row in ledger(app)] == [(TODAY, FINISHED)]


@pytest.mark.every_database
def test_a_period_may_be_done_again_or_later(app: Flask) -> None:
    declare(app, daily(work := Noted()))
    for arguments in ((), ("--again",), ("--period", "2026-11-20")):
        assert jobs(app, "run", DONE, *arguments)[0] == 0

    assert work.periods == [TODAY, TODAY, "2026-11-20"]


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ((DONE, "--period", TOMORROW), "尚未到期"),
        ((DONE, "--period", "2026-W48"), "沒有 2026-W48 這一期"),
        (("test.other",), "jobs list"),
        ((DONE, "--dry-run"), "不能預演"),
    ],
)
def test_what_cannot_be_run_is_refused_with_what_to_do(
    app: Flask, arguments: tuple[str, ...], word: str
) -> None:
    declare(app, daily(work := Noted()))

    code, told = jobs(app, "run", *arguments)

    assert (code, word in told, work.turns) == (1, True, [])


def test_a_failure_is_told_and_may_be_run_again_at_once(app: Flask) -> None:
    declare(app, daily(work := Noted(OSError(28, "No space left on device"))))

    code, told = jobs(app, "run", DONE)

    assert (code, "磁碟或檔案無法讀寫" in told) == (1, True)
    assert jobs(app, "run", DONE)[0] == 0
    assert len(work.turns) == 2


def test_a_job_in_hand_is_not_run_beside(app: Flask, fixed_clock: FixedClock) -> None:
    declare(app, job := daily(work := Noted()))
    with app.app_context(), transaction() as current:
        assert runs.claim(current, job, "another", fixed_clock.now()) is not None

    code, told = jobs(app, "run", DONE)

    assert (code, "正在執行" in told, work.turns) == (1, True, [])


def test_a_job_whose_lease_a_command_holds_is_not_run_beside(app: Flask, fixed_clock: FixedClock) -> None:
    declare(app, daily(work := Noted()))
    with app.app_context(), transaction() as current:
        leases.take(current, DONE, "a backup", fixed_clock.now(), fixed_clock.now().replace(hour=23))

    code, told = jobs(app, "run", DONE)

    assert (code, "jobs list" in told, work.turns) == (1, True, [])


@pytest.mark.every_database
def test_a_rehearsal_by_command_prints_the_messages_and_leaves_nothing(app: Flask) -> None:
    declare(app, messenger(writes))

    code, told = jobs(app, "run", KIND, "--period", TOMORROW, "--dry-run")

    assert code == 0
    assert told.splitlines()[-1].split("\t") == [
        KIND,
        TOMORROW,
        "己主辦",
        "agency@example.invalid",
        f"測試 {TOMORROW}",
    ]
    assert (rows(app), ledger(app)) == (0, [])


def test_what_failed_for_good_can_be_run_by_command(app: Flask) -> None:
    declare(app, daily(Noted()))
    jobs(app, "run", DONE)
    with app.app_context(), transaction() as current:
        (row,) = current.query(runs.JobRun)
        row.finished_at, row.failed_at = None, row.finished_at
    with app.app_context():
        assert runs.latest(session())[0].state == FAILED

    assert jobs(app, "run", DONE)[0] == 0
