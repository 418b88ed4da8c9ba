"""What people choose: which optional kinds are mailed to them, and which stand in their inbox alone."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from inspect_app.core import leases
from inspect_app.core.permissions import Role
from inspect_app.messages.kinds import KINDS, Kind
from inspect_app.messages.models import KEPT, WAITING, MailChoice, OutboxMessage


def offered(role: Role) -> list[Kind]:
    """The kinds that a role may receive, as they were declared."""
    return [kind for kind in KINDS.values() if role in kind.roles]


def inbox_only(session: Session, kind: str, user_id: UUID | None) -> bool:
    """Whether a person wants a kind in the inbox alone; never for a kind that may not be declined."""
    if user_id is None or not KINDS[kind].optional:
        return False
    return session.get(MailChoice, (user_id, kind)) is not None


def declined(session: Session, user_id: UUID) -> frozenset[str]:
    """The kinds that a person wants in the inbox alone."""
    return frozenset(session.scalars(select(MailChoice.kind).where(MailChoice.user_id == user_id)))


def choose(session: Session, user_id: UUID, role: Role, mailed: Collection[str], now: datetime) -> None:
    """Have the optional kinds of `mailed` sent by mail, and the others of the role stand in the inbox alone."""
    for kind in offered(role):
        if kind.optional and kind.name not in mailed:
            decline(session, user_id, kind.name, now)
        elif kind.optional:
            _forget(session, user_id, kind.name)


def decline(session: Session, user_id: UUID, kind: str, now: datetime) -> None:
    """Have an optional kind stand in the inbox alone, also what waits to be sent; again: nothing changes."""
    chosen = {"user_id": user_id, "kind": kind, "chosen_at": now}
    session.execute(leases.upsert(session, MailChoice).values(chosen).on_conflict_do_nothing())
    waiting = (
        OutboxMessage.user_id == user_id,
        OutboxMessage.kind == kind,
        OutboxMessage.state == WAITING,
        OutboxMessage.lease_until.is_(None),
    )
    leases.changed(session, update(OutboxMessage).where(*waiting).values(state=KEPT))


def _forget(session: Session, user_id: UUID, kind: str) -> None:
    session.execute(delete(MailChoice).where(MailChoice.user_id == user_id, MailChoice.kind == kind))
