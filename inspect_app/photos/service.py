"""What is written when a photo arrives, and the life of resumable uploads."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from inspect_app.core import audit
from inspect_app.core.auth import Actor
from inspect_app.inspections import service as inspections
from inspect_app.photos import naming, policy, queries, retention
from inspect_app.photos.models import Photo, PhotoReceipt, PhotoUpload
from inspect_app.photos.tus import NewUpload

UPLOAD_LIFE = retention.kept("unfinished_uploads")
"""A tablet may be offline over a long weekend."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a checked picture's bytes say; upright pixels, `taken_at` local ISO time without zone."""

    sha256: str
    bytes: int
    mime: str
    width: int
    height: int
    taken_at: str | None


@dataclass(frozen=True, slots=True)
class Received:
    """The answer to a photo: the same each time it is sent again."""

    sha256: str
    bytes: int
    mime: str
    width: int
    height: int
    received_at: datetime


def record(
    session: Session, facts: Facts, inspection_id: UUID, by: Actor, now: datetime
) -> tuple[Received, bool]:
    """Write down that `by` sent a stored photo for an inspection; returns whether it is news."""
    policy.check_sendable(session, by, inspection_id, lock=True)
    receipt = queries.receipt(session, facts.sha256, inspection_id, by.id)
    if receipt is not None:
        receipt.sent_again_at = now
        return _answer(facts, receipt.received_at), False
    _know(session, facts, now)
    receipt = PhotoReceipt(
        sha256=facts.sha256, inspection_id=inspection_id, uploader_id=by.id, received_at=now
    )
    session.add(receipt)
    session.flush()
    audit.record(session, by, "photo.received", ("inspection", inspection_id), now, sha256=facts.sha256)
    inspections.photo_arrived(session, inspection_id, facts.sha256, now)
    return _answer(facts, now), True


def open_upload(session: Session, new: NewUpload, by: Actor, now: datetime) -> PhotoUpload:
    """Begin a resumable upload, good for `UPLOAD_LIFE`."""
    policy.check_sendable(session, by, new.inspection_id)
    upload = PhotoUpload(
        id=uuid4(),
        inspection_id=new.inspection_id,
        uploader_id=by.id,
        sha256=new.sha256,
        length=new.length,
        described=new.described,
        created_at=now,
        expires_at=now + UPLOAD_LIFE,
    )
    session.add(upload)
    session.flush()
    return upload


def finish_upload(session: Session, upload_id: UUID, now: datetime) -> None:
    """Mark an upload as received; nothing when it was removed meanwhile."""
    if (upload := queries.upload(session, upload_id)) is not None:
        upload.finished_at = now


def remove_upload(session: Session, upload_id: UUID) -> None:
    """Forget an upload; its unfinished bytes go after the commit, a photo already received stays."""
    if (upload := queries.upload(session, upload_id)) is not None:
        session.delete(upload)
        session.flush()


def expire(session: Session, now: datetime, limit: int) -> int:
    """Forget at most `limit` uploads whose time has run out; their bytes go after the commit. Returns how many."""
    expired = queries.expired(session, now, limit)
    for upload in expired:
        session.delete(upload)
    session.flush()
    return len(expired)


def forget_unnamed(session: Session, shas: Sequence[str], before: datetime, now: datetime) -> list[str]:
    """Forget those of the photos that nothing names and nobody has sent since `before`; returns which.

    Their bytes go after the commit. The inspections they were sent for keep an audit event.
    """
    gone = naming.held_unnamed(session, shas, before)
    for receipt in queries.receipts(session, gone):
        subject = ("inspection", receipt.inspection_id)
        audit.record(session, None, "photo.cleared", subject, now, sha256=receipt.sha256)
    session.flush()
    for table in (PhotoReceipt, Photo):
        session.execute(
            delete(table).where(table.sha256.in_(gone)).execution_options(synchronize_session=False)
        )
    return gone


def _know(session: Session, facts: Facts, now: datetime) -> None:
    """Insert the photo unless it is known; whoever loses a race finds the winner's row."""
    if queries.get(session, facts.sha256) is not None:
        return
    try:
        with session.begin_nested():
            session.add(Photo(created_at=now, **{name: getattr(facts, name) for name in Facts.__slots__}))
    except IntegrityError:
        if queries.get(session, facts.sha256) is None:
            raise


def _answer(facts: Facts, received_at: datetime) -> Received:
    return Received(facts.sha256, facts.bytes, facts.mime, facts.width, facts.height, received_at=received_at)
