"""Which photos something names. What is named is evidence and stays; the rest is kept for a while only."""

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, SQLColumnExpression, exists, func, or_, select
from sqlalchemy.orm import Session

from inspect_app.inspections import queries as inspections
from inspect_app.photos.models import Photo, PhotoReceipt

Namer = Callable[[SQLColumnExpression[str], SQLColumnExpression[UUID]], ColumnElement[bool]]
"""Given a photo's hash and an inspection it was sent for: whether an object names the photo."""

NAMERS: list[Namer] = [inspections.submission_names]
"""A feature whose objects name photos adds its own at import; without it, its photos would be cleared away."""


def unnamed(before: datetime) -> ColumnElement[bool]:
    """The condition on photos that nothing names and that nobody has sent since `before`."""
    sent_at = func.coalesce(PhotoReceipt.sent_again_at, PhotoReceipt.received_at)
    named = [names(PhotoReceipt.sha256, PhotoReceipt.inspection_id) for names in NAMERS]
    return ~exists().where(PhotoReceipt.sha256 == Photo.sha256, or_(sent_at >= before, *named))


def next_unnamed(session: Session, before: datetime, after: str, limit: int) -> list[str]:
    """At most `limit` hashes of such photos, in order, beyond `after`."""
    # A photo is as old as its first receipt, so that the young ones need no second look.
    query = select(Photo.sha256).where(Photo.sha256 > after, Photo.created_at < before, unnamed(before))
    return list(session.scalars(query.order_by(Photo.sha256).limit(limit)))


def held_unnamed(session: Session, shas: Sequence[str], before: datetime) -> list[str]:
    """Those of the photos that are unnamed, with their rows held; one that another transaction holds is left.

    Who names a photo holds its receipts (`queries.received`), and is never waited for here: there is a next run.
    """
    photos = session.scalars(
        select(Photo.sha256).where(Photo.sha256.in_(shas)).with_for_update(skip_locked=True)
    ).all()
    wanted = PhotoReceipt.sha256.in_(photos)
    receipts = select(PhotoReceipt.sha256, PhotoReceipt.inspection_id, PhotoReceipt.uploader_id).where(wanted)
    held = set(session.execute(receipts.with_for_update(skip_locked=True)))
    contested = {row.sha256 for row in session.execute(receipts) if row not in held}
    # Asked only now: what was named until the rows were held is seen.
    query = select(Photo.sha256).where(Photo.sha256.in_(set(photos) - contested), unnamed(before))
    return list(session.scalars(query))
