"""What other features may ask of inspections."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from inspect_app.core import audit
from inspect_app.inspections import queries, submissions, waivers
from inspect_app.inspections.words import INCOMPLETE, SUBMITTED


def photo_arrived(session: Session, inspection_id: UUID, sha256: str, now: datetime) -> None:
    """A photo came: an incomplete inspection whose last photo this was becomes submitted, a waiver is told."""
    inspection = queries.locked(session, inspection_id)
    if inspection is None:
        return
    if waivers.may_have(inspection.state):
        waivers.note_arrival(session, inspection_id, sha256, _after_issue(inspection.issued_at, now))
    if inspection.state != INCOMPLETE:
        return
    submissions.settle(session, inspection)
    if inspection.state == SUBMITTED:
        audit.record(session, None, "inspection.completed", ("inspection", inspection_id), now)


def _after_issue(issued_at: datetime | None, now: datetime) -> datetime:
    """When a photo came: one that waited while the papers were issued came after them, whatever its own clock said."""
    return now if issued_at is None else max(now, issued_at + timedelta(microseconds=1))
