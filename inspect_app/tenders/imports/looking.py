"""Reading a list and comparing it with what is known: nothing is written but how far it has come."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from flask import Flask
from sqlalchemy import ColumnElement, and_, select, update
from sqlalchemy.orm import Session

from inspect_app.core import leases
from inspect_app.core.database import session, transaction
from inspect_app.tenders.importer import Plan
from inspect_app.tenders.imports import readers
from inspect_app.tenders.imports.models import TenderImport
from inspect_app.tenders.reading import ParsedFile

FETCHING, READING, COMPARING, WRITING = "fetching", "reading", "comparing", "writing"
TELL_EVERY_S = 1.0


class Cancelled(Exception):  # noqa: N818 - says what happened
    """Somebody asked that the import be given up."""


class Overtaken(Exception):  # noqa: N818 - says what happened
    """Another has begun this import anew, or it was ended meanwhile: nothing more is ours to do."""


@dataclass(frozen=True, slots=True)
class Way:
    """How a list is to be read; `mapping` as `Source.mapping`."""

    reader: str = readers.AUTO
    unit: str | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    strict: bool = False


@dataclass(frozen=True, slots=True)
class Task:
    """An import as it was when work on it began: what others do to its row meanwhile does not reach it."""

    id: UUID
    attempt: int
    state: str
    straight: bool
    source_id: UUID | None
    sha256: str | None
    by_id: UUID | None
    by_name: str
    way: Way

    @classmethod
    def of(cls, row: TenderImport) -> "Task":
        way = Way(row.reader, row.unit, dict(row.mapping), row.strict)
        who = (row.by_id, row.by_name)
        return cls(row.id, row.attempt, row.state, row.straight, row.source_id, row.sha256, *who, way)


@dataclass(frozen=True, slots=True)
class Looked:
    """A list that was read, and what it comes to."""

    parsed: ParsedFile
    plan: Plan


def look(path: Path, way: Way, watch: "Watch | None" = None) -> Looked:
    """Read a list and compare it; UnreadableFile when nothing of it can be used."""
    parsed = readers.read(path, way.reader, way.unit, way.mapping, watch.read if watch else None)
    if watch:
        watch.tell(COMPARING, 0, len(parsed.rows))
    return Looked(parsed, Plan(session(), parsed.rows))


class Watch:
    """Tells how far a piece of work has come, and ends it when that is asked for.

    Progress is written once a second, by a session of its own; `check` raises LeaseLost when the worker's turn is over.
    """

    def __init__(self, app: Flask, task: Task, check: Callable[[], None]) -> None:
        self._app, self._task, self._check = app, task, check
        self._told_at = 0.0

    def read(self, _rows: int, done: int, total: int) -> None:
        """The readers' progress."""
        if time.perf_counter() - self._told_at >= TELL_EVERY_S:
            self.tell(READING, done, total)

    def tell(self, phase: str, done: int, total: int) -> None:
        """Write down where the work is; Cancelled or Overtaken when it is to end. Never inside a transaction."""
        self._check()
        with self._app.app_context(), transaction() as current:
            values = {"phase": phase, "done": min(done, total), "total": total}
            if leases.changed(current, update(TenderImport).where(is_ours(self._task)).values(values)) != 1:
                raise Overtaken
            asked = current.scalar(
                select(TenderImport.cancel_asked_at).where(TenderImport.id == self._task.id)
            )
        self._told_at = time.perf_counter()
        if asked is not None:
            raise Cancelled


def ended(current: Session, task: Task, **values: object) -> None:
    """End a piece of work, if it is still ours; Overtaken rolls the whole transaction back."""
    query = update(TenderImport).where(is_ours(task), TenderImport.cancel_asked_at.is_(None))
    if leases.changed(current, query.values(values)) != 1:
        raise Overtaken


def is_ours(task: Task) -> ColumnElement[bool]:
    """That an import is still as it was when we took it up, and nobody has begun it anew."""
    row = TenderImport
    return and_(row.id == task.id, row.attempt == task.attempt, row.state == task.state)
