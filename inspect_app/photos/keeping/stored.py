"""What of the storage the rows name: the bytes that a backup must hold, and where a restored object belongs."""

import hashlib
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import IO, Any
from uuid import UUID

from sqlalchemy import Select, inspect, select
from sqlalchemy.engine import Connection

from inspect_app.core.storage import storage
from inspect_app.core.storage.remote import Away, NotThere, Remote
from inspect_app.photos import queries
from inspect_app.photos.keeping.models import OffloadedPhoto, StorageFinding
from inspect_app.photos.keeping.objects import DIGESTS
from inspect_app.photos.models import Photo, PhotoErasure, PhotoUpload
from inspect_app.photos.resumable import parts

FOLDERS = ("photos", parts.FOLDER)
"""The storage's folders whose files rows name; all others hold nothing that must last."""

TABLES = frozenset({Photo.__tablename__, PhotoUpload.__tablename__})
OF_THIS_PLACE = frozenset({OffloadedPhoto.__tablename__, StorageFinding.__tablename__})
"""Tables that tell where bytes lie here and how they are; in another place they would be untrue."""

ABOUT = {queries.WEB: 400_000, queries.THUMB: 20_000}
PAGE = 500
_PHOTO = re.compile(
    rf"photos/(?P<size>{'|'.join(queries.SIZES)})/(?P<shelf>[0-9a-f]{{2}})/(?P<sha>[0-9a-f]{{64}})"
)
_PART = re.compile(rf"{parts.FOLDER}/(?P<id>[0-9a-f]{{8}}(?:-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}})")


@dataclass(frozen=True, slots=True)
class Stored:
    """One object, named by its path below the storage's root, with `/`.

    `sha256` is what its bytes must hash to, None where nobody has noted it. `lasting`: its absence is a loss;
    an unfinished upload may end, or have no bytes yet. `about`: how many bytes it may take, told without looking.
    """

    name: str
    sha256: str | None
    lasting: bool
    about: int = 0


def named(connection: Connection) -> Iterator[Stored]:
    """Every object that photos and unfinished uploads name; reads only columns that the database's revision has."""
    there = {column["name"] for column in inspect(connection).get_columns(Photo.__tablename__)}
    wanted = {size: column for size, column in DIGESTS.items() if column in there}
    columns = [getattr(Photo, name) for name in ("sha256", "bytes", *wanted.values())]
    lasting = _lasting(connection, select(*columns))
    for row in connection.execute(lasting, execution_options={"yield_per": PAGE}).mappings():
        for size in queries.SIZES:
            about = ABOUT.get(size, row["bytes"])
            name = f"photos/{size}/{row['sha256'][:2]}/{row['sha256']}"
            yield Stored(name, row[wanted[size]] if size in wanted else None, lasting=True, about=about)
    open_ = select(PhotoUpload.id).where(PhotoUpload.finished_at.is_(None))
    for upload_id in connection.execute(open_, execution_options={"yield_per": PAGE}).scalars():
        yield Stored(f"{parts.FOLDER}/{upload_id}", None, lasting=False)


def _lasting(connection: Connection, query: Select[Any]) -> Select[Any]:
    """Of photos, those whose bytes must be there: all but the erased, of which an older revision knows none."""
    if not inspect(connection).has_table(PhotoErasure.__tablename__):
        return query
    return query.where(queries.is_lasting())


def place(name: str) -> Path | None:
    """Where the object of a name lies, or would lie; None for a name that is not ours."""
    if found := _PHOTO.fullmatch(name):
        size, shelf, sha256 = found["size"], found["shelf"], found["sha"]
        return storage().path(f"photos/{size}", sha256) if sha256.startswith(shelf) else None
    if found := _PART.fullmatch(name):
        return parts.of(UUID(found["id"])).path
    return None


@contextmanager
def opened(each: Stored) -> Iterator[IO[bytes]]:
    """An object's bytes: the file here, else what S3 holds. FileNotFoundError, another OSError, Away.

    A file that is not what it should be stays the answer where S3 has nothing better.
    """
    path = place(each.name)
    if path is None:
        raise ValueError(f"{each.name} names no place")
    remote = storage().remote if each.lasting else None
    with path.open("rb") if remote is None else _better(each, path, remote) as file:
        yield file


def _better(each: Stored, path: Path, remote: Remote) -> IO[bytes]:
    if (file := _right_here(path, each.sha256)) is not None:
        return file
    try:
        return BytesIO(remote.read(each.name))
    except (Away, NotThere) as error:
        with suppress(FileNotFoundError):
            return path.open("rb")
        if isinstance(error, NotThere):
            raise FileNotFoundError(each.name) from None
        raise


def _right_here(path: Path, sha256: str | None) -> IO[bytes] | None:
    """The file here, opened at its beginning; None when it is missing, unreadable or not what it should be."""
    with ExitStack() as closing, suppress(OSError):
        file = closing.enter_context(path.open("rb"))
        if sha256 in {None, hashlib.file_digest(file, "sha256").hexdigest()}:
            file.seek(0)
            closing.pop_all()
            return file
    return None


def promised(name: str) -> str | None:
    """The SHA-256 that an object's own name promises, if it does."""
    found = _PHOTO.fullmatch(name)
    return found["sha"] if found and found["size"] == queries.ORIGINAL else None
