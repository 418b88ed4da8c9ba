"""One application with every kind of object, put back as it was after whatever a request changed."""

import hashlib
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from inspect_app import create_app
from inspect_app.catalogue import favour
from inspect_app.core.clock import FixedClock
from inspect_app.core.database import db, transaction
from inspect_app.core.metrics import Metrics
from inspect_app.openrosa.api import XLSX
from tests import builders
from tests.access import actors
from tests.access.actors import Credential
from tests.clients import PROGRAMS, Api
from tests.conftest import MORNING
from tests.databases import settings_for

Ids = dict[str, str]
"""What stands in an address, by the parameter's name."""

REQUEST_ID = re.compile(r"\b[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{2}(?![0-9a-z-])")
HIDDEN_TOKEN = re.compile(r'(csrf[^>]*(?:content|value))="[^"]*"')
NUMBERED = re.compile(r"_sqlakeyset_oc_\d+")
"""A name that the paging library counts up, whoever asks for what."""
BINARY = frozenset({"application/pdf", "application/zip", "image/jpeg", "image/png", XLSX})
CHANGING = ("X-Request-Id", "Date", "Set-Cookie")


@dataclass(frozen=True, slots=True)
class Answer:
    """One request's answer, the SQL that was sent for it, and whether the database has changed."""

    response: TestResponse
    statements: tuple[str, ...]
    wrote: bool

    @property
    def status(self) -> int:
        return self.response.status_code

    def plain(self, ids: Ids | None = None) -> tuple[Any, ...]:
        """Status, headers, body and SQL without what differs each time; `ids` are replaced by their names."""
        headers = [
            (name, _named(value, ids or {}))
            for name, value in self.response.headers.items()
            if name not in CHANGING
        ]
        return self.status, sorted(headers), self._body(ids or {}), self.statements

    def _body(self, ids: Ids) -> str:
        data: bytes = self.response.data
        if self.response.mimetype in BINARY:
            return hashlib.sha256(data).hexdigest()
        text = REQUEST_ID.sub("REQUEST", data.decode("utf-8"))
        return _named(HIDDEN_TOKEN.sub(r'\1="TOKEN"', text), ids)


def _named(text: str, ids: Ids) -> str:
    for name, value in ids.items():
        text = text.replace(value, f"<{name}>")
    return text


@dataclass
class World:
    """An application, its people and their credentials, and a pristine copy of database and storage."""

    app: Flask
    clock: FixedClock
    folder: Path
    people: dict[str, UUID] = field(default_factory=dict)
    credentials: dict[str, Credential] = field(default_factory=dict)
    objects: dict[str, dict[str, Ids]] = field(default_factory=dict)
    statements: list[str] = field(default_factory=list)
    changed: bool = True
    watch: sqlite3.Connection = field(init=False)
    absent: dict[tuple[str, str], tuple[Any, ...]] = field(default_factory=dict)
    saved: dict[str, sqlite3.Connection] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.watch = sqlite3.connect(self.folder / "chahe.sqlite3", isolation_level=None)
        self.watch.execute("PRAGMA synchronous=OFF")

    # -- building --------------------------------------------------------------------------------------

    @contextmanager
    def writing(self) -> Iterator[Session]:
        with self.app.app_context(), transaction() as session:
            yield session

    def as_user(self, username: str) -> Api:
        """The API as a person, for building: what it changes is noticed by `ask` alone."""
        if username not in self.credentials:
            with self.writing() as session:
                token = builders.token(session, username)
            self.credentials[username] = actors.credential(self.app, token)
        return Api(self.app.test_client(use_cookies=False), self.credentials[username].token)

    # -- asking ----------------------------------------------------------------------------------------

    def ask(
        self, who: str, method: str, path: str, *, by_cookie: bool | None = None, **options: Any
    ) -> Answer:
        """A request as a column, or a kind of `DEAD`: by bearer where programs ask, by cookie elsewhere."""
        credential = self.credentials[who]
        headers = {**options.pop("headers", {})}
        if by_cookie is None:
            by_cookie = not path.startswith(PROGRAMS)
        headers |= credential.browser() if by_cookie else credential.bearer()
        if not path.startswith(PROGRAMS):
            headers.setdefault("Accept", "text/html")
        client, before = self.app.test_client(use_cookies=False), self._version()
        self.statements.clear()
        response = client.open(path, method=method, headers=headers, **options)
        statements = tuple(NUMBERED.sub("ordered", each) for each in self.statements)
        wrote = self._version() != before
        self.changed |= wrote
        return Answer(response, statements, wrote)

    def _version(self) -> int:
        """Changes when another connection has committed a change."""
        return int(self.watch.execute("PRAGMA data_version").fetchone()[0])

    # -- saving and putting back -----------------------------------------------------------------------

    def save(self, name: str) -> None:
        """Keep database and storage as they are now."""
        self.saved[name] = sqlite3.connect(self.folder / f"{name}.sqlite3")
        self.watch.backup(self.saved[name])
        shutil.copytree(self._uploads, self._kept(name))

    def restore(self, name: str) -> None:
        """Put database and storage back as they were when `name` was saved."""
        self.saved[name].backup(self.watch)
        shutil.rmtree(self._uploads, ignore_errors=True)
        shutil.copytree(self._kept(name), self._uploads)
        self.changed = False

    def forget_counters(self) -> None:
        """Begin the metrics and the counts of what is used anew, as after a start."""
        with self.app.app_context():
            self.app.extensions["chahe.metrics"] = Metrics(self.clock.now())
            favour.forget()

    @property
    def _uploads(self) -> Path:
        return Path(self.app.extensions["chahe.settings"].uploads_dir)

    def _kept(self, name: str) -> Path:
        return self.folder / f"kept-{name}"


def digest(world: World) -> list[str]:
    """Every row of every table, as SQL."""
    return list(world.watch.iterdump())


@contextmanager
def opened(template: Path, folder: Path) -> Iterator[World]:
    """A world without objects, on a copy of the migrated database; the cast is there with its credentials."""
    shutil.copy(template, folder / "chahe.sqlite3")
    clock = FixedClock(MORNING)
    app = create_app(
        settings_for(
            folder, DATABASE_URL=f"sqlite:///{folder / 'chahe.sqlite3'}", IMPORT_HOSTS="data.example"
        ),
        clock,
    )
    world = World(app, clock, folder)
    with app.app_context():
        engine = db.engine
    event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
    event.listen(
        engine, "before_cursor_execute", lambda _c, _u, statement, *_: world.statements.append(statement)
    )
    with world.writing() as session:
        world.people = actors.people(session)
    with world.writing() as session:
        tokens = actors.tokens(session)
    world.credentials = {name: actors.credential(app, token) for name, token in tokens.items()}
    try:
        yield world
    finally:
        for connection in (world.watch, *world.saved.values()):
            connection.close()
        engine.dispose()
