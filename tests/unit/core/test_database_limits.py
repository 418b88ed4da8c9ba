"""Nobody waits for the database for ever; and who is answered may rely on the disk."""

import contextlib
import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection

from inspect_app.accounts.models import User
from inspect_app.core import database, writers
from inspect_app.core.database import db, session, transaction
from inspect_app.core.problems import Busy
from tests import builders
from tests.clients import Api
from tests.conftest import MakeApp, Write

AsUser = Callable[[str], Api]


@pytest.mark.every_database
def test_a_request_for_which_no_connection_is_free_is_told_to_come_again(
    app: Flask, as_user: AsUser, people: object
) -> None:
    client = as_user("staff")
    with app.app_context(), contextlib.ExitStack() as held:
        pool = db.engine.pool
        pool._timeout = 0.05  # type: ignore[attr-defined]
        with contextlib.suppress(NoConnection):
            while True:
                held.enter_context(db.engine.connect())

        answer = client.get("/me")

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_who_waits_too_long_for_a_row_on_postgresql_is_busy(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "LOCK_TIMEOUT_S", 1)
    app = make_app()
    with app.app_context(), transaction() as current:
        builders.people(current)
    held = select(User.id).order_by(User.id).with_for_update()
    with app.app_context(), db.engine.connect() as other, other.begin():
        other.execute(held)

        with pytest.raises(Busy), transaction() as current:
            current.execute(held)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_postgresql_connections_wait_twenty_seconds_for_a_row(app: Flask, write: Write) -> None:
    with app.app_context():
        assert session().connection().exec_driver_sql("SHOW lock_timeout").scalar() == "20s"


def test_a_postgresql_that_accepts_and_is_silent_is_given_up(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_TIMEOUT_S", 2)  # the least that libpq knows
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        app = make_app(DATABASE_URL=f"postgresql://nobody@127.0.0.1:{port}/nothing?sslmode=disable")
        began = time.monotonic()

        with app.app_context(), pytest.raises(OperationalError):
            db.engine.connect()

    assert time.monotonic() - began < 8


def test_a_commit_is_answered_when_its_log_is_on_disk_and_the_next_writer_does_not_wait_for_that(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[tuple[str, int]] = []
    queue = app.extensions["chahe.writers"]

    def sync(handle: int) -> None:
        synced.append((Path(f"/proc/self/fd/{handle}").readlink().name, queue.waiting))

    monkeypatch.setattr(writers.os, "fsync", sync)
    with app.app_context(), transaction() as current:
        builders.people(current)
        assert synced == []

    assert synced == [("chahe.sqlite3-wal", 0)]
