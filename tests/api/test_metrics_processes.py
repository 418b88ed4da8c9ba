"""Several web processes: whichever answers a scrape tells the sums of all."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import pytest

from inspect_app.core import processors
from inspect_app.core.settings import ROOT

GUNICORN = Path(sys.executable).parent / "gunicorn"
PATIENCE_S = 40
ASKED = 30
OF_AN_EARLIER_START = "counter_1.db"


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture
def server(tmp_path: Path, database_url: str) -> Iterator[tuple[str, Path]]:
    """Two processes of the web server as it is started in earnest; its address and its log."""
    port, log = free_port(), tmp_path / "web.log"
    (tmp_path / "metrics").mkdir()
    (tmp_path / "metrics" / OF_AN_EARLIER_START).write_bytes(b"")
    environment = {
        "CHAHE_ENV": "test",
        "DATA_DIR": str(tmp_path),
        "DATABASE_URL": database_url,
        "SECRET_KEY": "k" * 40,
        "WEB_PROCESSES": "2",
        "WEB_THREADS": "2",
        "PORT": str(port),
        "PATH": os.environ["PATH"],
    }
    command = [str(GUNICORN), "--config", "deploy/gunicorn.conf.py", "wsgi:app"]
    with log.open("w") as file:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=file, text=True)
    address = f"http://127.0.0.1:{port}"
    wait_until_it_answers(address, process, log)
    yield address, log
    process.send_signal(signal.SIGTERM)
    process.wait(PATIENCE_S)


def wait_until_it_answers(address: str, process: subprocess.Popen[str], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while True:
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        try:
            read(f"{address}/healthz")
            return
        except URLError:
            time.sleep(0.1)


def read(url: str) -> str:
    with urlopen(url, timeout=10) as answer:  # noqa: S310 - our own server
        return str(answer.read().decode())


def ask(address: str, times: int) -> None:
    for _ in range(times):
        with pytest.raises(HTTPError):
            read(f"{address}/api/v1/me")


def requests_told(text: str) -> int:
    (value,) = re.findall(r'chahe_requests_total\{[^}]*route="/api/v1/me"[^}]*\} ([0-9.]+)', text)
    return int(float(value))


def counting(folder: Path) -> set[str]:
    """The files that processes count into, one each."""
    return {path.name for path in (folder / "metrics").glob("counter_*.db")}


def test_every_scrape_tells_the_sum_and_the_log_is_json(server: tuple[str, Path]) -> None:
    address, log = server
    ask(address, ASKED)

    scrapes = [read(f"{address}/metrics") for _ in range(8)]

    assert len(counting(log.parent)) == 2
    assert OF_AN_EARLIER_START not in counting(log.parent)
    assert {requests_told(text) for text in scrapes} == {ASKED}
    assert all(text.count("\nchahe_started_seconds ") == 1 for text in scrapes)
    assert not any("chahe_writers_waiting" in text for text in scrapes)
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert len([line for line in lines if line.get("route") == "/api/v1/me"]) == ASKED


@pytest.mark.skipif(len(processors.EVERY) < 2, reason="on one processor, or where the system tells of none")
def test_each_process_has_a_processor_of_its_own(server: tuple[str, Path]) -> None:
    address, log = server
    ask(address, ASKED)

    before = {pid: taken(pid) for pid in workers(log.parent)}
    killed, left = before
    os.kill(killed, signal.SIGKILL)
    deadline = time.monotonic() + PATIENCE_S
    now: set[frozenset[int]] = set()
    while now != set(before.values()) and time.monotonic() < deadline:  # it is pinned once it has started
        ask(address, 1)
        time.sleep(0.1)
        now = {taken(pid) for pid in workers(log.parent) - {killed}}

    assert [len(each) for each in before.values()] == [1, 1]
    assert before[killed] != before[left]
    assert now == set(before.values())  # the one that follows has the free processor


def workers(folder: Path) -> set[int]:
    return {int(name.removeprefix("counter_").removesuffix(".db")) for name in counting(folder)}


def taken(pid: int) -> frozenset[int]:
    """The processors that any of a process's threads may run on."""
    return frozenset().union(*(os.sched_getaffinity(int(each)) for each in os.listdir(f"/proc/{pid}/task")))
