"""Messages for tests: one with every kind of block, and rows of the outbox."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from inspect_app.accounts import addresses, contacts_keeping
from inspect_app.messages import declining, feeds, outbox
from inspect_app.messages.kinds import KINDS, Kind
from inspect_app.messages.letters import Attachment, Bars, DueDay, Letter, Link, Recipient, Section, Table
from inspect_app.messages.models import OutboxMessage
from tests import builders
from tests.conftest import MORNING

Writing = Callable[[], AbstractContextManager[Session]]

OPTIONAL = Kind("tests.weekly", "每週提醒", optional=True)
DUTY = Kind("tests.chase", "催辦通知", optional=False)
DUE = DueDay("duty-1@chahe.invalid", date(2026, 12, 1), "115-水-001 改善期限；護岸, 一期", "/defects/1?a=b")
BLOCKS = (
    "本週有兩件標案要處理。\n請在期限前完成。",
    Section(
        "逾期未填報",
        (
            Table(
                "標案",
                ("標案編號", "名稱", "期限"),
                (("115-水-001", "測試護岸", "115年12月6日"), ("A-2", "Bridge <b>", "")),
            ),
            Link("看全部標案", "/tenders?status=施工中"),
        ),
    ),
    Bars("各月填報率", 100.0, (("9月", 100.0, "100.00%"), ("10月", 97.5, "97.50%"), ("11月", 0.0, "0.00%"))),
)


def declare() -> None:
    """Make the tests' kinds known; again: nothing changes."""
    for kind in (OPTIONAL, DUTY):
        KINDS.setdefault(kind.name, kind)


def letter(to: Recipient, **changes: Any) -> Letter:
    """A weekly letter to one person, with every kind of block; `changes` are the letter's fields."""
    given: dict[str, Any] = {
        "kind": OPTIONAL.name,
        "period": "2026-W47",
        "recipient": to,
        "due_at": MORNING,
        "subject": "本週提醒：兩件標案要處理",
        "blocks": BLOCKS,
        "due_days": (DUE,),
        "attachments": (Attachment("figures.pdf", "application/pdf", b"%PDF-1.7 figures"),),
    }
    return Letter(**(given | changes))


def post(session: Session, given: Letter, now: datetime = MORNING) -> OutboxMessage:
    """Write a letter; its row."""
    declare()
    assert outbox.post(session, given, now)
    query = select(OutboxMessage).where(
        OutboxMessage.message_id == outbox.message_id(given.kind, given.period, given.recipient.key)
    )
    return session.scalars(query).one()


def one_of_each(writing: Writing, people: Mapping[str, UUID]) -> dict[str, dict[str, dict[str, str]]]:
    """What an address may name, by kind and name: a message, a contact, and secrets of the staff's."""
    declare()
    person = people["staff"]
    to = Recipient(f"user:{person}", "乙承辦", "staff@agency.example", person)
    with writing() as session:
        by = builders.actor(session, "staff")
        wanted = contacts_keeping.Wanted(builders.AGENCY, "section_head", "某科長", "known@agency.example")
        contact = contacts_keeping.add(session, wanted, by, MORNING).id
        message = post(session, letter(to)).id
        addresses.ask(session, "asked@agency.example", by, "/", MORNING)
        asked = session.scalars(select(OutboxMessage).where(OutboxMessage.email == "asked@agency.example"))
        proof = next(
            str(block["path"])[1:] for block in asked.one().content["blocks"] if not isinstance(block, str)
        )
        token = feeds.make(session, person, MORNING)
        choice = declining.path(person, OPTIONAL.name).removeprefix(declining.PATH)
    return {
        "message": {"staffs": {"message_id": str(message)}},
        "contact": {"known": {"contact_id": str(contact)}},
        "confirmation": {"staffs": {"proof": proof}},
        "declining": {"staffs": {"choice": choice}},
        "calendar": {"staffs": {"token": token}},
    }
