"""Workers as they are in earnest, processes on one database: started twice, stopped, killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update

from inspect_app.core.database import session
from inspect_app.core.health import WorkerBeat
from inspect_app.core.runs import JobRun
from inspect_app.core.settings import ROOT
from inspect_app.core.storage import storage
from inspect_app.photos.models import Photo, PhotoReceipt, PhotoUpload
from inspect_app.photos.resumable import parts
from tests.api.photo_samples import Tus, name_photo, picture, put, sha, visit
from tests.clients import Api
from tests.conftest import Write

PATIENCE_S = 60
LONG, SHORT = "60", "1.5"
"""Leases in seconds: one that no test outlives, and one to wait for."""

LONG_AGO, FAR_OFF = datetime(2020, 1, 6, tzinfo=UTC), datetime(2099, 1, 6, tzinfo=UTC)

Worker = subprocess.Popen[bytes]
Start = Callable[..., Worker]


@pytest.fixture
def start(tmp_path: Path, database_url: str) -> Iterator[Start]:
    """`start(LONG, "slow")` is a worker with that lease and that job; killed at the end."""
    started: list[Worker] = []
    environment = {
        "CHAHE_ENV": "test",
        "DATA_DIR": str(tmp_path),
        "DATABASE_URL": database_url,
        "SECRET_KEY": "a secret key for tests and for nothing else",
        "PATH": os.environ["PATH"],
    }

    def one(lease: str, *jobs: str) -> Worker:
        command = [sys.executable, "-m", "tests.jobs.worker_in_tests", lease, *jobs]
        with (tmp_path / "worker.log").open("a") as log:
            started.append(subprocess.Popen(command, cwd=ROOT, env=environment, stderr=log))
        return started[-1]

    yield one
    for each in started:
        each.kill()
        each.wait()


def until(is_so: Callable[[], object], folder: Path) -> None:
    """Wait until something is so; the worker's log tells why it never was."""
    deadline = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < deadline, (folder / "worker.log").read_text()[-2000:]
        time.sleep(0.05)


def told(folder: Path, word: str) -> list[int]:
    """The processes that told it, in order."""
    file = folder / "told"
    lines = file.read_text().splitlines() if file.exists() else []
    return [int(line.split()[1]) for line in lines if line.split()[0] == word]


def run(app: Flask, job: str = "test.slow") -> JobRun | None:
    with app.app_context():
        return session().get(JobRun, (job, "once"))


def is_finished(app: Flask, job: str = "test.slow") -> bool:
    row = run(app, job)
    return row is not None and row.finished_at is not None


def beat_of(app: Flask, worker: Worker) -> datetime | None:
    with app.app_context():
        query = select(WorkerBeat.at).where(WorkerBeat.worker.endswith(f":{worker.pid}"))
        return session().scalar(query)


@pytest.mark.every_database
def test_two_workers_do_the_work_once(app: Flask, start: Start, tmp_path: Path) -> None:
    workers = start(LONG, "slow"), start(LONG, "slow")
    until(lambda: all(beat_of(app, worker) for worker in workers) and told(tmp_path, "begun"), tmp_path)
    (tmp_path / "go").touch()
    until(lambda: is_finished(app), tmp_path)

    for worker in workers:
        worker.terminate()

    assert [worker.wait(PATIENCE_S) for worker in workers] == [0, 0]
    assert len(told(tmp_path, "begun")) == len(told(tmp_path, "ended")) == 1


@pytest.mark.every_database
def test_a_worker_told_to_stop_finishes_the_work_in_hand_and_beats_until_then(
    app: Flask, start: Start, tmp_path: Path
) -> None:
    worker = start(LONG, "slow")
    until(lambda: told(tmp_path, "begun"), tmp_path)

    worker.send_signal(signal.SIGTERM)
    before = beat_of(app, worker)
    until(lambda: beat_of(app, worker) != before, tmp_path)
    assert not is_finished(app)
    (tmp_path / "go").touch()

    assert worker.wait(PATIENCE_S) == 0
    assert is_finished(app)
    assert told(tmp_path, "ended") == [worker.pid]


