"""The outbox: one row a message and recipient, and how far its sending has come."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from inspect_app.core.database import Base

WAITING, SENT, DEAD, KEPT = "waiting", "sent", "dead", "kept"
"""To be sent; taken by the server; given up until replayed; for the inbox alone."""


class OutboxMessage(Base):
    """One message to one recipient, written in the transaction of what caused it.

    `message_id` is fixed by the key; `not_before` is when the next attempt may begin; a sender holds the row until
    `lease_until`. `attempts` counts every beginning of a delivery, ever; `spent` those before the last replay, which
    no longer count towards giving up. `error` says in words why the last one failed. `content` is the letter's
    blocks and due days as JSON, from which mail and page are made.
    """

    __tablename__ = "outbox_messages"
    __table_args__ = (
        UniqueConstraint("kind", "period", "recipient"),
        CheckConstraint("state IN ('waiting', 'sent', 'dead', 'kept')", name="state"),
        Index("ix_outbox_messages_state_due_at", "state", "due_at", "id"),
        Index("ix_outbox_messages_user_id_created_at", "user_id", "created_at"),
        Index(
            "ix_outbox_messages_unread",
            "user_id",
            sqlite_where=text("read_at IS NULL"),
            postgresql_where=text("read_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    kind: Mapped[str] = mapped_column(String(60))
    period: Mapped[str] = mapped_column(String(60))
    recipient: Mapped[str] = mapped_column(String(60))
    message_id: Mapped[str] = mapped_column(String(120), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str | None] = mapped_column(String(254))
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    subject: Mapped[str] = mapped_column(String(200))
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    due_at: Mapped[datetime]
    created_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(8))
    not_before: Mapped[datetime]
    attempts: Mapped[int]
    spent: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    sender: Mapped[str | None] = mapped_column(String(120))
    sent_at: Mapped[datetime | None]
    dead_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(Text)


class MessageAttachment(Base):
    """A file that goes with a message."""

    __tablename__ = "message_attachments"

    message_id: Mapped[UUID] = mapped_column(ForeignKey("outbox_messages.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    media_type: Mapped[str] = mapped_column(String(60))
    content: Mapped[bytes] = mapped_column(LargeBinary)


class MailPause(Base):
    """That the mail server cannot be used: the whole queue waits until an instant. No row: it is well, or unknown."""

    __tablename__ = "mail_pauses"

    server: Mapped[str] = mapped_column(String(8), primary_key=True)
    since: Mapped[datetime]
    until: Mapped[datetime]
    failures: Mapped[int]
    error: Mapped[str] = mapped_column(String(200))


class MailChoice(Base):
    """A person who wants one kind in the inbox alone."""

    __tablename__ = "mail_choices"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(60), primary_key=True)
    chosen_at: Mapped[datetime]


class CalendarFeed(Base):
    """A secret address of one person's due days; the secret itself is not kept, only its hash."""

    __tablename__ = "calendar_feeds"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    fetched_at: Mapped[datetime | None]
