"""The worker as it is started in earnest: a process of its own that beats, and stops when told to."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from inspect_app.core.settings import ROOT

FLASK = Path(sys.executable).parent / "flask"
PATIENCE_S = 30


@pytest.fixture
def worker(tmp_path: Path, database_url: str) -> Iterator[subprocess.Popen[str]]:
    """A worker on the test's own database."""
    environment = {
        "CHAHE_ENV": "test",
        "DATA_DIR": str(tmp_path),
        "DATABASE_URL": database_url,
        "PATH": os.environ["PATH"],
    }
    with (tmp_path / "worker.log").open("w") as log:
        process = subprocess.Popen(
            [str(FLASK), "--app", "wsgi", "worker"], cwd=ROOT, env=environment, stderr=log, text=True
        )
    yield process
    process.kill()
    process.wait()


def beats(folder: Path) -> list[str]:
    """The workers that beat so far, by name."""
    with sqlite3.connect(folder / "chahe.sqlite3") as connection:
        found = [name for (name,) in connection.execute("SELECT worker FROM worker_beats")]
    connection.close()
    return found


def wait_until_started(process: subprocess.Popen[str], folder: Path) -> None:
    """Until its own log says so; fails at once when the process has ended."""
    deadline = time.monotonic() + PATIENCE_S
    while "worker_started" not in (log := (folder / "worker.log").read_text()):
        assert process.poll() is None, log
        assert time.monotonic() < deadline, log
        time.sleep(0.05)
    time.sleep(0.5)


def test_a_worker_beats_as_soon_as_it_starts(worker: subprocess.Popen[str], tmp_path: Path) -> None:
    wait_until_started(worker, tmp_path)

    assert [name.rpartition(":")[2] for name in beats(tmp_path)] == [str(worker.pid)]


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_that_is_told_to_stop_stops_in_order(
    worker: subprocess.Popen[str], tmp_path: Path, told: signal.Signals
) -> None:
    wait_until_started(worker, tmp_path)

    worker.send_signal(told)

    assert worker.wait(PATIENCE_S) == 0
    assert "worker_stopped" in (tmp_path / "worker.log").read_text()


def test_a_worker_with_a_wrong_setting_does_not_start(tmp_path: Path) -> None:
    environment = {"DATA_DIR": str(tmp_path), "SESSION_HOURS": "many", "PATH": os.environ["PATH"]}

    result = subprocess.run(
        [str(FLASK), "--app", "wsgi", "worker"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )

    assert result.returncode != 0
    assert "SESSION_HOURS='many'" in result.stderr
    assert "Traceback" not in result.stderr
