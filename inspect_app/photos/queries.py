"""Reading photos: what was received for which inspection, and where bytes lie."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, exists, func, select, true, update
from sqlalchemy.orm import Session

from inspect_app.core.storage import storage
from inspect_app.inspections import queries as inspections
from inspect_app.photos.models import Photo, PhotoErasure, PhotoReceipt, PhotoUpload
from inspect_app.photos.resumable import quotas

ORIGINAL, WEB, THUMB = "original", "web", "thumb"
SIZES = (THUMB, WEB, ORIGINAL)
COPY_MIME = "image/jpeg"
CHUNK = 500


def received(session: Session, inspection_id: UUID, shas: Iterable[str], *, lock: bool = False) -> set[str]:
    """Those of the photos that somebody sent for this very inspection.

    Who is about to name them asks with `lock`: they cannot be cleared away before his transaction ends.
    """
    wanted, found = sorted(set(shas)), set[str]()
    for start in range(0, len(wanted), CHUNK):
        query = select(PhotoReceipt.sha256).where(
            PhotoReceipt.inspection_id == inspection_id,
            PhotoReceipt.sha256.in_(wanted[start : start + CHUNK]),
        )
        found.update(session.scalars(query.with_for_update(read=True, key_share=True) if lock else query))
    return found


def received_among(sha256: str, inspections: Select[UUID]) -> Select[UUID]:
    """Those of the inspections for which somebody sent this photo."""
    return select(PhotoReceipt.inspection_id).where(
        PhotoReceipt.sha256 == sha256, PhotoReceipt.inspection_id.in_(inspections)
    )


def of(session: Session, shas: Iterable[str]) -> dict[str, Photo]:
    """The photos known, by SHA-256."""
    wanted = sorted(set(shas))
    found: dict[str, Photo] = {}
    for start in range(0, len(wanted), CHUNK):
        query = select(Photo).where(Photo.sha256.in_(wanted[start : start + CHUNK]))
        found |= {photo.sha256: photo for photo in session.scalars(query)}
    return found


def get(session: Session, sha256: str) -> Photo | None:
    return session.get(Photo, sha256)


def receipt(session: Session, sha256: str, inspection_id: UUID, uploader_id: UUID) -> PhotoReceipt | None:
    return session.get(PhotoReceipt, (sha256, inspection_id, uploader_id))


def receipts(session: Session, shas: Iterable[str]) -> list[PhotoReceipt]:
    """Every receipt of the photos."""
    query = select(PhotoReceipt).where(PhotoReceipt.sha256.in_(list(shas)))
    return list(session.scalars(query.order_by(PhotoReceipt.sha256, PhotoReceipt.received_at)))


def received_for(session: Session, inspection_id: UUID) -> list[PhotoReceipt]:
    """Every receipt of an inspection, oldest first."""
    query = select(PhotoReceipt).where(PhotoReceipt.inspection_id == inspection_id)
    return list(session.scalars(query.order_by(PhotoReceipt.received_at, PhotoReceipt.sha256)))


def receipt_for(
    session: Session, sha256: str, inspection_id: UUID, readable: Select[UUID], person: UUID, *, own: bool
) -> PhotoReceipt | None:
    """A person's own receipt for an inspection among the readable ones, else the first; `own`: no other's."""
    theirs = PhotoReceipt.uploader_id == person
    query = select(PhotoReceipt).where(
        PhotoReceipt.sha256 == sha256,
        PhotoReceipt.inspection_id == inspection_id,
        PhotoReceipt.inspection_id.in_(readable),
    )
    order = (theirs.desc(), PhotoReceipt.received_at, PhotoReceipt.uploader_id)
    return session.scalar((query.where(theirs) if own else query).order_by(*order).limit(1))


def sent_by(session: Session, uploader_id: UUID, sha256: str) -> bool:
    """Whether this person sent the photo, for any inspection."""
    query = select(PhotoReceipt.sha256).where(
        PhotoReceipt.sha256 == sha256, PhotoReceipt.uploader_id == uploader_id
    )
    return session.scalar(query.limit(1)) is not None


def paths(sha256: str, size: str) -> Path:
    """Where the bytes of one size (`thumb`, `web`, `original`) lie; whether they do, the disk knows."""
    return storage().path(f"photos/{size}", sha256)


def is_stored(sha256: str) -> bool:
    """Whether every size lies in the storage."""
    return all(paths(sha256, size).is_file() for size in SIZES)


def erasure(session: Session, sha256: str) -> PhotoErasure | None:
    """What is kept of a photo's erasure; None for one that was not erased."""
    return session.get(PhotoErasure, sha256)


