"""Audit: who did what to which object, append-only, in the transaction that did it."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from flask import g, has_request_context
from sqlalchemy import JSON, Index, String, Uuid, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from inspect_app.core.auth import Actor
from inspect_app.core.chain import START, Link, following
from inspect_app.core.database import Base, table

Hold = Callable[[Session, str], None]
HOLDS: dict[str, Hold] = {}
"""For each kind of subject whose events are chained: what holds its row, so that no two append at once."""


class AuditEvent(Base):
    """One fact of history; the database refuses to change or delete it.

    `seq` and `hash` are its place in its subject's chain (`core/chain.py`); None where the subject has none.
    """

    __tablename__ = "audit_events"
    __table_args__ = (Index("uq_audit_events_subject_seq", "subject_kind", "subject_id", "seq", unique=True),)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=uuid4)
    at: Mapped[datetime]
    actor_id: Mapped[UUID | None]
    actor_name: Mapped[str]
    action: Mapped[str]
    subject_kind: Mapped[str]
    subject_id: Mapped[str]
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)
    request_id: Mapped[str]
    seq: Mapped[int | None]
    hash: Mapped[str | None] = mapped_column(String(64))


INSERT = insert(table(AuditEvent))


def record(
    session: Session, by: Actor | None, action: str, subject: tuple[str, object], at: datetime, **detail: Any
) -> Link | None:
    """Append an event. `subject` is (kind, id); `detail` is JSON-ready and holds no secret.

    Returns its link where the subject's events are chained.
    """
    return append(session, by, action, subject, at, detail)


def append(
    session: Session,
    by: Actor | None,
    action: str,
    subject: tuple[str, object],
    at: datetime,
    detail: dict[str, Any],
    after: Link | None = None,
) -> Link | None:
    """As `record`. `after`: the last link, from one who holds the subject and has read it; then nothing is asked."""
    kind, identifier = subject
    row = _common(by, kind, at) | {"action": action, "subject_id": str(identifier), "detail": detail}
    link = None
    if kind in HOLDS:
        link = following(after or head(session, kind, str(identifier)), row)
        row |= {"seq": link.seq, "hash": link.hash}
    session.connection().execute(INSERT, [row])
    return link


def record_each(
    session: Session,
    by: Actor | None,
    kind: str,
    events: Iterable[tuple[str, object, dict[str, Any]]],
    at: datetime,
) -> None:
    """Append many events of one instant at once: each its action, its subject's id, its detail.

    For kinds that are not chained.
    """
    if kind in HOLDS:
        raise ValueError(f"{kind} is chained: record its events one by one")
    common = _common(by, kind, at)
    rows = [
        common | {"action": action, "subject_id": str(identifier), "detail": detail}
        for action, identifier, detail in events
    ]
    if rows:
        session.connection().execute(INSERT, rows)


def _common(by: Actor | None, kind: str, at: datetime) -> dict[str, Any]:
    return {
        "at": at,
        "actor_id": by.id if by else None,
        "actor_name": by.name if by else "系統",
        "subject_kind": kind,
        "request_id": g.get("request_id", "") if has_request_context() else "",
    }


def head(session: Session, kind: str, identifier: str) -> Link:
    """The last link of a subject, which is held until the transaction ends; START when there is none."""
    HOLDS[kind](session, identifier)
    # A statement of its own: one that waited for the row would tell of the events as they were before.
    return tip(session, kind, identifier)


def tip(session: Session, kind: str, identifier: str) -> Link:
    """The last link of a subject as it is now, for readers."""
    query = select(AuditEvent.seq, AuditEvent.hash).where(
        AuditEvent.subject_kind == kind, AuditEvent.subject_id == identifier, AuditEvent.seq.is_not(None)
    )
    row = session.execute(query.order_by(AuditEvent.seq.desc()).limit(1)).one_or_none()
    return Link(row.seq, row.hash) if row else START


def history(
    session: Session, kind: str, identifier: object, *, at: datetime | None = None
) -> list[AuditEvent]:
    """All events of one object, or those of one instant, oldest first."""
    query = select(AuditEvent).where(
        AuditEvent.subject_kind == kind, AuditEvent.subject_id == str(identifier)
    )
    if at is not None:
        query = query.where(AuditEvent.at == at)
    return list(session.scalars(query.order_by(AuditEvent.at, AuditEvent.id)))


def link_of(
    session: Session, subject: tuple[str, object], at: datetime, by: UUID, *actions: str, sha256: str
) -> Link | None:
    """The link of the event by which these bytes came from a person at an instant; None where there is none.

    Older events of submissions do not say which bytes: then person and instant do.
    """
    for event in history(session, *subject, at=at):
        found = event.action in actions and event.actor_id == by
        if found and event.seq and event.hash and event.detail.get("sha256", sha256) == sha256:
            return Link(event.seq, event.hash)
    return None


def chained(session: Session, kind: str, identifier: object) -> list[AuditEvent]:
    """The events of a chain in its order."""
    query = select(AuditEvent).where(
        AuditEvent.subject_kind == kind, AuditEvent.subject_id == str(identifier), AuditEvent.seq.is_not(None)
    )
    return list(session.scalars(query.order_by(AuditEvent.seq)))
