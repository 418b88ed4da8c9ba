"""What is past its period of retention: proposed to the staff (photos), or let go (the log of views)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import CursorResult, delete, func, select
from sqlalchemy.orm import Session

from inspect_app.core.database import transaction
from inspect_app.inspections import queries as inspections
from inspect_app.photos import queries, retention
from inspect_app.photos.models import PhotoReceipt, PhotoView, PhotoViewPurge

if TYPE_CHECKING:
    from inspect_app.inspections.models import Inspection

BATCH = 1000


@dataclass(frozen=True, slots=True)
class Proposal:
    """A closed inspection past the period, and how many photos of it are still there."""

    inspection: "Inspection"
    photos: int


def proposals(session: Session, now: datetime) -> list[Proposal]:
    """Closed inspections whose photos are past their period; none while no period is set."""
    period = retention.periods()["closed_inspection_photos"].length
    if period is None:
        return []
    found = [
        Proposal(each, len(kept_of(session, each.id)))
        for each in inspections.closed_before(session, now - period)
    ]
    return [each for each in found if each.photos]


def kept_of(session: Session, inspection_id: UUID) -> list[str]:
    """The photos received for an inspection that have not been erased, by SHA-256."""
    query = select(PhotoReceipt.sha256, func.min(PhotoReceipt.received_at))
    query = query.where(PhotoReceipt.inspection_id == inspection_id).group_by(PhotoReceipt.sha256)
    shas = [sha256 for sha256, _ in session.execute(query.order_by(func.min(PhotoReceipt.received_at)))]
    erased = queries.erased(session, shas)
    return [sha256 for sha256 in shas if sha256 not in erased]


def purge_views(now: datetime, check: Callable[[], None]) -> int:
    """Delete views past their period, in short transactions; returns how many. Nothing while no period is set."""
    period = retention.periods()["photo_views"].length
    if period is None:
        return 0
    before, purged, last = now - period, 0, BATCH
    while last == BATCH:
        check()
        with transaction() as current:
            last = _purge(current, before, now)
        purged += last
    return purged


def _purge(session: Session, before: datetime, now: datetime) -> int:
    """The database lets a view go only when a purge beyond it is on record."""
    old = select(PhotoView.id).where(PhotoView.at < before).order_by(PhotoView.at).limit(BATCH)
    ids = session.scalars(old).all()
    if not ids:
        return 0
    if session.get(PhotoViewPurge, before) is None:
        session.add(PhotoViewPurge(before=before, purged_at=now))
        session.flush()
    done = session.execute(delete(PhotoView).where(PhotoView.id.in_(ids)))
    return done.rowcount if isinstance(done, CursorResult) else 0
