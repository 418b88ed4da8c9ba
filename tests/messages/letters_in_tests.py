"""Letters for tests: whom to, when due, and an application that sends them to a server on loopback."""

from datetime import datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select

from inspect_app.core.database import session, transaction
from inspect_app.messages import delivery, outbox
from inspect_app.messages.letters import Attachment, Letter, Recipient
from inspect_app.messages.models import OutboxMessage
from tests.message_builders import CHASE

SENDER = "示範市查核小組 <chahe@city.example>"


def letter(name: str, due_at: datetime, **changes: Any) -> Letter:
    """A letter to `name@agency.example`, whose key is the name."""
    known: dict[str, Any] = {
        "kind": CHASE.name,
        "period": "2026-10",
        "recipient": Recipient(f"contact:{name}", f"{name}承辦", f"{name}@agency.example"),
        "due_at": due_at,
        "subject": "十月份進度尚未填報",
        "blocks": ("請於今日完成填報。",),
    }
    return Letter(**(known | changes))


def post(app: Flask, *letters: Letter, at: datetime) -> None:
    """Write them in one transaction."""
    with app.app_context(), transaction() as current:
        for each in letters:
            outbox.post(current, each, at)


def post_many(app: Flask, number: int, at: datetime) -> None:
    """So many letters, each due a second after the one before, the last at `at`."""
    begun = at - timedelta(seconds=number - 1)
    post(app, *(letter(f"p{n:04}", begun + timedelta(seconds=n)) for n in range(number)), at=begun)


def rows(app: Flask) -> list[OutboxMessage]:
    """Every row, in the order in which it is due."""
    with app.app_context():
        query = select(OutboxMessage).order_by(OutboxMessage.due_at, OutboxMessage.recipient)
        return list(session().scalars(query))


def row(app: Flask, name: str) -> OutboxMessage:
    """The row to one recipient."""
    return next(each for each in rows(app) if each.recipient == f"contact:{name}")


def deliver(app: Flask, worker: str = "worker") -> int:
    """One round of a worker."""
    return delivery.deliver(app, worker)


FILE = Attachment("表.pdf", "application/pdf", b"%PDF-1.7\n" + bytes(range(256)))
