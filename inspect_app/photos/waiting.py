"""Views that could not be written yet: on SQLite an import may hold the only writer, and no reader waits for it.

They stand in a file beside the database, on disk before the picture is sent, and go into their table with the next
view that gets its turn, at the latest with the nightly job. A line that was carried over twice is one row: its id is
the row's.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from inspect_app.core.settings import current_settings
from inspect_app.core.storage import sync_folder

NAME = "photo-views.waiting"


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
    """Append views, on disk when this returns."""
    path = _path()
    fresh = not path.exists()
    with path.open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.write(b"".join(json.dumps(asdict(view), default=str).encode() + b"\n" for view in views))
        file.flush()
        os.fsync(file.fileno())
    if fresh:
        sync_folder(path.parent)


@contextmanager
def taken() -> Iterator[list[View]]:
    """The views that wait; they are forgotten when the block is left without an error. Empty while another has them."""
    path = _path()
    if not path.exists() or path.stat().st_size == 0:
        yield []
        return
    with path.open("r+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield []
            return
        yield [_read(line) for line in file if line.endswith(b"\n")]
        file.truncate(0)
        os.fsync(file.fileno())


def _path() -> Path:
    return current_settings().data_dir / NAME


def _read(line: bytes) -> View:
    given: dict[str, Any] = json.loads(line)
    ids = {name: UUID(given[name]) for name in ("id", "inspection_id", "viewer_id")}
    return View(**(given | ids | {"at": datetime.fromisoformat(given["at"])}))
