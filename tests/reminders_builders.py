"""Reminders for tests: a job's turn at an instant, and the letters it left in the outbox."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from inspect_app.accounts.models import Contact
from inspect_app.core.clock import TAIPEI, FixedClock
from inspect_app.core.jobs import Job, Turn
from inspect_app.messages.models import MessageAttachment, OutboxMessage
from tests import builders
from tests.inspections_builders import AsUser, Ids, Visit, defect_body, expect, plan_body, submission_body


def at(day: str, hour: int = 8, minute: int = 0) -> datetime:
    """An instant of a day in Taipei."""
    return datetime.fromisoformat(f"{day}T{hour:02}:{minute:02}").replace(tzinfo=TAIPEI).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Sent:
    """A message of the outbox; `text` is all it says."""

    kind: str
    period: str
    recipient: str
    name: str
    subject: str
    text: str
    due_days: tuple[tuple[str, str], ...]
    attachments: tuple[bytes, ...] = ()


def do(app: Flask, clock: FixedClock, job: Job, period: str, now: datetime) -> dict[str, Any]:
    """One turn of a job, as the worker gives it; what it reports."""
    clock.instant = now
    with app.app_context():
        return dict(job.work(Turn(period, now, now, 1, lambda: None)))


def sent(session: Session) -> list[Sent]:
    """The outbox, by kind and recipient's name."""
    rows = session.scalars(select(OutboxMessage).order_by(OutboxMessage.kind, OutboxMessage.name))
    return [_sent(session, row) for row in rows]


def _sent(session: Session, row: OutboxMessage) -> Sent:
    files = session.scalars(select(MessageAttachment.content).where(MessageAttachment.message_id == row.id))
    text = json.dumps(row.content, ensure_ascii=False)
    days = tuple((day["uid"], day["on"]) for day in row.content["due_days"])
    return Sent(row.kind, row.period, row.recipient, row.name, row.subject, text, days, tuple(files))


def manager(session: Session, name: str = "巳市長") -> None:
    """A manager of the city who only gets mail."""
    now = datetime(2026, 11, 1, tzinfo=UTC)
    session.add(Contact(duty="manager", name=name, email="manager@example.invalid", created_at=now))


SECRET = "115-密-"
"""Begins the numbers of tenders whose visits are not issued."""


def secret_tenders(as_user: AsUser) -> list[str]:
    """Three tenders of the cast's own organisations; tenders are no secret, their visits are."""
    staff, numbers = as_user("staff"), [f"{SECRET}{place}" for place in range(3)]
    answers = [expect(staff.post("/tenders", builders.tender_body(number)), 201) for number in numbers]
    return [str(answer.get_json()["id"]) for answer in answers]


def secret_visits(as_user: AsUser, people: Ids, tenders: list[str]) -> list[Visit]:
    """Visits before issue to these tenders: planned, started, submitted with a pending test."""
    days = ("2026-12-01", "2026-11-09", "2026-11-10")
    made = [_planned(as_user, people, tender, on) for tender, on in zip(tenders, days, strict=True)]
    for visit in made[1:]:
        visit.declare("leader", "member1", "member2")
        expect(visit.start(), 200)
    body = submission_body(people, pending_tests=["concrete_core"], defects=[defect_body(note="機密蜂窩")])
    expect(made[2].submit(body), 201)
    return made


def _planned(as_user: AsUser, people: Ids, tender: str, on: str) -> Visit:
    answer = as_user("staff").post("/inspections", plan_body(tender, people, on=on))
    return Visit(as_user, people, tender, expect(answer, 201).get_json()["id"])
