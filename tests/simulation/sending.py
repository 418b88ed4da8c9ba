"""A sender for simulated years: rows under a lease, one mail and one commit after the other."""

import smtplib
import time
from datetime import datetime
from email.message import EmailMessage

from flask import Flask
from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from inspect_app.core import clock, leases
from inspect_app.core.database import transaction
from inspect_app.core.jobs import pace
from inspect_app.core.working import log
from inspect_app.messages.models import SENT, WAITING, OutboxMessage

BATCH, EVERY_S = 20, 0.03


def send_for_ever(app: Flask, worker: str, port: int) -> None:
    """Until the process ends."""
    while True:
        try:
            _round(app, worker, port)
        except OSError:  # the server is away; the rows' lease has to run out, or they are ours still
            pass
        except Exception:
            log.exception("sending")
        time.sleep(EVERY_S)


def _round(app: Flask, worker: str, port: int) -> None:
    with app.app_context(), transaction() as session:
        rows = _claimed(session, worker, clock.now())
    if not rows:
        return
    with smtplib.SMTP("127.0.0.1", port, timeout=10) as server:
        for row in rows:
            server.send_message(_mail(row))
            with app.app_context(), transaction() as session:
                session.execute(
                    update(OutboxMessage)
                    .where(OutboxMessage.id == row.id, OutboxMessage.sender == worker)
                    .values(state=SENT, sent_at=clock.now(), lease_until=None)
                )


def _claimed(session: Session, worker: str, now: datetime) -> list[OutboxMessage]:
    unheld = or_(
        OutboxMessage.lease_until.is_(None), OutboxMessage.lease_until < now, OutboxMessage.sender == worker
    )
    free = and_(OutboxMessage.state == WAITING, OutboxMessage.not_before <= now, unheld)
    ids = session.scalars(select(OutboxMessage.id).where(free).limit(BATCH)).all()
    if not ids:
        return []
    held = {
        "sender": worker,
        "lease_until": now + pace().lease,
        "attempts": OutboxMessage.attempts + 1,
    }
    leases.changed(session, update(OutboxMessage).where(OutboxMessage.id.in_(ids), free).values(held))
    mine = select(OutboxMessage).where(OutboxMessage.id.in_(ids), OutboxMessage.sender == worker)
    return list(session.scalars(mine))


def _mail(row: OutboxMessage) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Message-ID"] = "chahe@example.invalid", row.email, row.message_id
    mail["Subject"] = row.subject
    return mail
