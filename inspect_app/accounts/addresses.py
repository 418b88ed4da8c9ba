"""Mail addresses of people: checked as written, and changed only once a link sent there was used."""

import secrets
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import marshmallow as ma
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from inspect_app.accounts.models import AddressConfirmation, User
from inspect_app.accounts.service import digest
from inspect_app.core import audit
from inspect_app.core.auth import Actor
from inspect_app.core.problems import Conflict, FieldError, InvalidFields, NotFound
from inspect_app.messages import outbox
from inspect_app.messages.kinds import Kind
from inspect_app.messages.letters import Letter, Link, Recipient

CONFIRM = Kind("accounts.confirm_address", "確認信箱", optional=False, roles=frozenset())
CHANGED = Kind("accounts.address_changed", "信箱已更改", optional=False)
KINDS = (CONFIRM, CHANGED)
LIFE = timedelta(hours=24)
A_DAY = 5
"""How many addresses one person may ask to confirm within a day: each is a mail to somebody."""

MAX_LENGTH = 254
EXAMPLE = "應為信箱，例：name@agency.example。"
_known_form = ma.validate.Email(error=EXAMPLE)


def address(text: str, field: str = "email") -> str:
    """A mail address as written, without white space around it; InvalidFields names `field`."""
    given = text.strip()
    try:
        _known_form(given)
    except ma.ValidationError as error:
        raise _wrong(field, EXAMPLE) from error
    if len(given) > MAX_LENGTH or not given.isprintable():
        raise _wrong(field, f"最多 {MAX_LENGTH} 個字。")
    return given


def ask(session: Session, email: str, by: Actor, path: str, now: datetime) -> None:
    """Send a link to an address that somebody wants for himself; until it is used nothing changes.

    `path` is where the link leads, to which the code is added. The code works for its owner alone, once.
    """
    wanted = address(email)
    _check_often(session, by.id, now)
    code = secrets.token_urlsafe(24)
    row = AddressConfirmation(
        id=uuid4(),
        user_id=by.id,
        email=wanted,
        code_hash=digest(code),
        created_at=now,
        expires_at=now + LIFE,
    )
    session.add(row)
    session.flush()
    outbox.post(session, _asking(row, by.name, path + code), now)
    audit.record(session, by, "user.address_asked", ("user", by.id), now)


def pending(session: Session, user_id: UUID, now: datetime) -> AddressConfirmation | None:
    """The newest address that waits for its link to be used."""
    query = select(AddressConfirmation).where(
        AddressConfirmation.user_id == user_id,
        AddressConfirmation.used_at.is_(None),
        AddressConfirmation.expires_at > now,
    )
    return session.scalars(query.order_by(AddressConfirmation.created_at.desc()).limit(1)).one_or_none()


def asked(session: Session, code: str, by: Actor, now: datetime) -> str:
    """The address that one's code would confirm; NotFound when it is another's, used or too old."""
    found = session.scalar(
        select(AddressConfirmation.email).where(
            AddressConfirmation.code_hash == digest(code),
            AddressConfirmation.user_id == by.id,
            AddressConfirmation.used_at.is_(None),
            AddressConfirmation.expires_at > now,
        )
    )
    if found is None:
        raise NotFound("這個確認連結已使用、已過期，或不是您的；請在通知設定重新寄送。")
    return found


def confirm(session: Session, code: str, by: Actor, now: datetime) -> str:
    """Take the confirmed address; the old one is told."""
    email = asked(session, code, by, now)
    session.execute(
        update(AddressConfirmation)
        .where(AddressConfirmation.user_id == by.id, AddressConfirmation.used_at.is_(None))
        .values(used_at=now)
    )
    user = session.get_one(User, by.id)
    _tell_old(session, user, email, now)
    user.email = email
    session.flush()
    audit.record(session, by, "user.address_changed", ("user", by.id), now)
    return email


def remove(session: Session, by: Actor, now: datetime) -> None:
    """Have no address: messages then stand in the inbox alone."""
    user = session.get_one(User, by.id)
    if user.email is not None:
        _tell_old(session, user, None, now)
        user.email = None
        session.flush()
        audit.record(session, by, "user.address_changed", ("user", by.id), now)


def _check_often(session: Session, user_id: UUID, now: datetime) -> None:
    recent = select(func.count(AddressConfirmation.id)).where(
        AddressConfirmation.user_id == user_id, AddressConfirmation.created_at > now - timedelta(days=1)
    )
    if (session.scalar(recent) or 0) >= A_DAY:
        raise Conflict(f"一天最多寄出 {A_DAY} 次確認信；請明天再試，或請系統管理者協助。")


def _asking(row: AddressConfirmation, name: str, path: str) -> Letter:
    return Letter(
        kind=CONFIRM.name,
        period=str(row.id),
        recipient=Recipient(f"address:{row.id}", name, row.email),
        due_at=row.created_at,
        subject="請確認這是您的信箱",
        blocks=(
            "查核系統的一位使用者要把這個信箱設為自己的通知信箱。",
            Link("確認這個信箱", path),
            "連結 24 小時內有效，需以該使用者的帳號登入。不是您的話，不必做任何事。",
        ),
    )


def _tell_old(session: Session, user: User, email: str | None, now: datetime) -> None:
    if user.email is None or user.email == email:
        return
    said = "您的通知信箱已更改；以後的信不再寄到這裡。不是您改的話，請立即洽系統管理者。"
    letter = Letter(
        kind=CHANGED.name,
        period=now.isoformat(),
        recipient=Recipient(f"user:{user.id}", user.name, user.email, user.id),
        due_at=now,
        subject="通知信箱已更改",
        blocks=(said, Link("通知設定", "/settings/notifications")),
    )
    outbox.post(session, letter, now)


def _wrong(field: str, reason: str) -> InvalidFields:
    return InvalidFields("請更正信箱。", errors=[FieldError(field, reason)])
