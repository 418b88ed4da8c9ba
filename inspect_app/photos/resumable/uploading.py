"""Resumable uploads: where one stands, taking its next bytes, and receiving the photo when it is whole."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import IO

from inspect_app.core import clock
from inspect_app.core.auth import Actor
from inspect_app.core.database import session, transaction
from inspect_app.core.problems import (
    ChecksumMismatch,
    Conflict,
    InvalidFields,
    NotFound,
    TooLarge,
    UnsupportedKind,
)
from inspect_app.core.storage import make_folder, storage
from inspect_app.photos import queries, receiving, service
from inspect_app.photos.keeping import shelves
from inspect_app.photos.models import PhotoUpload
from inspect_app.photos.resumable import parts
from inspect_app.photos.resumable.parts import OffsetMoved, Part
from inspect_app.photos.resumable.protocol import Checksum

PIECE = 1 << 16
"""What a cut connection can lose at most, in bytes."""

HELD = 4 * 2**20
"""Up to so many bytes a chunk waits in memory for its checksum, a longer one on disk."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """A request's bytes: where they belong, how many it says they are, and what they must hash to."""

    offset: int
    stream: IO[bytes]
    declared: int | None
    checksum: Checksum | None


@receiving.tells_no_room()
def standing(upload: PhotoUpload, by: Actor) -> int:
    """The offset; an upload that is whole but was never finished (a crash then) is finished now."""
    if upload.finished_at is not None:
        return upload.length
    at = parts.of(upload.id).safe_size()
    if at == upload.length:
        _finish(upload, by)
    return at


@receiving.tells_no_room()
def take(upload: PhotoUpload, chunk: Chunk, by: Actor) -> int:
    """Append a chunk and return the new offset; the last one makes the photo received.

    Conflict at another offset, TooLarge beyond the length, ChecksumMismatch (then nothing is kept), NoRoom, and
    what receiving refuses (then the upload is removed).
    """
    if _reached(upload, by) != chunk.offset:
        raise _moved()
    left = upload.length - chunk.offset
    if left == 0:
        return chunk.offset
    if chunk.declared is not None and chunk.declared > left:
        raise _too_long()
    with _checked(chunk, left) as source:
        at = _append(upload, chunk.offset, source, left, HELD if chunk.checksum else PIECE)
    if at == upload.length:
        _finish(upload, by, _digest_of_all(chunk))
    return at


def _reached(upload: PhotoUpload, by: Actor) -> int:
    """As `standing`, but for who waits for the disk himself before he answers."""
    at = parts.of(upload.id).size()
    return standing(upload, by) if upload.finished_at is not None or at == upload.length else at


def _digest_of_all(chunk: Chunk) -> str | None:
    """The photo's SHA-256 when one chunk, held against its own, was the whole of it."""
    given = chunk.checksum
    return given.digest.hex() if given and given.algorithm == "sha256" and chunk.offset == 0 else None


@contextmanager
def _checked(chunk: Chunk, left: int) -> Iterator[IO[bytes]]:
    """The chunk's bytes; with a checksum, first read whole and compared."""
    if chunk.checksum is None:
        yield chunk.stream
        return
    folder = storage().root / "incoming"
    make_folder(folder)
    with SpooledTemporaryFile(HELD, dir=str(folder)) as file:
        digest, wanted = chunk.checksum.start(), left + 1
        while piece := chunk.stream.read(min(PIECE, wanted)):
            digest.update(piece)
            wanted -= file.write(piece)
        if digest.digest() != chunk.checksum.digest:
            raise ChecksumMismatch("收到的內容與 Upload-Checksum 不符；請從同一位置重新傳送。")
        file.seek(0)
        yield file


def _append(upload: PhotoUpload, at: int, source: IO[bytes], left: int, size: int) -> int:
    """Append in pieces of `size` bytes; returns the new offset."""
    part = parts.of(upload.id)
    with part.opened() as file:
        if os.fstat(file.fileno()).st_size == 0:
            _require_open(upload, part)
        while piece := source.read(min(size, left + 1)):
            if len(piece) > left:
                raise _too_long()
            try:
                parts.append(file, at, piece)
            except OffsetMoved as error:
                raise _moved() from error
            at, left = at + len(piece), left - len(piece)
    return at


def _require_open(upload: PhotoUpload, part: Part) -> None:
    """The part of an upload that ended since its row was read must not come into being again."""
    row = queries.upload(session(), upload.id)
    finished = row is not None and row.finished_at is not None
    receiving.release_database()
    if row is None or finished:
        part.remove()
        raise _moved() if finished else _dropped()


def _finish(upload: PhotoUpload, by: Actor, digest: str | None = None) -> None:
    """Receive the photo of a whole part, once however many requests ask for it; `digest` where it is known."""
    part = parts.of(upload.id)
    with part.held() as there:
        row = queries.upload(session(), upload.id)
        finished = row is not None and row.finished_at is not None
        receiving.release_database()
        if finished:
            return
        if row is None:
            part.remove()
        if row is None or not there:
            raise _dropped()
        _receive(upload, part, by, digest or receiving.digest_of(part.path))


def _receive(upload: PhotoUpload, part: Part, by: Actor, digest: str) -> None:
    with shelves.bringing(upload.sha256):
        try:
            facts = receiving.accept(part.path, digest, upload.sha256)
        except (InvalidFields, UnsupportedKind):
            with transaction() as current:
                service.remove_upload(current, upload.id)
            part.remove()
            raise
        with transaction() as current:
            service.record(current, facts, upload.inspection_id, by, clock.now())
            finished = service.finish_uploads(current, upload, clock.now())
    for upload_id in {upload.id, *finished}:
        parts.of(upload_id).remove()


def _dropped() -> NotFound:
    return NotFound("這個上傳已取消；請重新開始上傳。")


def _moved() -> Conflict:
    return Conflict("Upload-Offset 與已收到的長度不同；請先以 HEAD 讀取目前位置，再從那裡續傳。")


def _too_long() -> TooLarge:
    return TooLarge("內容超過 Upload-Length；請確認檔案未變動，再重新開始上傳。")
