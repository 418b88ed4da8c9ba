"""Reading the public keys."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from inspect_app.evidence.models import EvidenceKey


def keys(session: Session) -> list[EvidenceKey]:
    """Every key written down, the oldest first."""
    return list(session.scalars(select(EvidenceKey).order_by(EvidenceKey.since, EvidenceKey.id)))


def key(session: Session, key_id: str) -> EvidenceKey | None:
    return session.get(EvidenceKey, key_id)
