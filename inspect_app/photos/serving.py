"""A photo's bytes as an answer that a browser will only ever show as that picture."""

import io
from datetime import timedelta
from pathlib import Path

from flask import Response, send_file

from inspect_app.photos import queries
from inspect_app.photos.keeping import reading
from inspect_app.photos.models import Photo
from inspect_app.photos.pictures import examining, notes, stripping

EXTENSIONS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/heic": "heic"}
HEADERS = {"Cache-Control": "private, no-cache", "Content-Security-Policy": "default-src 'none'; sandbox"}


def answer(photo: Photo, size: str, *, whole: bool) -> Response:
    """One size of a photo, or 304 when the caller has it; BytesMissing, BytesDamaged or BytesAway.

    An original goes out byte for byte only `whole`, else without its notes.
    """
    path = reading.path(photo, size)
    mime = photo.mime if size == queries.ORIGINAL else queries.COPY_MIME
    bare = size == queries.ORIGINAL and not whole
    response = send_file(
        _without_notes(photo, path) if bare else path,
        mimetype=mime,
        download_name=f"{photo.sha256[:12]}.{EXTENSIONS[mime]}",
        etag=f"{photo.sha256}-{size}{'-bare' if bare else ''}",
    )
    response.headers.update(HEADERS)
    return response


def _without_notes(photo: Photo, path: Path) -> io.BytesIO:
    told = photo.notes
    turn = examining.orientation_of(path) if told is None else told.get("orientation", notes.UPRIGHT)
    return io.BytesIO(stripping.stripped(path.read_bytes(), photo.mime, turn))


def for_a_while(response: Response, left: timedelta) -> Response:
    """The answer at a signed address: the asker's browser may keep it as long as the address is good."""
    seconds = max(0, int(left.total_seconds()))
    response.headers["Cache-Control"] = f"private, max-age={seconds}"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
