"""Noting which files of a form have come, and forgetting them."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import CursorResult, delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from inspect_app.core.auth import Actor
from inspect_app.openrosa.models import Attachment
from inspect_app.photos import retention

KEPT = retention.kept("form_attachments")
"""As long as a photo that nothing names."""


def note(
    session: Session,
    submission_id: UUID,
    inspection_id: UUID,
    hashes: Mapping[str, str],
    by: Actor,
    now: datetime,
) -> None:
    """Write down which files came, their SHA-256 by name."""
    same = {"submission_id": submission_id, "inspection_id": inspection_id, "sender_id": by.id}
    rows = [{**same, "name": name, "sha256": hashes[name], "received_at": now} for name in sorted(hashes)]
    if rows:
        dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
        insert = dialect.insert(Attachment)
        changed = {"sha256": insert.excluded.sha256, "received_at": insert.excluded.received_at}
        session.execute(insert.on_conflict_do_update(index_elements=[*same, "name"], set_=changed), rows)


def expire(session: Session, now: datetime) -> int:
    """Forget what came more than `KEPT` ago; returns how many."""
    result = session.execute(delete(Attachment).where(Attachment.received_at < now - KEPT))
    return result.rowcount if isinstance(result, CursorResult) else 0
