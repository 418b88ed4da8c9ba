"""Messages for tests of the pages and of access."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from inspect_app.messages import kinds, outbox
from inspect_app.messages.kinds import Kind
from inspect_app.messages.letters import Letter, Recipient
from inspect_app.messages.models import DEAD, OutboxMessage

CHASE, SECRET = Kind("test.chase", "測試催辦", False), Kind("test.secret", "測試密件", False, withheld=True)
kinds.declare(CHASE, SECRET)


def message(
    session: Session, name: str, at: datetime, kind: Kind = CHASE, *, error: str | None = None
) -> UUID:
    """A message to `name@agency.example` and its id; with an error it was given up."""
    to = Recipient(f"contact:{name}", f"{name}承辦", f"{name}@agency.example")
    blocks = ("請於今日完成填報。",)
    outbox.post(session, Letter(kind.name, "2026-10", to, at, "十月份進度尚未填報", blocks), at)
    which = (OutboxMessage.kind == kind.name, OutboxMessage.recipient == to.key)
    if error:
        given_up = {"state": DEAD, "error": error, "attempts": 1, "dead_at": at}
        session.execute(update(OutboxMessage).where(*which).values(given_up))
    return session.scalars(select(OutboxMessage.id).where(*which)).one()
