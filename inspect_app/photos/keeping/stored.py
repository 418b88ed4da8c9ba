"""What of the storage the rows name: the bytes that a backup must hold, and where a restored object belongs."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy import Select, inspect, select
from sqlalchemy.engine import Connection

from inspect_app.core.storage import storage
from inspect_app.photos import queries
from inspect_app.photos.models import Photo, PhotoErasure, PhotoUpload
from inspect_app.photos.resumable import parts

FOLDERS = ("photos", parts.FOLDER)
"""The storage's folders whose files rows name; all others hold nothing that must last."""

TABLES = frozenset({Photo.__tablename__, PhotoUpload.__tablename__})
PAGE = 500
_PHOTO = re.compile(
    rf"photos/(?P<size>{'|'.join(queries.SIZES)})/(?P<shelf>[0-9a-f]{{2}})/(?P<sha>[0-9a-f]{{64}})"
)
_PART = re.compile(rf"{parts.FOLDER}/(?P<id>[0-9a-f]{{8}}(?:-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}})")


@dataclass(frozen=True, slots=True)
class Stored:
    """One object, named by its path below the storage's root, with `/`.

    `sha256` is what its bytes must hash to, None where its name does not say. `lasting`: its absence is a loss;
    an unfinished upload may end, or have no bytes yet.
    """

    name: str
    sha256: str | None
    lasting: bool


def named(connection: Connection) -> Iterator[Stored]:
    """Every object that photos and unfinished uploads name; reads only columns that every revision has."""
    photos = connection.execute(_lasting(connection), execution_options={"yield_per": PAGE})
    for sha256 in photos.scalars():
        for size in queries.SIZES:
            told = sha256 if size == queries.ORIGINAL else None
            yield Stored(f"photos/{size}/{sha256[:2]}/{sha256}", told, lasting=True)
    open_ = select(PhotoUpload.id).where(PhotoUpload.finished_at.is_(None))
    for upload_id in connection.execute(open_, execution_options={"yield_per": PAGE}).scalars():
        yield Stored(f"{parts.FOLDER}/{upload_id}", None, lasting=False)


def _lasting(connection: Connection) -> Select[str]:
    """The photos whose bytes must be there: all but the erased, of which an older revision knows none."""
    query = select(Photo.sha256)
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


def promised(name: str) -> str | None:
    """The SHA-256 that an object's own name promises, if it does."""
    found = _PHOTO.fullmatch(name)
    return found["sha"] if found and found["size"] == queries.ORIGINAL else None
