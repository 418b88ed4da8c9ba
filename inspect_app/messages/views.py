"""A message as pages and programs are shown it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import url_for
from sqlalchemy import Row
from sqlalchemy.orm import Session

from inspect_app.messages import content, inbox
from inspect_app.messages.kinds import KINDS
from inspect_app.messages.letters import DueDay
from inspect_app.messages.models import OutboxMessage


@dataclass(frozen=True, slots=True)
class File:
    """What goes with a message; `size` in bytes."""

    name: str
    media_type: str
    size: int
    href: str


@dataclass(frozen=True, slots=True)
class Shown:
    """One message; `blocks` as `content.blocks` gives them, `at` from when it may be read."""

    id: UUID
    kind: str
    title: str
    period: str
    subject: str
    at: datetime
    read_at: datetime | None
    blocks: list[Any]
    due_days: list[DueDay]
    attachments: list[File]


def shown(session: Session, rows: Sequence[OutboxMessage]) -> list[Shown]:
    """Messages with what goes with them."""
    files = inbox.files(session, [row.id for row in rows])
    return [_shown(row, files.get(row.id, [])) for row in rows]


def _shown(row: OutboxMessage, files: Sequence[Row[Any]]) -> Shown:
    known = KINDS.get(row.kind)
    return Shown(
        id=row.id,
        kind=row.kind,
        title=known.title if known else "訊息",
        period=row.period,
        subject=content.line(row.subject),
        at=row.due_at,
        read_at=row.read_at,
        blocks=content.blocks(row.content),
        due_days=content.due_days(row.content),
        attachments=[_file(row.id, each) for each in files],
    )


def _file(message_id: UUID, row: Row[Any]) -> File:
    href = url_for("inbox.attachment", message_id=message_id, position=row.position)
    return File(content.line(row.name) or "附件", row.media_type, row.size, href)
