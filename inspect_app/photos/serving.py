"""A photo's bytes as an answer that a browser will only ever show as that picture."""

import hashlib
import io
from contextlib import ExitStack, suppress
from datetime import timedelta
from typing import IO

from flask import Response, request, send_file

from inspect_app.photos import queries
from inspect_app.photos.keeping import objects, reading
from inspect_app.photos.models import Photo
from inspect_app.photos.pictures import examining, notes, stripping
from inspect_app.photos.problems import BytesAway

EXTENSIONS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/heic": "heic"}
HEADERS = {"Cache-Control": "private, no-cache", "Content-Security-Policy": "default-src 'none'; sandbox"}
TRIES = 2
"""A file may leave the spool just when it was found right; then it is had again from S3."""


def answer(photo: Photo, size: str, *, whole: bool) -> Response:
    """One size of a photo, or 304 when the caller has it; BytesMissing, BytesDamaged or BytesAway.

    An original goes out byte for byte only `whole`, else without its notes.
    """
    bare = size == queries.ORIGINAL and not whole
    file = _opened(photo, size)
    if bare:
        file = _without_notes(photo, file)
    mime = photo.mime if size == queries.ORIGINAL else queries.COPY_MIME
    name = f"{photo.sha256[:12]}.{EXTENSIONS[mime]}"
    etag = f"{photo.sha256}-{size}{'-bare' if bare else ''}"
    with ExitStack() as refused:
        response = _sent(refused.enter_context(file), mime, name, etag)
        refused.pop_all()
    response.headers.update(HEADERS)
    return response


def _sent(file: IO[bytes], mime: str, name: str, etag: str) -> Response:
    """The file from its beginning, or the part asked for, or 304; nothing tells when it was written."""
    response = send_file(file, mimetype=mime, download_name=name, etag=etag, conditional=False)
    response.content_length = size = file.seek(0, io.SEEK_END)
    file.seek(0)
    response.make_conditional(request.environ, accept_ranges=True, complete_length=size)
    return response


def _opened(photo: Photo, size: str) -> IO[bytes]:
    """One size of a photo, opened: the very bytes sent are those that hash right, whatever becomes of their name."""
    digest = objects.of(photo, size).digest
    for _ in range(TRIES):
        path = reading.path(photo, size)
        with ExitStack() as closing, suppress(FileNotFoundError):
            file = closing.enter_context(path.open("rb", buffering=0))
            if digest in {None, hashlib.file_digest(file, "sha256").hexdigest()}:
                file.seek(0)
                closing.pop_all()
                return file
    raise BytesAway("照片的檔案正在更換；請一分鐘後再試。", headers={"Retry-After": "60"})


def _without_notes(photo: Photo, file: IO[bytes]) -> io.BytesIO:
    told, path = photo.notes, objects.of(photo, queries.ORIGINAL).path
    turn = examining.orientation_of(path) if told is None else told.get("orientation", notes.UPRIGHT)
    with file:
        return io.BytesIO(stripping.stripped(file.read(), photo.mime, turn))


def for_a_while(response: Response, left: timedelta) -> Response:
    """The answer at a signed address: the asker's browser may keep it as long as the address is good."""
    seconds = max(0, int(left.total_seconds()))
    response.headers["Cache-Control"] = f"private, max-age={seconds}"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
