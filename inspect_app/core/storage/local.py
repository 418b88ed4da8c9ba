"""Bytes at rest: content-addressed files, written whole or not at all."""

import errno
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from uuid import uuid4

from inspect_app.core.storage.address import S3Address
from inspect_app.core.storage.remote import READER_S, RETRIES, Remote

CHUNK = 1 << 20
NO_LINKS = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EXDEV})
"""What a filesystem says that gives no file a second name, or not this one."""


class Storage:
    """Files under one folder, each named by what it holds: `kind/ab/abcdef….ext`.

    With an S3 address the folder is a spool: everything is written here first, and `remote` (for the worker) and
    `quick` (for a person who waits) lead to where it is kept. Without one both are None.
    """

    def __init__(self, root: Path, address: S3Address | None = None) -> None:
        self.root = root
        self.remote = Remote(address, retries=RETRIES) if address else None
        self.quick = Remote(address, READER_S) if address else None

    def path(self, kind: str, name: str) -> Path:
        """Where an object lies, or would lie. `name` is ours (a hash), never a user's word."""
        return self.root / kind / name[:2] / name

    def exists(self, kind: str, name: str) -> bool:
        return self.path(kind, name).is_file()

    def put(self, kind: str, name: str, data: bytes) -> Path:
        """Store bytes durably; the file appears whole or not at all."""
        with self.incoming() as (part, file):
            file.write(data)
            return self.keep(part, file, kind, name)

    def adopt(self, path: Path, kind: str, name: str) -> Path:
        """Store a finished file by giving it a second name, without writing its bytes again where the disk can do that.

        Nobody may write to it any more; its first name may then go.
        """
        with path.open("rb") as file:
            os.fsync(file.fileno())
            try:
                return self._link(path, kind, name)
            except OSError as error:
                if error.errno not in NO_LINKS:
                    raise
            return self._copy(file, kind, name)

    def _link(self, path: Path, kind: str, name: str) -> Path:
        second = self.root / "incoming" / uuid4().hex
        make_folder(second.parent)
        os.link(path, second)
        try:
            return self._place(second, kind, name)
        finally:
            second.unlink(missing_ok=True)

    def _copy(self, source: IO[bytes], kind: str, name: str) -> Path:
        with self.incoming() as (part, file):
            shutil.copyfileobj(source, file, CHUNK)
            return self.keep(part, file, kind, name)

    @contextmanager
    def incoming(self) -> Iterator[tuple[Path, IO[bytes]]]:
        """A temporary file on the same disk; removed unless kept."""
        folder = self.root / "incoming"
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
            part = Path(file.name)
            try:
                yield part, file
            finally:
                part.unlink(missing_ok=True)

    def keep(self, part: Path, file: IO[bytes], kind: str, name: str) -> Path:
        """Move a finished temporary file to its place, on disk before it is named."""
        file.flush()
        os.fsync(file.fileno())
        return self._place(part, kind, name)

    def _place(self, part: Path, kind: str, name: str) -> Path:
        target = self.path(kind, name)
        make_folder(target.parent)
        part.replace(target)
        sync_folder(target.parent)
        return target


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, on disk before anything is laid into it."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Wait until the names in a folder are on disk; a file's own sync does not promise that of its name."""
    handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def copy_hashed(source: IO[bytes], target: IO[bytes], limit: int) -> tuple[int, str]:
    """Copy at most `limit` + 1 bytes; returns how many and their SHA-256 in hex."""
    digest, total = hashlib.sha256(), 0
    while total <= limit and (chunk := source.read(min(CHUNK, limit + 1 - total))):
        digest.update(chunk)
        target.write(chunk)
        total += len(chunk)
    return total, digest.hexdigest()
