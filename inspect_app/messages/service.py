"""What an administrator decides about messages: to send given-up ones again, or to give up waiting ones."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import Session

from inspect_app.core import audit, leases
from inspect_app.core.auth import Actor
from inspect_app.core.problems import Conflict, NotFound
from inspect_app.messages import queries, queue
from inspect_app.messages.models import DEAD, WAITING, OutboxMessage

DISCARDED = "已由管理者取消："
MAX_REASON = 120


def replay(session: Session, message: UUID, by: Actor | None, now: datetime) -> OutboxMessage:
    """Let a given-up message be sent, with all its attempts before it; NotFound, or Conflict in another state."""
    row = session.scalar(select(OutboxMessage).where(OutboxMessage.id == message, queries.told()))
    if row is None:
        raise NotFound("沒有這則訊息。")
    if not _revive(session, OutboxMessage.id == message, now):
        raise Conflict(f"只有已停止的訊息可以重送。目前狀態：{queries.STATES[row.state]}。")
    audit.record(session, by, "message.replayed", ("message", message), now)
    session.refresh(row)
    return row


def replay_all(session: Session, by: Actor | None, now: datetime) -> int:
    """Let every given-up message be sent, the withheld ones too; returns how many may be told of."""
    made = _revive(session, queries.told(), now)
    _revive(session, OutboxMessage.state == DEAD, now)
    audit.record(session, by, "messages.replayed", ("messages", "dead"), now, replayed=made)
    return made


def discard(
    session: Session, ids: Sequence[UUID], before: datetime | None, reason: str, now: datetime
) -> int:
    """Give up waiting messages by id, or those due before an instant; what a sender holds is left to it."""
    chosen = OutboxMessage.id.in_(ids) if ids else OutboxMessage.due_at < before
    free = or_(OutboxMessage.lease_until.is_(None), OutboxMessage.lease_until < now)
    query = update(OutboxMessage).where(and_(OutboxMessage.state == WAITING, free, chosen))
    told = DISCARDED + reason[:MAX_REASON]
    made = leases.changed(session, query.values(state=DEAD, dead_at=now, error=told, lease_until=None))
    audit.record(session, None, "messages.discarded", ("messages", "waiting"), now, reason=reason)
    return made


def try_now(session: Session) -> None:
    """Forget that the mail server was away, so that the next round tries it."""
    queue.resume(session)


def _revive(session: Session, which: ColumnElement[bool], now: datetime) -> int:
    query = update(OutboxMessage).where(OutboxMessage.state == DEAD, which)
    fresh = {"state": WAITING, "not_before": now, "dead_at": None, "error": None, "lease_until": None}
    return leases.changed(session, query.values(fresh | {"spent": OutboxMessage.attempts}))
