"""A photo's bytes as an answer that a browser will only ever show as that picture."""

from flask import Response, send_file

from inspect_app.photos import queries
from inspect_app.photos.keeping import reading
from inspect_app.photos.models import Photo

EXTENSIONS = {"image/jpeg": "jpg", "image/png": "png"}
HEADERS = {"Cache-Control": "private, no-cache", "Content-Security-Policy": "default-src 'none'; sandbox"}


def answer(photo: Photo, size: str) -> Response:
    """One size of a photo, or 304 when the caller has it; BytesMissing, BytesDamaged or BytesAway."""
    path = reading.path(photo, size)
    mime = photo.mime if size == queries.ORIGINAL else queries.COPY_MIME
    response = send_file(
        path,
        mimetype=mime,
        download_name=f"{photo.sha256[:12]}.{EXTENSIONS[mime]}",
        etag=f"{photo.sha256}-{size}",
    )
    response.headers.update(HEADERS)
    return response
