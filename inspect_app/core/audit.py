"""Audit: who did what to which object, append-only, in the transaction that did it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from flask import g, has_request_context
from sqlalchemy import JSON, Index, Uuid, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from inspect_app.core.auth import Actor
from inspect_app.core.database import Base, table


class AuditEvent(Base):
    """One fact of history; the database refuses to change or delete it."""

    __tablename__ = "audit_events"
    __table_args__ = (Index("ix_audit_events_subject", "subject_kind", "subject_id"),)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=uuid4)
    at: Mapped[datetime]
    actor_id: Mapped[UUID | None]
    actor_name: Mapped[str]
    action: Mapped[str]
    subject_kind: Mapped[str]
    subject_id: Mapped[str]
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)
    request_id: Mapped[str]


INSERT = insert(table(AuditEvent))


def record(
    session: Session, by: Actor | None, action: str, subject: tuple[str, object], at: datetime, **detail: Any
) -> None:
    """Append an event. `subject` is (kind, id); `detail` is JSON-ready and holds no secret."""
    kind, identifier = subject
    record_each(session, by, kind, [(action, identifier, detail)], at)


def record_each(
    session: Session,
    by: Actor | None,
    kind: str,
    events: Iterable[tuple[str, object, dict[str, Any]]],
    at: datetime,
) -> None:
    """Append many events of one instant at once: each its action, its subject's id, its detail."""
    common = {
        "at": at,
        "actor_id": by.id if by else None,
        "actor_name": by.name if by else "系統",
        "subject_kind": kind,
        "request_id": g.get("request_id", "") if has_request_context() else "",
    }
    rows = [
        common | {"action": action, "subject_id": str(identifier), "detail": detail}
        for action, identifier, detail in events
    ]
    if rows:
        session.connection().execute(INSERT, rows)


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
