"""A photo's bytes as an answer that a browser will only ever show as that picture."""

from datetime import timedelta

import structlog
from flask import Response, send_file

from inspect_app.photos import queries
from inspect_app.photos.models import Photo
from inspect_app.photos.problems import BytesMissing

EXTENSIONS = {"image/jpeg": "jpg", "image/png": "png"}
HEADERS = {"Cache-Control": "private, no-cache", "Content-Security-Policy": "default-src 'none'; sandbox"}

log = structlog.get_logger()


def answer(photo: Photo, size: str) -> Response:
    """One size of a photo, or 304 when the caller has it; BytesMissing when the storage lost it."""
    path = queries.paths(photo.sha256, size)
    if not path.is_file():
        log.error("photo_bytes_missing", sha256=photo.sha256, size=size)
        raise BytesMissing("照片的紀錄完整，但檔案不在儲存區。請把請求編號告訴系統管理者，由備份還原。")
    mime = photo.mime if size == queries.ORIGINAL else queries.COPY_MIME
    response = send_file(
        path,
        mimetype=mime,
        download_name=f"{photo.sha256[:12]}.{EXTENSIONS[mime]}",
        etag=f"{photo.sha256}-{size}",
    )
    response.headers.update(HEADERS)
    return response


def for_a_while(response: Response, left: timedelta) -> Response:
    """The answer at a signed address: the asker's browser may keep it as long as the address is good."""
    seconds = max(0, int(left.total_seconds()))
    response.headers["Cache-Control"] = f"private, max-age={seconds}"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
