"""The manifest: what an archive holds, member by member, and the seal that binds the file together."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

FORMAT = 1
NAME = "manifest.json"
MAX_BYTES = 256 * 2**20
"""Far above what a million members take; a manifest is read whole."""

Sha256 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
Count = Annotated[int, Meta(ge=0)]


class Column(Struct, frozen=True, forbid_unknown_fields=True):
    """A column's name and its kind, a key of `kinds.KINDS`."""

    name: str
    kind: str


class Table(Struct, frozen=True, forbid_unknown_fields=True):
    """A table: its rows stand as JSON arrays in the order of `columns`, in `members` of at most 10,000 each."""

    name: str
    columns: tuple[Column, ...]
    rows: Count = 0
    members: tuple[str, ...] = ()


class Member(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """A member's length in bytes and the SHA-256 of what it unpacks to, in hex."""

    name: str
    bytes: Count
    sha256: Sha256


class Fault(Struct, frozen=True, forbid_unknown_fields=True):
    """A stored object that was missing or unsound when the archive was made; `reason` is zh-Hant."""

    name: str
    reason: str


class Manifest(Struct, frozen=True, forbid_unknown_fields=True):
    """`database` is `sqlite` or `postgresql`, `database_bytes` its size there; `revision` is Alembic's."""

    format: int
    application: str
    revision: str
    made_at: datetime
    database: str
    database_bytes: Count
    tables: tuple[Table, ...]
    members: tuple[Member, ...]
    faults: tuple[Fault, ...]

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables)

    @property
    def objects(self) -> Iterator[Member]:
        """The members that are stored objects, not rows."""
        chunks = {name for table in self.tables for name in table.members}
        return (member for member in self.members if member.name not in chunks)

    @property
    def object_bytes(self) -> int:
        return sum(member.bytes for member in self.objects)

    def encoded(self) -> bytes:
        return msgspec.json.format(msgspec.json.encode(self), indent=1)


def decoded(data: bytes) -> Manifest:
    """The manifest of a file's bytes; ValueError when it is none."""
    return msgspec.json.decode(data, type=Manifest)


@dataclass(frozen=True, slots=True)
class Seal:
    """The ZIP comment: the manifest's SHA-256, and that of every byte before it which no member's own covers."""

    manifest: str
    frame: str

    def __str__(self) -> str:
        return f"chahe-backup/{FORMAT} manifest={self.manifest} frame={self.frame}"


BLANK = str(Seal("0" * 64, "0" * 64)).encode()
_SEAL = re.compile(rb"chahe-backup/\d manifest=([0-9a-f]{64}) frame=([0-9a-f]{64})")


def seal_of(comment: bytes) -> Seal | None:
    """The seal that an archive's last bytes are, or None."""
    found = _SEAL.fullmatch(comment)
    return Seal(found[1].decode(), found[2].decode()) if found else None
