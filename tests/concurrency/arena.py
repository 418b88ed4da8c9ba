"""A served application with the tests' people in it, and its rows seen from beside."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from inspect_app import create_app
from inspect_app.core.audit import AuditEvent
from inspect_app.core.clock import FixedClock
from inspect_app.core.database import Base, db, session, transaction
from tests import builders
from tests.clients import Api
from tests.concurrency import remote
from tests.concurrency.servers import Server
from tests.conftest import MORNING
from tests.databases import settings_for

Ids = dict[str, UUID]


@dataclass
class Arena:
    """A server, an application of this process on the same database, and who acts."""

    server: Server
    app: Flask
    people: Ids
    tokens: dict[str, str] = field(default_factory=dict)

    @classmethod
    def opened(cls, folder: Path, database_url: str, **server: Any) -> "Arena":
        """People in the database, the server running; the clock begins on the tests' morning."""
        shift_s = (MORNING - datetime.now(UTC)).total_seconds()
        app = create_app(settings_for(folder, DATABASE_URL=database_url), FixedClock(MORNING))
        with app.app_context(), transaction() as current:
            people = builders.people(current)
            tokens = {username: builders.token(current, username) for username in people}
        arena = cls(Server(folder, database_url, shift_s, **server), app, people, tokens)
        arena.server.start()
        return arena

    def close(self) -> None:
        self.server.stop()
        with self.app.app_context():
            db.engine.dispose()

    def as_user(self, username: str) -> Api:
        """The API as a person sees it, over the network."""
        return remote.api(self.server.port, self.tokens[username])

    @contextmanager
    def looking(self) -> Iterator[Session]:
        """The rows as they are committed."""
        with self.app.app_context():
            yield session()

    def count(self, table: type[Base], *conditions: ColumnElement[bool]) -> int:
        with self.looking() as current:
            return current.scalar(select(func.count()).select_from(table).where(*conditions)) or 0

    def events(self, action: str, subject: object) -> int:
        """How many audit events of one kind an object has."""
        return self.count(AuditEvent, AuditEvent.action == action, AuditEvent.subject_id == str(subject))

    def snapshot(self) -> dict[str, list[Any]]:
        """Every row of every table, in an order of its own: equal means that nothing changed."""
        with self.looking() as current:
            return {
                table.name: sorted(str(tuple(row)) for row in current.execute(select(table)))
                for table in Base.metadata.sorted_tables
            }
