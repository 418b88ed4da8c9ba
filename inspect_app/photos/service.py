"""What is written when a photo arrives, and the life of resumable uploads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from inspect_app.core import audit, sealing
from inspect_app.core.auth import Actor
from inspect_app.core.chain import Link
from inspect_app.inspections import service as inspections
from inspect_app.photos import erasing, naming, policy, queries, retention
from inspect_app.photos.keeping import digests, ledger
from inspect_app.photos.models import Photo, PhotoReceipt, PhotoUpload
from inspect_app.photos.resumable import quotas
from inspect_app.photos.resumable.protocol import NewUpload
from inspect_app.plausibility import keeping as looks

RECEIVED = "photo.received"
UPLOAD_LIFE = retention.kept("unfinished_uploads")
"""A tablet may be offline over a long weekend."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a checked picture's bytes say; upright pixels, `taken_at` local ISO time without zone.

    `digests`: the columns of what its copies hash to, when they have just been made.
    `look`: what `plausibility.keeping.look` says; None when nobody looked now.
    `notes`: `pictures.notes.Notes.told`, None for a photo received before they were kept.
    """

    sha256: str
    bytes: int
    mime: str
    width: int
    height: int
    taken_at: str | None
    notes: dict[str, Any] | None
    digests: Mapping[str, str] = field(default_factory=dict)
    look: str | None = None

    def columns(self) -> dict[str, Any]:
        """A photo's row."""
        told = {name: getattr(self, name) for name in FACTS}
        return told | dict(self.digests)


FACTS = tuple(each.name for each in fields(Facts) if each.name not in {"digests", "look"})
"""What is read from a picture; a known photo's row has the same."""


@dataclass(frozen=True, slots=True)
class Received:
    """The answer to a photo: the same each time it is sent again. `link`: of the event of its coming."""

    sha256: str
    bytes: int
    mime: str
    width: int
    height: int
    received_at: datetime
    inspection_id: UUID
    link: Link | None

    @property
    def receipt(self) -> dict[str, Any] | None:
        """The signed receipt; not for within a transaction, for it reads the key and signs."""
        return sealing.receipt("photo", self.inspection_id, self.sha256, self.received_at, self.link)


def record(
    session: Session, facts: Facts, inspection_id: UUID, by: Actor, now: datetime
) -> tuple[Received, bool]:
    """Write down that `by` sent a stored photo for an inspection; returns whether it is news.

    InvalidFields when it was erased since its bytes were checked: on another machine no shelf's lock stops that.
    """
    policy.check_sendable(session, by, inspection_id, lock=True)
    _note_copies(session, facts)
    receipt = queries.receipt(session, facts.sha256, inspection_id, by.id)
    if receipt is not None:
        erasing.refuse_erased(session, facts.sha256)
        receipt.sent_again_at = now
        return _answer(facts, receipt, link_of(session, receipt)), False
    _know(session, facts, now)
    receipt = PhotoReceipt(
        sha256=facts.sha256, inspection_id=inspection_id, uploader_id=by.id, received_at=now
    )
    session.add(receipt)
    session.flush()
    erasing.refuse_erased(session, facts.sha256)  # after the flush, which waits for an erasure under way
    link = audit.record(session, by, RECEIVED, ("inspection", inspection_id), now, sha256=facts.sha256)
    inspections.photo_arrived(session, inspection_id, facts.sha256, now)
    return _answer(facts, receipt, link), True


def link_of(session: Session, receipt: PhotoReceipt) -> Link | None:
    """Where the coming of a photo stands in its inspection's chain."""
    subject = ("inspection", receipt.inspection_id)
    return audit.link_of(
        session, subject, receipt.received_at, receipt.uploader_id, RECEIVED, sha256=receipt.sha256
    )


def open_upload(session: Session, new: NewUpload, by: Actor, now: datetime) -> PhotoUpload:
    """Begin a resumable upload, good for `UPLOAD_LIFE`; TooMany when the tablet has too much under way."""
    policy.check_sendable(session, by, new.inspection_id)
    quotas.check(session, by, new.length, now)
    upload = PhotoUpload(
        id=uuid4(),
        inspection_id=new.inspection_id,
        uploader_id=by.id,
        device_id=by.device_id,
        sha256=new.sha256,
        length=new.length,
        described=new.described,
        created_at=now,
        expires_at=now + UPLOAD_LIFE,
    )
    session.add(upload)
    session.flush()
    return upload


def finish_uploads(session: Session, upload: PhotoUpload, now: datetime) -> list[UUID]:
    """Mark every upload of this photo by this person as received; their parts go after the commit.

    A tablet that never read where its upload was begun has begun another; nobody will go on with the first.
    """
    return queries.finish_alike(session, upload, now)


def remove_upload(session: Session, upload_id: UUID) -> None:
    """Forget an upload; its unfinished bytes go after the commit, a photo already received stays and counts."""
    if (upload := queries.upload(session, upload_id)) is None:
        return
    if upload.finished_at is None:
        session.delete(upload)
    else:
        upload.expires_at = upload.finished_at
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
    _hold_inspections(session, shas)
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


def _hold_inspections(session: Session, shas: Sequence[str]) -> None:
    """Before the photos, in the order in which everyone takes them: their chains are about to be added to."""
    for inspection_id in sorted({str(receipt.inspection_id) for receipt in queries.receipts(session, shas)}):
        audit.head(session, "inspection", inspection_id)


def _know(session: Session, facts: Facts, now: datetime) -> None:
    """Insert the photo unless it is known; whoever loses a race finds the winner's row.

    What S3 holds of an earlier one is about to be removed: it counts for nothing.
    """
    if queries.get(session, facts.sha256) is not None:
        return
    ledger.forget(session, [facts.sha256])
    try:
        with session.begin_nested():
            session.add(Photo(created_at=now, **facts.columns()))
    except IntegrityError:
        if queries.get(session, facts.sha256) is None:
            raise
        return
    if facts.look is not None:
        looks.keep(session, facts.sha256, facts.look, now)


def _note_copies(session: Session, facts: Facts) -> None:
    """A known photo whose files were lost has just been stored again."""
    if facts.digests and (photo := queries.get(session, facts.sha256)) is not None:
        digests.note(session, photo, facts.digests)


def _answer(facts: Facts, receipt: PhotoReceipt, link: Link | None) -> Received:
    said = (facts.sha256, facts.bytes, facts.mime, facts.width, facts.height)
    return Received(*said, receipt.received_at, receipt.inspection_id, link)
