"""A person's inbox: the messages to him, from the instant they may be sent, however the mail fared."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, func, select, update
from sqlalchemy.orm import Session

from inspect_app.core import leases
from inspect_app.core.database import table
from inspect_app.core.problems import NotFound
from inspect_app.messages.models import MessageAttachment, OutboxMessage

ABSENT = "收件匣裡沒有這則訊息；請回收件匣查看。"
NO_FILE = "這則訊息沒有這個附件；請回到訊息頁選取。"
COUNTED = 99
"""More unread messages than these are not counted."""


def listed(user_id: UUID, now: datetime, *, unread: bool = False) -> Select[OutboxMessage]:
    """A person's messages, the newest first; `unread`: only those not read."""
    query = select(OutboxMessage).where(*_mine(user_id, now))
    if unread:
        query = query.where(OutboxMessage.read_at.is_(None))
    return query.order_by(OutboxMessage.created_at.desc(), OutboxMessage.id.desc())


def total(session: Session, user_id: UUID, now: datetime, *, unread: bool) -> int:
    """How many messages a list has."""
    rows = listed(user_id, now, unread=unread).order_by(None).subquery()
    return session.scalar(select(func.count()).select_from(rows)) or 0


def count_unread(session: Session, user_id: UUID, now: datetime) -> int:
    """How many messages are not read, at most COUNTED + 1: it is asked on every page, and answered by an index."""
    rows = table(OutboxMessage)
    unread = select(rows.c.id).where(
        rows.c.user_id == user_id, rows.c.read_at.is_(None), rows.c.due_at <= now
    )
    return (
        session.connection().scalar(select(func.count()).select_from(unread.limit(COUNTED + 1).subquery()))
        or 0
    )


def message(session: Session, user_id: UUID, message_id: UUID, now: datetime) -> OutboxMessage:
    """One of a person's messages; NotFound for another's."""
    query = select(OutboxMessage).where(OutboxMessage.id == message_id, *_mine(user_id, now))
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound(ABSENT)
    return found


def mark(session: Session, user_id: UUID, message_id: UUID, now: datetime, *, read: bool) -> OutboxMessage:
    """Mark one's message as read, or as not read; as it is already: nothing changes."""
    row = message(session, user_id, message_id, now)
    if read != (row.read_at is not None):
        row.read_at = now if read else None
        session.flush()
    return row


def mark_all(session: Session, user_id: UUID, now: datetime) -> int:
    """Mark all one's messages as read; how many were not."""
    unread = update(OutboxMessage).where(*_mine(user_id, now), OutboxMessage.read_at.is_(None))
    return leases.changed(session, unread.values(read_at=now))


def files(session: Session, messages: Sequence[UUID]) -> dict[UUID, list[Row[Any]]]:
    """What goes with messages, without the bytes: position, name, media_type and size of each, by message."""
    query = (
        select(
            MessageAttachment.message_id,
            MessageAttachment.position,
            MessageAttachment.name,
            MessageAttachment.media_type,
            func.length(MessageAttachment.content).label("size"),
        )
        .where(MessageAttachment.message_id.in_(messages))
        .order_by(MessageAttachment.message_id, MessageAttachment.position)
    )
    found: dict[UUID, list[Row[Any]]] = {}
    for row in session.execute(query):
        found.setdefault(row.message_id, []).append(row)
    return found


def file(session: Session, message_id: UUID, position: int) -> MessageAttachment:
    """One file of a message that the caller may read; NotFound where there is none."""
    found = session.get(MessageAttachment, (message_id, position))
    if found is None:
        raise NotFound(NO_FILE)
    return found


def _mine(user_id: UUID, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (OutboxMessage.user_id == user_id, OutboxMessage.due_at <= now)
