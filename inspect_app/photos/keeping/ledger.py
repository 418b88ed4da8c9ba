"""Which photos lie in S3, and which wait to be put there."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, exists, func, select, update
from sqlalchemy.orm import Session

from inspect_app.core import leases
from inspect_app.inspections import queries as inspections
from inspect_app.photos import queries
from inspect_app.photos.keeping.models import OffloadedPhoto
from inspect_app.photos.models import Photo, PhotoReceipt


def waiting(session: Session, after: str, limit: int) -> list[Photo]:
    """At most `limit` photos beyond `after`, by hash, that do not lie in S3."""
    query = select(Photo).where(Photo.sha256 > after, ~_lies_there(), queries.is_lasting())
    return list(session.scalars(query.order_by(Photo.sha256).limit(limit)))


def waiting_published(session: Session) -> tuple[int, datetime | None]:
    """How many photos of issued inspections wait, and when the oldest of them came."""
    issued = exists().where(
        PhotoReceipt.sha256 == Photo.sha256, inspections.is_published(PhotoReceipt.inspection_id)
    )
    query = select(func.count(), func.min(Photo.created_at)).where(
        ~_lies_there(), queries.is_lasting(), issued
    )
    number, since = session.execute(query).one()
    return int(number), since


def offloaded(session: Session, shas: Sequence[str]) -> set[str]:
    """Those of the photos that lie in S3."""
    query = select(OffloadedPhoto.sha256).where(OffloadedPhoto.sha256.in_(shas))
    return set(session.scalars(query))


def mark(session: Session, sha256: str, now: datetime) -> None:
    """Write down that every size of a photo was put into S3 and read back."""
    row = {"sha256": sha256, "offloaded_at": now, "checked_at": now}
    session.execute(leases.upsert(session, OffloadedPhoto).values(row).on_conflict_do_nothing())


def order_removal(session: Session, sha256: str, now: datetime) -> None:
    """Have a photo that is to be no more removed from S3, whatever was known to lie there."""
    mark(session, sha256, now)  # a row without a lasting photo is the order


def unmark(session: Session, shas: Sequence[str]) -> None:
    """Trust S3 no more for these photos: they wait again. An order to remove one stands."""
    lasting = exists().where(Photo.sha256 == OffloadedPhoto.sha256, queries.is_lasting())
    _delete(session, OffloadedPhoto.sha256.in_(shas), lasting)


def forget(session: Session, shas: Sequence[str]) -> None:
    """Know nothing of these photos in S3, and have nothing removed."""
    _delete(session, OffloadedPhoto.sha256.in_(shas))


def checked(session: Session, shas: Sequence[str], now: datetime) -> None:
    query = update(OffloadedPhoto).where(OffloadedPhoto.sha256.in_(shas)).values(checked_at=now)
    leases.changed(session, query)


def longest_unread(session: Session, before: datetime, limit: int) -> list[Photo]:
    """At most `limit` photos in S3 not read back since `before`, those left longest first."""
    query = select(Photo).join(OffloadedPhoto, OffloadedPhoto.sha256 == Photo.sha256)
    query = query.where(OffloadedPhoto.checked_at < before, queries.is_lasting()).order_by(
        OffloadedPhoto.checked_at, Photo.sha256
    )
    return list(session.scalars(query.limit(limit)))


def count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(OffloadedPhoto)) or 0


def gone(session: Session, after: str, limit: int) -> list[str]:
    """At most `limit` photos beyond `after`, by hash, that must not lie in S3 any more: cleared here, or erased."""
    query = select(OffloadedPhoto.sha256).where(
        OffloadedPhoto.sha256 > after,
        ~exists().where(Photo.sha256 == OffloadedPhoto.sha256, queries.is_lasting()),
    )
    return list(session.scalars(query.order_by(OffloadedPhoto.sha256).limit(limit)))


def _delete(session: Session, *conditions: ColumnElement[bool]) -> None:
    query = delete(OffloadedPhoto).where(*conditions)
    session.execute(query.execution_options(synchronize_session=False))


def _lies_there() -> ColumnElement[bool]:
    return exists().where(OffloadedPhoto.sha256 == Photo.sha256)