def is_lasting() -> ColumnElement[bool]:
    """The condition on photos that their bytes must be somewhere: that they were not erased."""
    return Photo.sha256.not_in(select(PhotoErasure.sha256))


def erased(session: Session, shas: Iterable[str]) -> dict[str, PhotoErasure]:
    """Those of the photos that were erased, by SHA-256."""
    wanted, found = sorted(set(shas)), dict[str, PhotoErasure]()
    for start in range(0, len(wanted), CHUNK):
        query = select(PhotoErasure).where(PhotoErasure.sha256.in_(wanted[start : start + CHUNK]))
        found |= {row.sha256: row for row in session.scalars(query)}
    return found


def upload(session: Session, upload_id: UUID) -> PhotoUpload | None:
    return session.get(PhotoUpload, upload_id)


def finish_alike(session: Session, upload: PhotoUpload, now: datetime) -> list[UUID]:
    """Finish the unfinished uploads of the same photo for the same inspection by the same person; returns which."""
    alike = update(PhotoUpload).where(
        PhotoUpload.uploader_id == upload.uploader_id,
        PhotoUpload.sha256 == upload.sha256,
        PhotoUpload.inspection_id == upload.inspection_id,
        PhotoUpload.finished_at.is_(None),
    )
    finished = alike.values(finished_at=now).returning(PhotoUpload.id)
    return list(session.scalars(finished, execution_options={"synchronize_session": False}))


def expired(session: Session, now: datetime, limit: int) -> list[PhotoUpload]:
    """At most `limit` uploads whose time has run out; what was received counts for its day first."""
    counts_no_more = PhotoUpload.finished_at.is_(None) | (PhotoUpload.created_at <= now - quotas.DAY)
    query = select(PhotoUpload).where(PhotoUpload.expires_at <= now, counts_no_more)
    query = query.order_by(PhotoUpload.expires_at)
    return list(session.scalars(query.limit(limit)))


def upload_ids(session: Session) -> set[UUID]:
    return set(session.scalars(select(PhotoUpload.id)))


def published_size(session: Session) -> tuple[int, int]:
    """How many photos were received for issued inspections, and the bytes of their originals.

    Counted as all but those received for unissued ones alone, which stay few however many years go by.
    """
    unissued = select(PhotoReceipt.sha256).where(
        PhotoReceipt.inspection_id.in_(inspections.unpublished_ids())
    )
    # Asked row by row: `in_(published_ids())` lets SQLite try every issued inspection for every photo.
    issued = exists().where(
        PhotoReceipt.sha256 == Photo.sha256, inspections.is_published(PhotoReceipt.inspection_id)
    )
    sizes = select(func.count().label("number"), func.coalesce(func.sum(Photo.bytes), 0).label("total"))
    known = sizes.select_from(Photo).subquery()
    held_back = sizes.select_from(Photo).where(Photo.sha256.in_(unissued), ~issued).subquery()
    # One statement: between two, a photo of an unissued visit would show as a step down.
    query = select(known.c.number - held_back.c.number, known.c.total - held_back.c.total)
    number, total = session.execute(query.select_from(known.join(held_back, true()))).one()
    return int(number), int(total)


def unfinished_published(session: Session) -> int:
    """How many resumable uploads for issued inspections are under way."""
    query = select(func.count(PhotoUpload.id)).where(
        PhotoUpload.finished_at.is_(None), PhotoUpload.inspection_id.in_(inspections.published_ids())
    )
    return session.scalar(query) or 0


def without(
    session: Session,
    sha256: SQLColumnExpression[str],
    condition: ColumnElement[bool],
    after: str,
    limit: int,
) -> list[str]:
    """At most `limit` photos beyond `after`, in order, for which another table has no row that meets a condition."""
    missing = ~exists().where(sha256 == Photo.sha256, condition)
    query = select(Photo.sha256).where(Photo.sha256 > after, is_lasting(), missing)
    return list(session.scalars(query.order_by(Photo.sha256).limit(limit)))
