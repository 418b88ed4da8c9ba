"""The versions of what a tablet sent, as their readers may see them."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from inspect_app.core.auth import Actor
from inspect_app.core.problems import NotFound
from inspect_app.inspections import policy, queries
from inspect_app.inspections.models import Inspection


@dataclass(frozen=True, slots=True)
class Version:
    """One version with its receipt; `sha256` is over the whole body, also where marks are left out."""

    id: UUID
    version: int
    sha256: str
    received_at: datetime
    received_by: UUID
    reason: str | None
    body: dict[str, Any]


def of_inspection(session: Session, actor: Actor, inspection: Inspection, submission_id: UUID) -> Version:
    """A version of this very inspection, NotFound for any other; marks as far as the reader may see them."""
    row = queries.submission(session, submission_id)
    if row is None or row.inspection_id != inspection.id:
        raise NotFound("沒有這一版送件；請從送件版本清單選取。")
    body = json.loads(row.body)
    if not policy.sees_all_marks(actor, inspection):
        body["marks"] = [mark for mark in body["marks"] if UUID(mark["member"]) == actor.id]
    return Version(row.id, row.version, row.sha256, row.received_at, row.received_by, row.reason, body)


def was_sent(session: Session, inspection_id: UUID, submission_id: UUID) -> bool:
    """Whether this inspection has a version of this id."""
    row = queries.submission(session, submission_id)
    return row is not None and row.inspection_id == inspection_id
