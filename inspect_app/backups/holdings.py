"""The stored bytes that a snapshot names: listed while it lasts, copied afterwards, and none lost in silence."""

import hashlib
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, cast

import msgspec

from inspect_app.backups.container import CHUNK, Writer
from inspect_app.backups.manifest import Fault
from inspect_app.backups.progress import Advance
from inspect_app.core.storage import storage
from inspect_app.core.storage.remote import Away
from inspect_app.photos.keeping import stored
from inspect_app.photos.keeping.stored import Stored

IN_MEMORY = 1 << 20
AWAY = "只存放在 S3，而 S3 連不上"
GONE, CHANGED = "找不到檔案", "內容與檔名所載的 SHA-256 不符"


@dataclass(slots=True)
class Holdings:
    """A list too long for memory, kept in a temporary file; `bytes` is what the objects take now."""

    file: IO[bytes]
    number: int = 0
    bytes: int = 0

    def add(self, objects: Iterable[Stored]) -> None:
        for each in objects:
            self.file.write(msgspec.json.encode(each) + b"\n")
            self.number += 1
            self.bytes += _size(each)

    def __iter__(self) -> Iterator[Stored]:
        self.file.seek(0)
        return (msgspec.json.decode(line, type=Stored) for line in self.file)


@contextmanager
def listing() -> Iterator[Holdings]:
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as file:
        yield Holdings(cast(IO[bytes], file))


@dataclass(slots=True)
class Copier:
    """Copies objects into an archive and notes what was wrong."""

    writer: Writer
    advance: Advance
    faults: list[Fault] = field(default_factory=list)

    def copy(self, each: Stored) -> None:
        """Add one object; an unreadable one is a fault, and what was read of it stays for who may need it."""
        try:
            with stored.opened(each) as source:
                self._copy(each, source)
        except FileNotFoundError:
            if each.lasting:
                self._fault(each, GONE)
        except OSError as error:
            self._fault(each, _unreadable(error))
        except Away:
            self._fault(each, AWAY)

    def _copy(self, each: Stored, source: IO[bytes]) -> None:
        digest = hashlib.sha256()
        with self.writer.object(each.name) as sink:
            for piece in self._pieces(each, source):
                sink.write(piece)
                digest.update(piece)
                self.advance(len(piece))
        if each.sha256 not in {None, digest.hexdigest()}:
            self._fault(each, CHANGED)

    def _pieces(self, each: Stored, source: IO[bytes]) -> Iterator[bytes]:
        try:
            while piece := source.read(CHUNK):
                yield piece
        except OSError as error:
            self._fault(each, _unreadable(error))

    def _fault(self, each: Stored, reason: str) -> None:
        if not self.faults or self.faults[-1].name != each.name:
            self.faults.append(Fault(each.name, reason))


def _size(each: Stored) -> int:
    """How many bytes an object takes; what lies in S3 alone is told without asking there."""
    path = stored.place(each.name)
    try:
        return path.stat().st_size if path else 0
    except OSError:
        return each.about if storage().remote else 0


def _unreadable(error: OSError) -> str:
    return f"無法讀取（{error.strerror}）"
