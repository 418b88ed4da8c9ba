"""Calendar feeds: a secret address for each person that wants one, and where its due days come from.

Nothing of a visit before its issue may come into a feed: an address that leaks would tell it.
"""

import hashlib
import secrets
from collections.abc import Callable
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from inspect_app.core import leases
from inspect_app.core.auth import Actor
from inspect_app.core.problems import NotFound
from inspect_app.messages.letters import DueDay
from inspect_app.messages.models import CalendarFeed

Source = Callable[[Session, Actor, date], list[DueDay]]
SOURCES: list[Source] = []
"""What gives due days that a person may see; each room's own, collected in rooms.py."""

ABSENT = "沒有這個行事曆網址；請在通知設定重新產生。"
NOTED = timedelta(minutes=1)
"""How exactly it is kept when an address was last asked for."""


def due_days(session: Session, actor: Actor, today: date) -> list[DueDay]:
    """A person's due days, each duty once."""
    found = {day.uid: day for source in SOURCES for day in source(session, actor, today)}
    return list(found.values())


def make(session: Session, user_id: UUID, now: datetime) -> str:
    """A new secret, shown this once; the one before it ends."""
    revoke(session, user_id, now)
    token = secrets.token_urlsafe(32)
    session.add(CalendarFeed(user_id=user_id, token_hash=_hash(token), created_at=now))
    session.flush()
    return token


def revoke(session: Session, user_id: UUID, now: datetime) -> bool:
    """End a person's address; says whether there was one."""
    live = update(CalendarFeed).where(CalendarFeed.user_id == user_id, CalendarFeed.revoked_at.is_(None))
    return leases.changed(session, live.values(revoked_at=now)) > 0


def history(session: Session, user_id: UUID) -> list[CalendarFeed]:
    """A person's addresses, the newest first."""
    query = select(CalendarFeed).where(CalendarFeed.user_id == user_id)
    return list(session.scalars(query.order_by(CalendarFeed.created_at.desc(), CalendarFeed.id)))


def find(session: Session, token: str) -> CalendarFeed:
    """The address of a secret; NotFound alike for one that ended and one that never was."""
    query = select(CalendarFeed).where(
        CalendarFeed.token_hash == _hash(token), CalendarFeed.revoked_at.is_(None)
    )
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound(ABSENT)
    return found


def note_fetch(session: Session, feed_id: UUID, now: datetime) -> None:
    """Keep when an address was last asked for."""
    long_ago = or_(CalendarFeed.fetched_at.is_(None), CalendarFeed.fetched_at < now - NOTED)
    leases.changed(
        session, update(CalendarFeed).where(CalendarFeed.id == feed_id, long_ago).values(fetched_at=now)
    )


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
