"""Views that could not be written yet: on SQLite an import may hold the only writer, and no reader waits for it.

They stand in a file beside the database, on disk before the picture is sent, and go into their table with the next
view that gets its turn, at the latest with the nightly job. A line that was carried over twice is one row: its id is
the row's. A line that a full disk or a lost power cut is of a picture that was not sent; it is set aside for people.
"""

import fcntl
import json
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from io import FileIO
from pathlib import Path
from typing import Any
from uuid import UUID

from inspect_app.core.settings import current_settings
from inspect_app.core.storage import sync_folder

NAME, UNREADABLE = "photo-views.waiting", "photo-views.unreadable"
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class View:
    """A row of the log, as it is to be written; `way` is `page`, `api`, `address` or `package`."""

    id: UUID
    at: datetime
    sha256: str
    inspection_id: UUID
    viewer_id: UUID
    viewer_name: str
    viewer_role: str
    way: str


def put(views: list[View]) -> None:
    """Append views, on disk when this returns; an error leaves none of them."""
    _append(NAME, [json.dumps(asdict(view), default=str).encode() + b"\n" for view in views])


@contextmanager
def taken() -> Iterator[list[View]]:
    """The views that wait; they are forgotten when the block is left without an error. Empty while another has them."""
    path = _path(NAME)
    if not path.exists() or path.stat().st_size == 0:
        yield []
        return
    with path.open("r+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield []
            return
        found = [(line, _read(line)) for line in file if line.strip()]
        yield [view for _, view in found if view is not None]
        _set_aside([line for line, view in found if view is None])
        file.truncate(0)
        os.fsync(file.fileno())


def _set_aside(lines: list[bytes]) -> None:
    if lines:
        _append(UNREADABLE, lines)
        log.error("%d waiting photo views cannot be read; see %s in DATA_DIR", len(lines), UNREADABLE)


def _append(name: str, lines: list[bytes]) -> None:
    path = _path(name)
    fresh = not path.exists()
    with path.open("a+b", buffering=0) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        size = file.seek(0, os.SEEK_END)
        try:
            _write(file, (b"" if _ends_line(file, size) else b"\n") + b"".join(lines))
            os.fsync(file.fileno())
        except OSError:
            file.truncate(size)
            raise
    if fresh:
        sync_folder(path.parent)


def _write(file: FileIO, data: bytes) -> None:
    """All of it: a disk that fills up takes a part without an error."""
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) :]


def _ends_line(file: FileIO, size: int) -> bool:
    return size == 0 or os.pread(file.fileno(), 1, size - 1) == b"\n"


def _path(name: str) -> Path:
    return current_settings().data_dir / name


def _read(line: bytes) -> View | None:
    """The view of a line; None for one that was cut, or is none."""
    try:
        given: dict[str, Any] = json.loads(line)
        ids = {name: UUID(given[name]) for name in ("id", "inspection_id", "viewer_id")}
        return View(**(given | ids | {"at": datetime.fromisoformat(given["at"])}))
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
