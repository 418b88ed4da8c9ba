"""Reading the public keys."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from inspect_app.evidence.models import EvidenceKey


def keys(session: Session) -> list[EvidenceKey]:
    """Every key written down, the oldest first; of one instant the endorsed one follows."""
    order = (EvidenceKey.since, EvidenceKey.endorsed_by.is_not(None), EvidenceKey.id)
    return list(session.scalars(select(EvidenceKey).order_by(*order)))


def key(session: Session, key_id: str) -> EvidenceKey | None:
    return session.get(EvidenceKey, key_id)
