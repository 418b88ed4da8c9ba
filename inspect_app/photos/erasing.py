"""Erasing a photo (清除): a named person's decision with a reason. Its bytes go, its row, hash and reason stay.

The erasure is committed under the photo's shelf before any bytes go: who is bringing the same bytes has either made
his receipt known, which the erasure then sees, or finds the erasure. Bytes that a crash left behind go with the
nightly job. Backups taken before still hold the bytes: after a restore, `flask --app wsgi photos erase-again` erases
them anew.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from inspect_app.core import audit
from inspect_app.core.auth import Actor
from inspect_app.core.database import transaction
from inspect_app.core.problems import Conflict, FieldError, InvalidFields
from inspect_app.inspections import queries as inspections
from inspect_app.photos import policy, queries
from inspect_app.photos.keeping import ledger, shelves
from inspect_app.photos.models import Photo, PhotoErasure, PhotoReceipt, PhotoUpload
from inspect_app.photos.resumable import parts

if TYPE_CHECKING:
    from inspect_app.inspections.models import Inspection

OVER = ("closed", "cancelled")
REFUSED = "這張照片已依規定清除，不能再收；如有疑問請洽查核小組。"


@dataclass(frozen=True, slots=True)
class Erasure:
    """What is kept of an erased photo, as it is told and carried to a restored database."""

    sha256: str
    erased_at: datetime
    erased_by: UUID
    erased_by_name: str
    reason: str


def _forget_facts(session: Session, sha256: str) -> None:
    """What the camera wrote, and what the copies hash to."""
    nothing = {"taken_at": None, "notes": None, "web_sha256": None, "thumb_sha256": None}
    session.execute(update(Photo).where(Photo.sha256 == sha256).values(nothing))


def _forget_uploads(session: Session, sha256: str) -> None:
    """Unfinished uploads of the same bytes; their parts, then without a row, are removed as well."""
    session.execute(delete(PhotoUpload).where(PhotoUpload.sha256 == sha256))


FORGETTERS: list[Callable[[Session, str], None]] = [_forget_facts, _forget_uploads]
"""What else is forgotten of an erased photo, in the transaction that erases it: a room that keeps something made from
its bytes (EXIF, perceptual hashes) adds its own at import. Each is given the session and the hash."""


def erase(sha256: str, reason: str, by: Actor, now: datetime) -> Erasure:
    """Erase a photo that came for an inspection the actor may know of; opens a transaction of its own.

    NotFound; Conflict while a case it hangs on is open, and when it was erased before.
    """
    with shelves.clearing(shelves.of(sha256)):
        with transaction() as current:
            policy.require_sent(current, by, sha256)
            if queries.erasure(current, sha256) is not None:
                raise Conflict("這張照片先前已清除；原因見查核頁面的歷程。")
            _require_over(current, sha256)
            told = Erasure(sha256, now, by.id, by.name, reason)
            parts_left = _record(current, told, by)
            ledger.order_removal(current, sha256, now)
            _require_over(current, sha256)  # again: another machine may have received it until it was held
        _remove(sha256, parts_left)
    return told


def again(told: Erasure, now: datetime) -> bool:
    """Erase in a restored database what had been erased after its backup was taken; whether there was anything to do."""
    with shelves.clearing(shelves.of(told.sha256)):
        with transaction() as current:
            photo = queries.get(current, told.sha256)
            ledger.order_removal(current, told.sha256, now)  # what lies in S3 no backup tells
            fresh = photo is not None and queries.erasure(current, told.sha256) is None
            parts_left = _record(current, told, None, now) if fresh else []
        if photo is not None:
            _remove(told.sha256, parts_left)
    return fresh


def finish(session: Session, check: Callable[[], None]) -> int:
    """Remove bytes of erased photos that a crash left behind; returns of how many photos."""
    left = 0
    for sha256 in session.scalars(select(PhotoErasure.sha256)).all():
        check()
        if any(queries.paths(sha256, size).is_file() for size in queries.SIZES):
            with shelves.clearing(shelves.of(sha256)):
                _remove(sha256, [])
            left += 1
    return left


def refuse_erased(session: Session, sha256: str) -> None:
    """InvalidFields for bytes that were erased: they are not taken a second time."""
    if queries.erasure(session, sha256) is not None:
        raise InvalidFields(REFUSED, errors=[FieldError("sha256", REFUSED)])


def every(session: Session) -> list[Erasure]:
    """Every erasure, the last first."""
    rows = session.scalars(select(PhotoErasure).order_by(PhotoErasure.erased_at.desc(), PhotoErasure.sha256))
    return [Erasure(**{name: getattr(row, name) for name in Erasure.__slots__}) for row in rows]


def cases_of(session: Session, sha256: str) -> list["Inspection"]:
    """The inspections a photo hangs on: those it was sent for and those that name it."""
    sent = session.scalars(select(PhotoReceipt.inspection_id).where(PhotoReceipt.sha256 == sha256))
    return inspections.of_ids(session, {*sent, *inspections.naming(session, sha256)})


def _require_over(session: Session, sha256: str) -> None:
    open_ = [each for each in cases_of(session, sha256) if each.state not in OVER]
    if open_:
        raise Conflict(f"這張照片屬於 {len(open_)} 件尚未結案的查核，不能清除；請於結案後再清除。")


def _record(
    session: Session, told: Erasure, by: Actor | None, now: datetime | None = None
) -> list[parts.Part]:
    session.add(PhotoErasure(**{name: getattr(told, name) for name in Erasure.__slots__}))
    session.flush()
    facts = {"sha256": told.sha256, "reason": told.reason, "by": told.erased_by_name}
    for case in sorted(
        cases_of(session, told.sha256), key=lambda each: each.id
    ):  # all in one order: each is held
        audit.append(session, by, "photo.erased", ("inspection", case.id), now or told.erased_at, facts)
    _hold(session, told.sha256)
    uploads = session.scalars(select(PhotoUpload.id).where(PhotoUpload.sha256 == told.sha256)).all()
    for forget in FORGETTERS:
        forget(session, told.sha256)
    return [parts.of(upload) for upload in uploads]


def _hold(session: Session, sha256: str) -> None:
    """From here on a receipt of the photo waits for this transaction; after its inspections, as everyone does."""
    session.execute(select(Photo.sha256).where(Photo.sha256 == sha256).with_for_update())


def _remove(sha256: str, parts_left: Iterable[parts.Part]) -> None:
    for size in queries.SIZES:
        queries.paths(sha256, size).unlink(missing_ok=True)
    for part in parts_left:
        part.remove()
