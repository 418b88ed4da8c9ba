"""Bytes of unfinished uploads: one file each, whose size is the offset."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from uuid import UUID

from inspect_app.core.storage import make_folder, storage, sync_folder

FOLDER = "incoming-tus"


class OffsetMoved(Exception):  # noqa: N818 - says what happened
    """Another request has written to the part meanwhile."""


@dataclass(frozen=True, slots=True)
class Part:
    """One upload's file. It comes into being with its first bytes."""

    path: Path

    def size(self) -> int:
        """How many bytes are here."""
        try:
            return self.path.stat().st_size
        except FileNotFoundError:
            return 0

    def safe_size(self) -> int:
        """How many bytes are safely on disk."""
        try:
            with self.path.open("rb") as file:
                os.fsync(file.fileno())
                sync_folder(self.path.parent)
                return os.fstat(file.fileno()).st_size
        except FileNotFoundError:
            return 0

    @contextmanager
    def opened(self) -> Iterator[FileIO]:
        """The file, to append to; what was written is on disk when it is left, whatever happened."""
        make_folder(self.path.parent)
        with self.path.open("ab", buffering=0) as file:
            fresh = os.fstat(file.fileno()).st_size == 0
            try:
                yield file
            finally:
                os.fsync(file.fileno())
                if fresh:
                    sync_folder(self.path.parent)

    @contextmanager
    def held(self) -> Iterator[bool]:
        """Hold the file against every other request; False when there is none."""
        try:
            file = self.path.open("rb")
        except FileNotFoundError:
            yield False
            return
        with file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield True

    def remove(self) -> None:
        self.path.unlink(missing_ok=True)


def of(upload_id: UUID) -> Part:
    return Part(storage().root / FOLDER / str(upload_id))


def listed() -> dict[str, Part]:
    """Every part on disk, by its upload's id."""
    folder = storage().root / FOLDER
    return {path.name: Part(path) for path in folder.iterdir()} if folder.is_dir() else {}


def bytes_here() -> int:
    """How many bytes of all parts are here."""
    return sum(part.size() for part in listed().values())


def append(file: FileIO, at: int, data: bytes) -> None:
    """Write at the end, which must be `at`; OffsetMoved when it is not.

    The lock is held for one piece, not for a request: a stalled connection cannot keep its successor out.
    """
    fcntl.flock(file, fcntl.LOCK_EX)
    try:
        if os.fstat(file.fileno()).st_size != at:
            raise OffsetMoved
        rest = memoryview(data)
        while rest:
            rest = rest[file.write(rest) :]
    finally:
        fcntl.flock(file, fcntl.LOCK_UN)
