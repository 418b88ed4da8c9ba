"""How much one tablet may have under way, and send in a day: none can fill the disk for all.

Asked only when an upload is begun: what was begun is never refused its end. A quota may be passed by as many
uploads as are begun at the same moment, and by one photo sent whole. Such a photo leaves a finished upload, so
that it counts.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from inspect_app.core.auth import Actor
from inspect_app.core.problems import TooMany
from inspect_app.core.settings import current_settings
from inspect_app.photos.models import PhotoUpload
from inspect_app.photos.resumable import parts

if TYPE_CHECKING:
    from inspect_app.photos.service import Received

DAY = timedelta(days=1)
HOUR_S = "3600"


def check(session: Session, by: Actor, length: int, now: datetime) -> None:
    """TooMany when this tablet, or the person without one, would pass a quota with `length` bytes more."""
    limits, (count, under_way) = current_settings(), _under_way(session, by, now)
    if count >= limits.device_uploads or under_way + length > limits.device_upload_bytes:
        raise TooMany(
            f"這部平板已有 {count} 個未傳完的上傳；請先續傳完成，或刪除不要的，再開始新的上傳。",
            headers={"Retry-After": HOUR_S},
        )
    check_day(session, by, length, now)


def check_day(session: Session, by: Actor, length: int, now: datetime) -> None:
    """TooMany when the bytes begun and sent within a day would pass the quota with `length` more."""
    if _of_day(session, by, now) + length > current_settings().device_day_bytes:
        raise TooMany(
            "這部平板 24 小時內傳送的照片已達上限；照片請保留在平板上，稍後再傳，或請系統管理者調高上限。",
            headers={"Retry-After": HOUR_S},
        )


def note(session: Session, by: Actor, photo: "Received", now: datetime) -> None:
    """Let a photo that was sent whole count."""
    upload = PhotoUpload(
        inspection_id=photo.inspection_id,
        uploader_id=by.id,
        device_id=by.device_id,
        sha256=photo.sha256,
        length=photo.bytes,
        described="",
        created_at=now,
        expires_at=now + DAY,
        finished_at=now,
    )
    session.add(upload)
    session.flush()


def awaited(session: Session, now: datetime) -> int:
    """The bytes that all uploads under way have still to bring."""
    promised = select(func.coalesce(func.sum(PhotoUpload.length), 0)).where(_is_open(now))
    return max(0, int(session.scalar(promised) or 0) - parts.bytes_here())


def _under_way(session: Session, by: Actor, now: datetime) -> tuple[int, int]:
    """How many uploads are under way, and their bytes."""
    query = select(func.count(), func.coalesce(func.sum(PhotoUpload.length), 0))
    count, size = session.execute(query.where(_of(by), _is_open(now))).one()
    return int(count), int(size)


def _of_day(session: Session, by: Actor, now: datetime) -> int:
    """The bytes of uploads begun within a day; of those given up only what had been received."""
    query = select(func.coalesce(func.sum(PhotoUpload.length), 0))
    return int(session.scalar(query.where(_of(by), PhotoUpload.created_at > now - DAY)) or 0)


def _is_open(now: datetime) -> ColumnElement[bool]:
    return and_(PhotoUpload.finished_at.is_(None), PhotoUpload.expires_at > now)


def _of(by: Actor) -> ColumnElement[bool]:
    return and_(PhotoUpload.uploader_id == by.id, PhotoUpload.device_id.is_not_distinct_from(by.device_id))
