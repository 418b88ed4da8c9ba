"""Filing months for tests: tenders by the dozen, filed at an instant, and the messages that came of it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from inspect_app.accounts import service as accounts
from inspect_app.accounts.models import Contact
from inspect_app.core.clock import TAIPEI
from inspect_app.messages.models import OutboxMessage
from inspect_app.tenders import service
from inspect_app.tenders.service import ProgressData
from tests import builders

LAST = "2026-10"
"""The month reported in November 2026, when tests begin; due on Friday the 6th."""


def local(text: str) -> datetime:
    """An instant from a local time such as `2026-11-06 23:59:59.999`."""
    return datetime.fromisoformat(text).replace(tzinfo=TAIPEI)


def tender(session: Session, number: str, recorded: str = "2026-01-05 09:00", **known: Any) -> UUID:
    """A tender first recorded at a local time."""
    data = builders.tender_data(number, **known)
    return service.create(session, data, builders.actor(session, "staff"), local(recorded)).id


def file(
    session: Session,
    tender_id: UUID,
    month: str = LAST,
    filed: str | None = None,
    recorded: str = "",
    **known: Any,
) -> None:
    """File a month: `filed` as the tender system tells, `recorded` when we heard of it."""
    told = ProgressData(
        known.get("planned", 50),
        known.get("actual", 49),
        known.get("status"),
        local(filed) if filed else None,
    )
    now = local(recorded or filed or "2026-11-23 09:00")
    service.file_progress(session, tender_id, month, told, builders.actor(session, "staff"), now)


def contact(session: Session, agency: str, duty: str, name: str) -> None:
    """Somebody at an agency who only gets mail."""
    ids = accounts.organisations(session, [agency])
    email = f"{duty}@example.invalid"
    created = local("2026-01-01 00:00")
    session.add(Contact(organisation_id=ids[agency], duty=duty, name=name, email=email, created_at=created))
    session.flush()


def messages(session: Session) -> list[OutboxMessage]:
    """What was written, by kind and recipient's name."""
    return list(session.scalars(select(OutboxMessage).order_by(OutboxMessage.kind, OutboxMessage.name)))