@pytest.mark.every_database
def test_what_a_killed_worker_began_another_does_once_its_lease_has_run_out(
    app: Flask, start: Start, tmp_path: Path
) -> None:
    killed = start(SHORT, "slow")
    until(lambda: told(tmp_path, "begun"), tmp_path)
    killed.kill()
    killed.wait()
    (tmp_path / "go").touch()

    heir = start(SHORT, "slow")
    until(lambda: is_finished(app), tmp_path)

    assert told(tmp_path, "begun") == [killed.pid, heir.pid]
    assert told(tmp_path, "ended") == [heir.pid]
    row = run(app)
    assert row is not None
    assert (row.attempts, row.outcome) == (2, {"done": 1})


def test_a_failing_job_holds_up_no_other_and_a_long_one_neither(
    app: Flask, start: Start, tmp_path: Path
) -> None:
    worker = start(LONG, "slow", "broken")
    until(lambda: len(told(tmp_path, "broken")) == 3, tmp_path)
    until(lambda: (row := run(app, "test.broken")) and row.failed_at, tmp_path)
    assert told(tmp_path, "begun") == [worker.pid]
    (tmp_path / "go").touch()

    until(lambda: is_finished(app), tmp_path)

    row = run(app, "test.broken")
    assert row is not None
    assert row.attempts == 3
    assert str(row.error).startswith("OSError (No space left on device) at tests/jobs/worker_in_tests.py:")


def test_a_worker_killed_between_row_and_bytes_leaves_no_row_without_bytes(
    app: Flask, start: Start, write: Write, as_user: Callable[[str], Api], tmp_path: Path
) -> None:
    data, named = picture(0), picture(1)
    leader, inspection = as_user("leader"), visit(write)
    for each in (data, named):
        put(leader, inspection, each)
    name_photo(write, inspection, sha(named))
    make_old(write, files_of(app))

    assert start(SHORT, "killed_clearing").wait(PATIENCE_S) == -signal.SIGKILL
    assert (known(app), stored(app)) == ({sha(named)}, {sha(named), sha(data)})
    start(SHORT, "clearing")
    until(lambda: is_finished(app, "test.clearing"), tmp_path)

    assert known(app) == stored(app) == {sha(named)}


def test_a_worker_sweeps_the_part_of_an_upload_whose_time_has_run_out_and_no_other(
    app: Flask, start: Start, write: Write, as_user: Callable[[str], Api], tmp_path: Path
) -> None:
    leader, inspection = as_user("leader"), visit(write)
    abandoned, alive = (Tus(leader, inspection, picture(number)) for number in (2, 3))
    for each in (abandoned, alive):
        each.create()
        each.patch(0, 1000)
    with write() as current:
        for each, until_ in ((abandoned, LONG_AGO), (alive, FAR_OFF)):
            mine = update(PhotoUpload).where(PhotoUpload.sha256 == sha(each.data))
            current.execute(mine.values(expires_at=until_))

    start(LONG, "clearing")
    until(lambda: is_finished(app, "test.clearing"), tmp_path)

    assert abandoned.head().status_code == 404
    assert alive.offset() == 1000
    with app.app_context():
        assert parts.listed().keys() == {alive.url.rpartition("/")[2]}


def make_old(write: Write, paths: list[Path]) -> None:
    """Let everything have come years ago: workers go by the real time."""
    with write() as current:
        current.execute(update(Photo).values(created_at=LONG_AGO))
        current.execute(update(PhotoReceipt).values(received_at=LONG_AGO))
    for path in paths:
        os.utime(path, (LONG_AGO.timestamp(), LONG_AGO.timestamp()))


def files_of(app: Flask) -> list[Path]:
    with app.app_context():
        return [path for path in (storage().root / "photos").rglob("*") if path.is_file()]


def stored(app: Flask) -> set[str]:
    """The photos of which any bytes lie in the storage."""
    return {path.name for path in files_of(app)}


def known(app: Flask) -> set[str]:
    with app.app_context():
        return set(session().scalars(select(Photo.sha256)))
