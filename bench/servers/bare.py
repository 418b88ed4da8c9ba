"""The floor: a WSGI handler that parses the body and inserts a row for each item, and nothing else.

The same server, the same durability (on SQLite a commit is on disk, one writer at a time);
no account, no check, no history, no answer to a repeated request.
"""

import json
import os
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from threading import Lock, local
from typing import Any

import psycopg

URL = os.environ["DATABASE_URL"]
IS_SQLITE = URL.startswith("sqlite:")
COLUMNS = "(submission TEXT, item TEXT, result TEXT, note TEXT)"
TABLES = (
    f"CREATE TABLE IF NOT EXISTS bare_answers {COLUMNS}",
    "CREATE TABLE IF NOT EXISTS bare_submissions (id TEXT PRIMARY KEY, sent TEXT)",
)
turn, here = Lock(), local()


def app(environ: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
    body = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
    rows = [(body["id"], item, answer["result"], answer["note"]) for item, answer in body["answers"].items()]
    (_into_sqlite if IS_SQLITE else _into_postgres)(body["id"], rows)
    answer = json.dumps({"id": body["id"]}).encode()
    start_response(
        "201 Created", [("Content-Type", "application/json"), ("Content-Length", str(len(answer)))]
    )
    return [answer]


def _into_sqlite(id_: str, rows: Sequence[tuple[str, ...]]) -> None:
    connection = _connection(lambda: sqlite3.connect(URL.removeprefix("sqlite:///"), isolation_level=None))
    with turn:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO bare_submissions VALUES (?, ?)", (id_, "2026-11-20"))
        connection.executemany("INSERT INTO bare_answers VALUES (?, ?, ?, ?)", rows)
        connection.execute("COMMIT")


def _into_postgres(id_: str, rows: Sequence[tuple[str, ...]]) -> None:
    connection = _connection(lambda: psycopg.connect(URL))
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute("INSERT INTO bare_submissions VALUES (%s, %s)", (id_, "2026-11-20"))
        with cursor.copy("COPY bare_answers FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)


def _connection(make: Callable[[], Any]) -> Any:
    if not hasattr(here, "connection"):
        here.connection = make()
        if IS_SQLITE:
            here.connection.execute("PRAGMA journal_mode=WAL")
            here.connection.execute("PRAGMA synchronous=FULL")
            here.connection.execute("PRAGMA busy_timeout=10000")
    return here.connection


def prepare() -> None:
    """Make the tables once, before the threads come."""
    connection = _connection(
        lambda: sqlite3.connect(URL.removeprefix("sqlite:///")) if IS_SQLITE else psycopg.connect(URL)
    )
    for statement in TABLES:
        connection.execute(statement)
    connection.commit()
    connection.close()
    del here.connection


prepare()
