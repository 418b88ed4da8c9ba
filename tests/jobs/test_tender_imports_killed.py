"""A worker killed in the middle of an import: nothing half, nothing doubled, on either database."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask

from inspect_app.core.settings import ROOT
from tests.clients import Api
from tests.import_samples import listed, run, written

PATIENCE_S = 60
ROWS = 3000
SHORT, LONG = "1.5", "60"
Start = Callable[[str, str], "subprocess.Popen[bytes]"]


@pytest.fixture
def start(tmp_path: Path, database_url: str) -> Iterator[Start]:
    """`start(SHORT, "writing")` is a worker that kills itself there; killed at the end."""
    started: list[subprocess.Popen[bytes]] = []
    environment = {
        "CHAHE_ENV": "test",
        "DATA_DIR": str(tmp_path),
        "DATABASE_URL": database_url,
        "SECRET_KEY": "a secret key for tests and for nothing else",
        "PATH": os.environ["PATH"],
    }

    def one(lease: str, where: str) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "tests.jobs.worker_importing", lease, where]
        with (tmp_path / "worker.log").open("a") as log:
            started.append(subprocess.Popen(command, cwd=ROOT, env=environment, stderr=log))
        return started[-1]

    yield one
    for each in started:
        each.kill()
        each.wait()


def until(is_so: Callable[[], object], folder: Path) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not is_so():
        log = folder / "worker.log"
        assert time.monotonic() < deadline, log.read_text()[-3000:] if log.exists() else "no log"
        time.sleep(0.05)


def sent(api: Api, **query: str) -> UUID:
    """Send a list to be imported by the worker; its id."""
    answer = api.upload("/tenders/imports", listed(ROWS), background="true", **query)
    assert answer.status_code == 202, answer.text
    assert answer.json is not None
    return UUID(answer.json["id"])


@pytest.mark.every_database
@pytest.mark.parametrize("where", ["writing", "committed"])
def test_what_a_killed_worker_left_another_does_once(
    app: Flask, as_user: Callable[[str], Api], start: Start, tmp_path: Path, where: str
) -> None:
    import_id = sent(as_user("staff"))
    assert start(SHORT, where).wait(PATIENCE_S) == -9
    left = written(app)
    start(SHORT, "nowhere")
    until(lambda: run(app, import_id).state == "done", tmp_path)

    assert left == ((ROWS, 1) if where == "committed" else (0, 0))
    assert written(app) == (ROWS, 1)
    assert run(app, import_id).attempt == (1 if where == "committed" else 2)


def test_a_file_that_kills_every_worker_is_given_up(
    app: Flask, as_user: Callable[[str], Api], start: Start, tmp_path: Path
) -> None:
    import_id = sent(as_user("staff"))
    for _ in range(3):
        assert start("0.5", "reading").wait(PATIENCE_S) == -9
        time.sleep(0.5)
    again = sent(as_user("staff"))
    start("0.6", "nowhere")
    until(lambda: run(app, again).state == "done", tmp_path)
    row = run(app, import_id)

    assert row.state == "failed"
    assert row.problem is not None
    assert "中斷了 3 次" in row.problem["reason"]
    assert written(app) == (ROWS, 1)


@pytest.mark.every_database
def test_an_import_given_up_while_it_is_written_writes_nothing(
    app: Flask, as_user: Callable[[str], Api], start: Start, tmp_path: Path, database: str
) -> None:
    """On SQLite whoever gives it up waits for the writer's turn, and is then told that it is too late."""
    staff = as_user("staff")
    import_id = sent(staff)
    start(LONG, "waits")
    until((tmp_path / "writing").exists, tmp_path)
    if database == "sqlite":
        (tmp_path / "go").touch()
    answer = staff.post(f"/tenders/imports/{import_id}/cancel")
    (tmp_path / "go").touch()
    until(lambda: run(app, import_id).state in ("done", "cancelled"), tmp_path)

    assert (answer.status_code, run(app, import_id).state, written(app)) == (
        (409, "done", (ROWS, 1)) if database == "sqlite" else (200, "cancelled", (0, 0))
    )
