"""Reading which files of a form have come."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from inspect_app.core.auth import Actor
from inspect_app.openrosa.models import Attachment


def arrived(session: Session, submission_id: UUID, inspection_id: UUID, by: Actor) -> dict[str, str]:
    """The SHA-256 of each file that a person sent with this form for this inspection, by name."""
    query = select(Attachment.name, Attachment.sha256).where(
        Attachment.submission_id == submission_id,
        Attachment.inspection_id == inspection_id,
        Attachment.sender_id == by.id,
    )
    return {name: sha256 for name, sha256 in session.execute(query).tuples()}  # noqa: C416 - a Result is not a mapping
