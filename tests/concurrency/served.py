"""The application as gunicorn serves it in these tests: its clock began on the tests' morning, and a request may
name the point where its own process group is killed, or its own database connection cut.

The point stands in a header, `X-Test-Ends: POINT NUMBER ACTION`: the NUMBER-th time this request comes to it.
"""

import os
import signal
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from flask import Flask, Response
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.orm import Session

from inspect_app import create_app
from inspect_app.core import database
from inspect_app.core.storage import Storage
from inspect_app.photos.resumable import parts

HEADER = "X-Test-Ends"
WRITES = ("INSERT", "UPDATE", "DELETE")
BUSY_S = 1


@dataclass(frozen=True, slots=True)
class Shifted:
    """The system's clock, so many seconds earlier or later."""

    by: timedelta

    def now(self) -> datetime:
        return datetime.now(UTC) + self.by


class Fate(threading.local):
    """What this thread's request is to end at."""

    point: str = ""
    left: int = 0
    action: str = ""

    def read(self, header: str) -> None:
        self.point, number, self.action = (header or "- 0 -").split()
        self.left = int(number)

    def reach(self, point: str, connection: Connection | None = None) -> None:
        """Come to a point; the end, when it is the one."""
        if point != self.point:
            return
        self.left -= 1
        if self.left == 0 and self.action == "kill":
            os.killpg(os.getpgrp(), signal.SIGKILL)
        if self.left == 0 and self.action == "cut" and connection is not None:
            _cut(connection)


fate = Fate()


def app(shift_s: float, *, impatient: bool = False) -> Flask:
    """The application with a shifted clock; `impatient` gives up on a held SQLite after a second."""
    if impatient:
        database.BUSY_TIMEOUT_S = BUSY_S
    made = create_app(None, Shifted(timedelta(seconds=shift_s)))
    _watch_database()
    _watch_storage()
    _watch_answers(made)
    return made


def _watch_database() -> None:
    @event.listens_for(Engine, "before_cursor_execute")
    def on_statement(connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.lstrip().startswith(WRITES):
            fate.reach("statement", connection)

    @event.listens_for(Engine, "commit")
    def on_commit(connection: Connection) -> None:
        fate.reach("commit", connection)

    @event.listens_for(Session, "after_commit")
    def on_committed(_session: Session) -> None:
        fate.reach("committed")


def _watch_storage() -> None:
    keep, append, remove = Storage.keep, parts.append, parts.Part.remove

    def kept(*given: Any) -> Any:
        fate.reach("keep")
        path = keep(*given)
        fate.reach("kept")
        return path

    def appended(*given: Any) -> None:
        append(*given)
        fate.reach("appended")

    def removed(part: parts.Part) -> None:
        fate.reach("remove")
        remove(part)

    for owner, name, watched in (
        (Storage, "keep", kept),
        (parts, "append", appended),
        (parts.Part, "remove", removed),
    ):
        setattr(owner, name, watched)


def _watch_answers(made: Flask) -> None:
    @made.after_request
    def on_view(response: Response) -> Response:
        if fate.point == "view":
            fate.reach("view", database.session().connection())
        return response

    inner = made.wsgi_app

    def outer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        fate.read(environ.get("HTTP_X_TEST_ENDS", ""))
        answer = inner(environ, start_response)
        fate.reach("answer")
        return answer

    made.wsgi_app = outer  # type: ignore[method-assign]


def _cut(connection: Connection) -> None:
    """End this connection from the database's side, as an administrator or a restart does."""
    raw: Any = connection.connection.dbapi_connection
    with psycopg.connect(raw.info.dsn, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [raw.info.backend_pid])
