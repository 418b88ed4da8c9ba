"""The outbox as a queue: rows are held under a lease while they are sent, and every outcome is one conditional update.

The caller owns each transaction. What a sender wrote about a row it no longer holds changes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, CursorResult, Update, and_, bindparam, delete, func, or_, select, update
from sqlalchemy.orm import Session

from inspect_app.core import leases
from inspect_app.core.database import table
from inspect_app.core.jobs import pace
from inspect_app.messages.models import DEAD, SENT, WAITING, MailPause, MessageAttachment, OutboxMessage
from inspect_app.messages.pacing import pacing

SERVER = "smtp"
DIED = "寄送程序每次都在寄送中停止"
MAX_ERROR = 200


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one attempt ended.

    `counts`: it was one, not a server that could not be used; `pause`: why the whole queue is to wait now.
    """

    state: str
    error: str | None = None
    not_before: datetime | None = None
    counts: bool = True
    pause: str | None = None


def batches(session: Session, now: datetime, most: int) -> int:
    """For how many batches there is work, `most` at most: reads only, so that looking costs no write."""
    some = select(OutboxMessage.id).where(_free(now)).limit((most - 1) * pacing().batch + 1)
    due = session.scalar(select(func.count()).select_from(some.subquery())) or 0
    return ceil(due / pacing().batch)


def claim(session: Session, holder: str, now: datetime, limit: int) -> list[OutboxMessage]:
    """Hold the rows due longest, `limit` at most; they are detached from the session."""
    order = (OutboxMessage.due_at, OutboxMessage.id)
    query = select(OutboxMessage.id).where(_free(now)).order_by(*order).limit(limit)
    ids = session.scalars(query.with_for_update(skip_locked=True)).all()
    held = {"sender": holder, "lease_until": now + pace().lease}
    leases.changed(session, update(OutboxMessage).where(OutboxMessage.id.in_(ids), _free(now)).values(held))
    mine = select(OutboxMessage).where(OutboxMessage.id.in_(ids), OutboxMessage.sender == holder)
    rows = list(session.scalars(mine.order_by(*order)))
    for row in rows:
        session.expunge(row)
    return rows


def attached(session: Session, ids: Sequence[UUID]) -> set[UUID]:
    """Which of these messages have files."""
    query = select(MessageAttachment.message_id).where(MessageAttachment.message_id.in_(ids)).distinct()
    return set(session.scalars(query))


def attachments(session: Session, message: UUID) -> list[MessageAttachment]:
    """A message's files in their order."""
    query = select(MessageAttachment).where(MessageAttachment.message_id == message)
    return list(session.scalars(query.order_by(MessageAttachment.position)))


def renew(session: Session, holder: str, until: datetime) -> bool:
    """Keep what is held; each row's own update tells whether it still is."""
    leases.changed(session, _held(holder).values(lease_until=until))
    return True


def begin(session: Session, row: OutboxMessage, holder: str, now: datetime) -> bool:
    """Count an attempt before it is made, so that one cut short by death has been counted; False when not ours.

    A row whose senders died at every attempt is given up.
    """
    if row.attempts - row.spent > len(pacing().backoff):
        finish(session, row, holder, Outcome(DEAD, DIED, counts=False), now)
        return False
    return _change(session, BEGUN, {"of": row.id, "by": holder, "made": row.attempts + 1})


def finish(session: Session, row: OutboxMessage, holder: str, outcome: Outcome, now: datetime) -> None:
    """Write down how an attempt ended."""
    values = {
        "of": row.id,
        "by": holder,
        "state": outcome.state,
        "error": outcome.error,
        "next": outcome.not_before or row.not_before,
        "sent": now if outcome.state == SENT else None,
        "dead": now if outcome.state == DEAD else None,
        "made": row.attempts + outcome.counts,
    }
    _change(session, ENDED, values)


def _change(session: Session, statement: Update, values: dict[str, Any]) -> bool:
    """Made ready once: a mail costs two of these."""
    return cast("CursorResult[Any]", session.connection().execute(statement, values)).rowcount == 1


def release(session: Session, holder: str) -> None:
    """Give back what was held and not begun."""
    leases.changed(session, _held(holder).values(lease_until=None, sender=None))


def failed(row: OutboxMessage, words: str, now: datetime, *, permanent: bool = False) -> Outcome:
    """An attempt that failed: another follows after a while, or the message is given up."""
    made = row.attempts - row.spent + 1
    wait = None if permanent else pacing().after(made, str(row.id))
    if wait is None:
        return Outcome(DEAD, words[:MAX_ERROR])
    return Outcome(WAITING, words[:MAX_ERROR], now + wait)


# -- the server's state --------------------------------------------------------------------------------------


def paused(session: Session) -> MailPause | None:
    """The pause, also one that is over and whose probe has not yet succeeded."""
    query = select(MailPause).where(MailPause.server == SERVER)
    return session.scalar(query.execution_options(populate_existing=True))


def pause(session: Session, words: str, now: datetime) -> None:
    """Let the whole queue wait, longer each time; of several who say so at once, one counts."""
    before = paused(session)
    failures, since = (before.failures + 1, before.since) if before else (1, now)
    until = now + pacing().pause(failures, since.isoformat())
    told = {"until": until, "failures": failures, "error": words[:MAX_ERROR]}
    insert = leases.upsert(session, MailPause).values(server=SERVER, since=since, **told)
    session.execute(
        insert.on_conflict_do_update(
            index_elements=[MailPause.server], set_=told, where=MailPause.until <= now
        )
    )


def resume(session: Session) -> None:
    """The server is well again, or somebody wants it tried at once."""
    session.execute(delete(MailPause).execution_options(synchronize_session=False))


def _free(now: datetime) -> ColumnElement[bool]:
    unheld = or_(OutboxMessage.lease_until.is_(None), OutboxMessage.lease_until < now)
    due = and_(OutboxMessage.due_at <= now, OutboxMessage.not_before <= now)
    return and_(OutboxMessage.state == WAITING, due, unheld)


def _held(holder: str) -> Update:
    return update(OutboxMessage).where(
        OutboxMessage.sender == holder,
        OutboxMessage.state == WAITING,
        OutboxMessage.lease_until.is_not(None),
    )


def _one() -> Update:
    rows = table(OutboxMessage)
    held = and_(rows.c.state == WAITING, rows.c.lease_until.is_not(None))
    return rows.update().where(rows.c.id == bindparam("of"), rows.c.sender == bindparam("by"), held)


BEGUN = _one().values(attempts=bindparam("made"))
ENDED = _one().values(
    state=bindparam("state"),
    error=bindparam("error"),
    not_before=bindparam("next"),
    sent_at=bindparam("sent"),
    dead_at=bindparam("dead"),
    attempts=bindparam("made"),
    lease_until=None,
)
