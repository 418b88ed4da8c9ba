"""Places that hold a city, or will: an application with a database and a storage of its own."""

import contextlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from flask import Flask
from sqlalchemy import select

from inspect_app import create_app
from inspect_app.backups import making, restoring
from inspect_app.backups.making import Made
from inspect_app.backups.progress import Advance, Progress, Silent
from inspect_app.backups.restoring import Restored
from inspect_app.core.clock import FixedClock
from inspect_app.core.database import db
from inspect_app.photos.keeping import stored
from tests.databases import settings_for

PLENTY = 2**60
NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
SECRET = "a secret key for tests and for nothing else"

Rows = dict[str, list[tuple[Any, ...]]]
MakePlace = Callable[[str], "Place"]


def plenty(_path: Path) -> int:
    """A disk without end."""
    return PLENTY


class Interrupted(Exception):  # noqa: N818 - says what happened
    """A test's own end of the work."""


@dataclass
class Acting(Silent):
    """Does something when a stage begins, or at its first step."""

    label: str
    act: Callable[[], object]
    at_step: bool = False

    @contextmanager
    def stage(self, label: str, length: int) -> Iterator[Advance]:
        if label == self.label and not self.at_step:
            self.act()
        yield self._step if label == self.label and self.at_step else lambda _done: None

    def _step(self, _done: int) -> None:
        self.act()


@dataclass(frozen=True)
class Place:
    """An application on a folder and a database of its own."""

    folder: Path
    app: Flask

    @classmethod
    def at(cls, folder: Path, url: str | None = None) -> "Place":
        folder.mkdir(exist_ok=True, parents=True)
        given = {"DATABASE_URL": url} if url else {}
        return cls(folder, create_app(settings_for(folder, **given), FixedClock(NOON)))

    @property
    def uploads(self) -> Path:
        return self.folder / "uploads"

    def close(self) -> None:
        with self.app.app_context():
            db.engine.dispose()

    def back_up(
        self, target: Path, *, force: bool = False, progress: Progress | None = None, free: Any = plenty
    ) -> Made:
        with self.app.app_context():
            return making.backup(self.app, target, force=force, progress=progress or Silent(), free=free)

    def restore(
        self, path: Path, *, incomplete: bool = False, progress: Progress | None = None, free: Any = plenty
    ) -> Restored:
        with self.app.app_context():
            told = progress or Silent()
            return restoring.restore(path, incomplete=incomplete, progress=told, free=free)

    def flask(self, *words: str) -> Any:
        """A command as an operator types it."""
        return self.app.test_cli_runner().invoke(args=list(words))

    def rows(self) -> Rows:
        """Every row of every table as the models read it; rows that only tell who lives now left out."""
        with self.app.app_context(), db.engine.connect() as connection:
            return {
                table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
                for table in db.metadata.sorted_tables
                if table.name not in making.PASSING
            }

    def objects(self) -> dict[str, bytes]:
        """Every stored object's bytes by its path."""
        return {
            str(path.relative_to(self.uploads)): path.read_bytes()
            for folder in stored.FOLDERS
            for path in (self.uploads / folder).rglob("*")
            if path.is_file()
        }

    def named_objects(self) -> dict[str, bytes]:
        """Those of them that a row names."""
        with self.app.app_context(), db.engine.connect() as connection:
            named = {each.name for each in stored.named(connection)}
        return {name: data for name, data in self.objects().items() if name in named}

    def is_empty(self) -> bool:
        with self.app.app_context(), contextlib.closing(db.engine.connect()):
            from inspect_app.backups import place

            return not place.filled_tables() and not self.objects() and not place.is_half_restored()


def member(path: Path, name: str) -> bytes:
    """What a member of an archive unpacks to."""
    with ZipFile(path) as archive:
        return archive.read(name)


def names(path: Path) -> list[str]:
    with ZipFile(path) as archive:
        return archive.namelist()
