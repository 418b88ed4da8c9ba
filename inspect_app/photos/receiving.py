"""From bytes to a received photo: hash, decode, store, and only then one transaction."""

import errno
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any
from uuid import UUID

from inspect_app.core import clock, space
from inspect_app.core.auth import Actor
from inspect_app.core.database import session, transaction
from inspect_app.core.problems import FieldError, InvalidFields, TooLarge, UnsupportedKind
from inspect_app.core.settings import current_settings
from inspect_app.core.storage import copy_hashed, storage
from inspect_app.photos import erasing, queries, service
from inspect_app.photos.keeping import digests, objects, shelves
from inspect_app.photos.pictures import errors, examining
from inspect_app.photos.problems import NoMemory, NoRoom
from inspect_app.photos.resumable import quotas
from inspect_app.photos.service import Facts, Received
from inspect_app.plausibility import keeping as looks

FULL = (errno.ENOSPC, errno.EDQUOT)


def release_database() -> None:
    """Give the connection back before a body is read: a slow tablet must not hold one."""
    session().close()


def check_length(declared: int | None) -> None:
    """TooLarge when a body says itself that it is over the limit, in bytes."""
    limit = current_settings().max_photo_bytes
    if declared is not None and declared > limit:
        raise _too_large(limit)


def require_room() -> None:
    """NoRoom while the disk is nearly full: what was begun shall still find its place."""
    awaited = quotas.awaited(session(), clock.now())
    release_database()
    if space.is_short(awaited):
        raise _no_room()


@contextmanager
def tells_no_room() -> Iterator[None]:
    """NoRoom where the disk fills up meanwhile."""
    try:
        yield
    except OSError as error:
        if error.errno not in FULL:
            raise
        raise _no_room() from error


@tells_no_room()
def receive(stream: IO[bytes], sha256: str, inspection_id: UUID, by: Actor) -> tuple[Received, bool]:
    """Take a photo from a stream; returns whether it is news.

    TooLarge, InvalidFields (another hash, a damaged or over-large picture), UnsupportedKind, NoRoom, TooMany: then
    nothing stays.
    """
    _require_quota(sha256, inspection_id, by)
    require_room()
    limit = current_settings().max_photo_bytes
    with storage().incoming() as (part, file):
        total, digest = copy_hashed(stream, file, limit)
        file.flush()
        if total > limit:
            raise _too_large(limit)
        with shelves.bringing(sha256):
            facts = accept(part, digest, sha256)
            with transaction() as current:
                received, fresh = service.record(current, facts, inspection_id, by, clock.now())
                if fresh:
                    quotas.note(current, by, received, clock.now())
    return received, fresh


def _require_quota(sha256: str, inspection_id: UUID, by: Actor) -> None:
    """TooMany when the tablet has sent enough today; what has come already may always be sent again."""
    current = session()
    if queries.receipt(current, sha256, inspection_id, by.id) is None:
        quotas.check_day(current, by, 1, clock.now())


def accept(path: Path, digest: str, sha256: str) -> Facts:
    """Check and store the picture in a file whose hash is `digest`; decodes only what is not yet known.

    Its shelf is held from here to the commit of the row (`shelves.bringing`).
    """
    if digest != sha256:
        raise InvalidFields(
            "收到的內容與 sha256 不符，可能在傳送中損壞；請重新計算後再傳。",
            errors=[FieldError("sha256", f"收到的內容為 {digest}。")],
        )
    erasing.refuse_erased(session(), sha256)
    known = queries.get(session(), sha256)
    facts = Facts(**{name: getattr(known, name) for name in service.FACTS}) if known else None
    release_database()
    return facts if facts and known and objects.is_whole(known) else _store(path, sha256)


def digest_of(path: Path) -> str:
    """A file's SHA-256 in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def digest_of_stream(stream: Any) -> str:
    """The SHA-256 in hex of a binary stream, from its start, where it stands again afterwards."""
    stream.seek(0)
    digest = hashlib.file_digest(stream, "sha256").hexdigest()
    stream.seek(0)
    return digest


def _store(path: Path, sha256: str) -> Facts:
    picture = _examined(path)
    copies = {queries.WEB: picture.web, queries.THUMB: picture.thumb}
    for size, data in copies.items():
        storage().put(f"photos/{size}", sha256, data)
    storage().adopt(path, f"photos/{queries.ORIGINAL}", sha256)
    taken_at = picture.taken_at.isoformat(timespec="seconds") if picture.taken_at else None
    length, look = path.stat().st_size, looks.look(picture.thumb)
    seen = (picture.mime, picture.width, picture.height, taken_at, picture.notes.told())
    return Facts(sha256, length, *seen, digests.of_copies(copies), look)


def _examined(path: Path) -> examining.Picture:
    try:
        return examining.examine(path)
    except errors.NotAPicture as error:
        raise UnsupportedKind(str(error)) from error
    except errors.PictureError as error:
        raise InvalidFields(str(error), errors=[FieldError("photo", str(error))]) from error
    except MemoryError as error:
        detail = "照片還沒有收下，照片本身沒有問題；請稍候再傳一次。"
        raise NoMemory(detail, headers={"Retry-After": "30"}) from error


def _no_room() -> NoRoom:
    detail = "照片還沒有收下，請保留在平板上，稍候再傳；並請系統管理者清出磁碟空間。"
    return NoRoom(detail, headers={"Retry-After": "300"})


def _too_large(limit: int) -> TooLarge:
    return TooLarge(f"照片最多 {limit} 位元組；請降低解析度後再傳。")
