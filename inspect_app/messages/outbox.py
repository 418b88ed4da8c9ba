"""Writing messages: one row for each (kind, period, recipient), ever, in the transaction of what caused it."""

import hashlib
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy.orm import Session

from inspect_app.core import leases
from inspect_app.core.database import note, table
from inspect_app.core.settings import current_settings
from inspect_app.messages import choices
from inspect_app.messages.kinds import KINDS
from inspect_app.messages.letters import Block, Letter
from inspect_app.messages.models import KEPT, WAITING, MessageAttachment, OutboxMessage

DOMAIN = "chahe.invalid"


def post(session: Session, letter: Letter, now: datetime) -> bool:
    """Write a message unless its key is there already; says whether it is new. KeyError for an undeclared kind.

    The caller owns the transaction: what caused the message and the message are there together, or neither is.
    """
    row = _row(letter, now)
    if choices.inbox_only(session, letter.kind, letter.recipient.user_id):
        row["state"] = KEPT
    insert = leases.upsert(session, OutboxMessage).values(row).on_conflict_do_nothing()
    fresh = session.execute(insert.returning(table(OutboxMessage).c.id)).first() is not None
    if fresh:
        note(session, letter)
    if fresh and letter.attachments:
        session.execute(
            table(MessageAttachment).insert(),
            [
                {"message_id": row["id"], "position": place, **asdict(each)}
                for place, each in enumerate(letter.attachments)
            ],
        )
    return fresh


def message_id(kind: str, period: str, recipient: str, domain: str = DOMAIN) -> str:
    """The Message-ID of a key, the same whenever and wherever it is made."""
    digest = hashlib.sha256("\n".join((kind, period, recipient)).encode()).hexdigest()
    return f"<{digest[:40]}@{domain}>"


def _domain() -> str:
    """The sender's, where one is set; what is written keeps its own when that changes."""
    sender = current_settings().mail_from
    return sender.domain.lower() if sender else DOMAIN


def _row(letter: Letter, now: datetime) -> dict[str, Any]:
    to = letter.recipient
    return {
        "id": uuid4(),
        "kind": KINDS[letter.kind].name,
        "period": letter.period,
        "recipient": to.key,
        "message_id": message_id(letter.kind, letter.period, to.key, _domain()),
        "name": to.name,
        "email": to.email,
        "user_id": to.user_id,
        "subject": letter.subject,
        "content": {
            "blocks": [_plain(block) for block in letter.blocks],
            "due_days": [asdict(day) | {"on": day.on.isoformat()} for day in letter.due_days],
        },
        "due_at": letter.due_at,
        "created_at": now,
        "state": WAITING if to.email else KEPT,
        "not_before": max(letter.due_at, now),
        "attempts": 0,
        "spent": 0,
    }


def _plain(block: Block) -> dict[str, Any] | str:
    """A block as JSON: its type's name beside its fields."""
    if isinstance(block, str):
        return block
    plain = {name: getattr(block, name) for name in block.__dataclass_fields__}
    if "blocks" in plain:
        plain["blocks"] = [_plain(each) for each in plain["blocks"]]
    return {"is": type(block).__name__.lower()} | plain
