"""What other features may ask of inspections."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from inspect_app.core import audit
from inspect_app.inspections import queries, submissions
from inspect_app.inspections.words import INCOMPLETE, SUBMITTED


def photo_arrived(session: Session, inspection_id: UUID, now: datetime) -> None:
    """A photo came: an incomplete inspection whose last photo this was becomes submitted."""
    inspection = queries.locked(session, inspection_id)
    if inspection is None or inspection.state != INCOMPLETE:
        return
    submissions.settle(session, inspection)
    if inspection.state == SUBMITTED:
        audit.record(session, None, "inspection.completed", ("inspection", inspection_id), now)
