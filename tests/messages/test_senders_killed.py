"""Senders are real processes: killed at every step nothing is lost, and two at once never double."""

import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from flask import Flask

from inspect_app.core.settings import ROOT
from inspect_app.messages.models import SENT
from tests.mailserver import ACCEPT, SLOW, STALL, Server, serving
from tests.messages.letters_in_tests import SENDER, post_many, rows

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
LEASE_S = "1.5"
PATIENCE_S = 60


@contextmanager
def sender(folder: Path, url: str, server: Server) -> Iterator[subprocess.Popen[bytes]]:
    """A sender; killed at the end if it still lives."""
    environment = {
        "CHAHE_ENV": "test",
        "DATA_DIR": str(folder),
        "DATABASE_URL": url,
        "SMTP_URL": server.url.replace("timeout=5", "timeout=60"),
        "MAIL_FROM": SENDER,
        "LOG_LEVEL": "ERROR",
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
    }
    command = [sys.executable, "-m", "tests.messages.sender_in_tests", LEASE_S]
    process = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@contextmanager
def locked(url: str) -> Iterator[None]:
    """No row of the outbox can be written while it lasts."""
    if url.startswith("sqlite"):
        held = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        held.execute("BEGIN IMMEDIATE")
    else:
        held = psycopg.connect(url.replace("+psycopg", ""))  # type: ignore[assignment]
        held.execute("SELECT id FROM outbox_messages FOR UPDATE")
    try:
        yield
    finally:
        held.rollback()
        held.close()


def finished(process: subprocess.Popen[bytes]) -> None:
    assert process.wait(PATIENCE_S) == 0


@pytest.mark.every_database
def test_killed_before_the_server_answered_for_it_a_mail_goes_once(
    app: Flask, tmp_path: Path, database_url: str
) -> None:
    """One sender after the other dies: greeted, then with a mail named, addressed, begun and handed over whole."""
    steps = ["EHLO", "MAIL", "RCPT", "DATA", "END"]
    post_many(app, 6, LONG_AGO)
    reached, left = threading.Event(), list(steps)

    def manner(at: str, _address: str) -> str:
        if left and at == left[0]:
            left.pop(0)
            reached.set()
            return STALL
        return ACCEPT

    with serving(manner) as server:
        for _ in steps:
            with sender(tmp_path, database_url, server) as doomed:
                assert reached.wait(PATIENCE_S)
                doomed.kill()
            reached.clear()
        with sender(tmp_path, database_url, server) as last:
            finished(last)

    assert sorted(server.recipients) == [f"p{n:04}@agency.example" for n in range(6)]
    assert {each.state for each in rows(app)} == {SENT}
    assert sum(each.attempts for each in rows(app)) == 6 + 4  # a greeting is no attempt


@pytest.mark.every_database
def test_killed_between_the_answer_and_the_commit_a_mail_goes_twice_and_is_counted(
    app: Flask, tmp_path: Path, database_url: str
) -> None:
    """The one window there is: the same Message-ID, the same bytes, and two attempts in the row."""
    post_many(app, 3, LONG_AGO)
    reached, killed, done = threading.Event(), threading.Event(), threading.Event()
    ends = Counter[str]()

    def hold() -> None:
        with locked(database_url):
            reached.set()
            killed.wait(PATIENCE_S)
        done.set()

    def manner(at: str, _address: str) -> str:
        ends[at] += 1
        if at == "END" and ends[at] == 2:
            threading.Thread(target=hold, daemon=True).start()
            reached.wait(PATIENCE_S)
        return ACCEPT

    with serving(manner) as server:
        with sender(tmp_path, database_url, server) as first:
            wait_until(lambda: len(server.received) == 2)
            time.sleep(0.3)  # the answer is read, the commit waits for the lock
            first.kill()
        killed.set()
        assert done.wait(PATIENCE_S)
        with sender(tmp_path, database_url, server) as second:
            finished(second)

    ids = Counter(each.message_id for each in server.received)
    assert sorted(ids.values()) == [1, 1, 2]
    assert len({each.content for each in server.received}) == 3
    assert [(each.state, each.attempts) for each in rows(app)] == [(SENT, 1), (SENT, 2), (SENT, 1)]
    assert ids[rows(app)[1].message_id] == 2


@pytest.mark.every_database
def test_two_senders_at_once_never_double(app: Flask, tmp_path: Path, database_url: str) -> None:
    post_many(app, 240, LONG_AGO)
    with (
        serving() as server,
        sender(tmp_path, database_url, server) as one,
        sender(tmp_path, database_url, server) as other,
    ):
        finished(one)
        finished(other)

    assert len(server.received) == 240 == len(set(server.recipients))
    assert {(each.state, each.attempts) for each in rows(app)} == {(SENT, 1)}
    assert len({(each.sender or "").partition("#")[0] for each in rows(app)}) == 2


def test_a_held_row_is_left_to_its_sender_however_long_it_takes(
    app: Flask, tmp_path: Path, database_url: str
) -> None:
    """The server answers after more than a lease: the lease is renewed, and another sender finds nothing."""
    post_many(app, 1, LONG_AGO)

    def slow(at: str, _address: str) -> str:
        return SLOW if at == "END" else ACCEPT

    with (
        serving(slow, slow_s=2.5 * float(LEASE_S)) as server,
        sender(tmp_path, database_url, server) as one,
        sender(tmp_path, database_url, server) as other,
    ):
        finished(one)
        finished(other)

    assert len(server.received) == 1
    assert [(each.state, each.attempts) for each in rows(app)] == [(SENT, 1)]


def wait_until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)
