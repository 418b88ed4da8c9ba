"""What operations may know of messages: how many and how they fare, never what they say.

Kinds that would tell of a visit before its issue are left out everywhere but in `every`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from inspect_app.core.clock import TAIPEI
from inspect_app.core.settings import current_settings
from inspect_app.messages import queue
from inspect_app.messages.kinds import KINDS
from inspect_app.messages.models import DEAD, KEPT, SENT, WAITING, OutboxMessage

STATES = {WAITING: "等待寄送", SENT: "已寄出", DEAD: "已停止", KEPT: "只在收件匣"}


@dataclass(frozen=True, slots=True)
class Standing:
    """The queue at an instant.

    `oldest` is since when the longest waiting one has been due; `paused_until` is None while the mail server is well
    or unknown, `cause` says what it last said.
    """

    configured: bool
    waiting: int
    oldest: datetime | None
    sent_today: int
    dead: int
    paused_since: datetime | None
    paused_until: datetime | None
    cause: str


@dataclass(frozen=True, slots=True)
class Sending:
    """One message's way, without what it says. `retry_at` is when it is tried next, None once that is decided."""

    id: UUID
    kind: str
    title: str
    period: str
    name: str
    state: str
    attempts: int
    created_at: datetime
    due_at: datetime
    retry_at: datetime | None
    sent_at: datetime | None
    dead_at: datetime | None
    error: str | None

    @property
    def label(self) -> str:
        return STATES[self.state]


def standing(session: Session, now: datetime) -> Standing:
    """The queue now; what is not yet due does not count as waiting."""
    due = select(func.count(), func.min(OutboxMessage.due_at)).where(
        told(), OutboxMessage.state == WAITING, OutboxMessage.due_at <= now
    )
    waiting, oldest = session.execute(due).one()
    midnight = datetime.combine(now.astimezone(TAIPEI).date(), time(), TAIPEI)
    today = (OutboxMessage.state == SENT, OutboxMessage.sent_at >= midnight)
    rest = queue.paused(session)
    return Standing(
        configured=current_settings().smtp_url is not None,
        waiting=waiting,
        oldest=oldest,
        sent_today=_count(session, *today),
        dead=_count(session, OutboxMessage.state == DEAD),
        paused_since=rest.since if rest else None,
        paused_until=rest.until if rest else None,
        cause=rest.error if rest else "",
    )


def by_state(session: Session) -> dict[str, int]:
    """How many messages there are in each state."""
    query = select(OutboxMessage.state, func.count()).where(told()).group_by(OutboxMessage.state)
    return dict.fromkeys(STATES, 0) | dict(session.execute(query).tuples().all())


def listed(state: str | None = None, kind: str | None = None, name: str | None = None) -> Select[Any]:
    """The messages of a state, a kind, to people whose name has these letters; the newest first."""
    query = select(OutboxMessage).where(told())
    if state:
        query = query.where(OutboxMessage.state == state)
    if kind:
        query = query.where(OutboxMessage.kind == kind)
    if name:
        query = query.where(OutboxMessage.name.contains(name, autoescape=True))
    return query.order_by(OutboxMessage.created_at.desc(), OutboxMessage.id.desc())


def every(session: Session, state: str | None) -> Sequence[OutboxMessage]:
    """All messages of a state, the withheld ones too, for those at the machine itself."""
    query = select(OutboxMessage).order_by(OutboxMessage.due_at, OutboxMessage.id)
    return session.scalars(query.where(OutboxMessage.state == state) if state else query).all()


def sending(row: OutboxMessage) -> Sending:
    """A row as operations see it."""
    return Sending(
        id=row.id,
        kind=row.kind,
        title=KINDS[row.kind].title if row.kind in KINDS else row.kind,
        period=row.period,
        name=row.name,
        state=row.state,
        attempts=row.attempts,
        created_at=row.created_at,
        due_at=row.due_at,
        retry_at=row.not_before if row.state == WAITING else None,
        sent_at=row.sent_at,
        dead_at=row.dead_at,
        error=row.error,
    )


def known_kinds() -> list[tuple[str, str]]:
    """Name and title of every kind that may be told of."""
    return [(kind.name, kind.title) for kind in KINDS.values() if not kind.withheld]


def told() -> ColumnElement[bool]:
    """That a message may be told of to those who see no visit before its issue."""
    return OutboxMessage.kind.not_in([kind.name for kind in KINDS.values() if kind.withheld])


def _count(session: Session, *where: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(OutboxMessage).where(told(), *where)) or 0
