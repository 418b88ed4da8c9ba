"""How much one tablet may have under way, and begin in a day: none can fill the disk for all.

Asked only when an upload is begun: what was begun is never refused its end. A quota may be passed by as many
uploads as are begun at the same moment.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from inspect_app.core.auth import Actor
from inspect_app.core.problems import TooMany
from inspect_app.core.settings import current_settings
from inspect_app.photos.models import PhotoUpload

DAY = timedelta(days=1)
HOUR_S = "3600"


def check(session: Session, by: Actor, length: int, now: datetime) -> None:
    """TooMany when this tablet, or the person without one, would pass a quota with `length` bytes more."""
    limits, (count, under_way, day) = current_settings(), _used(session, by, now)
    if count >= limits.device_uploads or under_way + length > limits.device_upload_bytes:
        raise TooMany(
            f"這部平板已有 {count} 個未傳完的上傳；請先續傳完成，或刪除不要的，再開始新的上傳。",
            headers={"Retry-After": HOUR_S},
        )
    if day + length > limits.device_day_bytes:
        raise TooMany(
            "這部平板 24 小時內傳送的照片已達上限；照片請保留在平板上，稍後再傳，或請系統管理者調高上限。",
            headers={"Retry-After": HOUR_S},
        )


def _used(session: Session, by: Actor, now: datetime) -> tuple[int, int, int]:
    """How many uploads are under way, their bytes, and the bytes of those begun within a day."""
    open_, today = PhotoUpload.finished_at.is_(None), PhotoUpload.created_at > now - DAY
    size = func.sum(PhotoUpload.length)
    query = select(
        func.count().filter(open_),
        func.coalesce(size.filter(open_), 0),
        func.coalesce(size.filter(today), 0),
    ).where(_of(by), PhotoUpload.expires_at > now)
    count, under_way, day = session.execute(query).one()
    return int(count), int(under_way), int(day)


def _of(by: Actor) -> ColumnElement[bool]:
    return and_(PhotoUpload.uploader_id == by.id, PhotoUpload.device_id.is_not_distinct_from(by.device_id))
