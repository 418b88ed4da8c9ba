"""Tables of photos, of who sent, saw and erased them, and of uploads under way."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from inspect_app.core.database import Base


class Photo(Base):
    """A checked picture, known by its bytes' SHA-256 in lower-case hex; the bytes lie in the storage.

    `width` and `height` are upright; `taken_at` is the camera's local time as ISO text, for cameras write no zone.
    `web_sha256`, `thumb_sha256`: what the copies' bytes hash to, None until they are first read whole.
    `notes` are position, camera and program (`pictures.notes`), for the team alone; None where they were not read yet.
    """

    __tablename__ = "photos"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    bytes: Mapped[int]
    mime: Mapped[str] = mapped_column(String(20))
    width: Mapped[int]
    height: Mapped[int]
    taken_at: Mapped[str | None] = mapped_column(String(19))
    notes: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    created_at: Mapped[datetime]
    web_sha256: Mapped[str | None] = mapped_column(String(64))
    thumb_sha256: Mapped[str | None] = mapped_column(String(64))


class PhotoReceipt(Base):
    """That a person sent a photo's bytes for an inspection; only so does it count as received there.

    `sent_again_at` is when he last sent the same, None if never: what is sent again is not cleared away.
    """

    __tablename__ = "photo_receipts"

    sha256: Mapped[str] = mapped_column(ForeignKey("photos.sha256"), primary_key=True)
    inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspections.id"), primary_key=True, index=True)
    uploader_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    received_at: Mapped[datetime]
    sent_again_at: Mapped[datetime | None]


class PhotoUpload(Base):
    """A resumable upload (tus). Its offset is the size of its part on disk until `finished_at`, then `length`.

    `described` is the Upload-Metadata header as it was given; `device_id` the tablet that began it, None for one
    begun without a tablet's token.
    """

    __tablename__ = "photo_uploads"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspections.id"))
    uploader_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    device_id: Mapped[UUID | None] = mapped_column(ForeignKey("devices.id"))
    sha256: Mapped[str] = mapped_column(String(64))
    length: Mapped[int]
    described: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    finished_at: Mapped[datetime | None]


class PhotoView(Base):
    """That a person was given an original, by which way; the database refuses to change it (see `PhotoViewPurge`).

    One row for each inspection by which he may read it, so that a log never speaks of an inspection its reader may
    not know of. The name and role are as they were then.
    """

    __tablename__ = "photo_views"
    __table_args__ = (
        Index("ix_photo_views_inspection", "inspection_id", "at", "id"),
        Index("ix_photo_views_photo", "sha256", "at", "id"),
        Index("ix_photo_views_at", "at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    at: Mapped[datetime]
    sha256: Mapped[str] = mapped_column(String(64))
    inspection_id: Mapped[UUID]
    viewer_id: Mapped[UUID]
    viewer_name: Mapped[str] = mapped_column(String(60))
    viewer_role: Mapped[str] = mapped_column(String(12))
    way: Mapped[str] = mapped_column(String(8))


class PhotoViewPurge(Base):
    """That views before an instant were past their period; only such may be deleted."""

    __tablename__ = "photo_view_purges"

    before: Mapped[datetime] = mapped_column(primary_key=True)
    purged_at: Mapped[datetime]


class PhotoErasure(Base):
    """That a photo's bytes were erased, by whom and why; its row and hash stay, and these bytes never come back."""

    __tablename__ = "photo_erasures"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    erased_at: Mapped[datetime]
    erased_by: Mapped[UUID]
    erased_by_name: Mapped[str] = mapped_column(String(60))
    reason: Mapped[str] = mapped_column(String(500))
