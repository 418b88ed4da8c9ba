"""Signing in and out, opaque tokens, tablets."""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Row, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from inspect_app.accounts import passwords, queries
from inspect_app.accounts.models import Credential, Device, Enrolment, Organisation, User
from inspect_app.core import audit
from inspect_app.core.auth import Actor
from inspect_app.core.permissions import Role
from inspect_app.core.problems import FieldError, InvalidFields, NotAllowed, NotFound, NotSignedIn

ENROLMENT_LIFE = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class NewUser:
    """A person to be added; `password` in clear, at least 12 characters unless `demo`."""

    username: str
    name: str
    role: Role
    password: str
    organisation: str | None = None
    outside: bool = False
    demo: bool = False
    email: str | None = None


@dataclass(frozen=True, slots=True)
class Issued:
    """A fresh token, shown this once."""

    token: str
    expires_at: datetime | None
    actor: Actor


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def add_user(session: Session, new: NewUser, now: datetime) -> User:
    """Add a person; InvalidFields when the name is taken or the password too short."""
    if queries.user_named(session, new.username):
        raise InvalidFields(
            "請另選帳號。", errors=[FieldError("username", f"帳號 {new.username} 已有人使用。")]
        )
    if len(new.password) < 12:
        raise InvalidFields("請加長密碼。", errors=[FieldError("password", "至少 12 個字元。")])
    organisation = organisations(session, [new.organisation])[new.organisation] if new.organisation else None
    user = User(
        username=new.username,
        name=new.name,
        role=new.role.value,
        organisation_id=organisation,
        email=new.email,
        outside=new.outside,
        demo=new.demo,
        password_hash=passwords.hash_password(new.password),
        created_at=now,
    )
    session.add(user)
    session.flush()
    return user


def organisations(session: Session, names: Iterable[str]) -> dict[str, UUID]:
    """The ids of organisations by name; those not seen before are created, by whoever comes first."""
    wanted = set(names)
    known = queries.organisation_ids(session, wanted)
    fresh = sorted(wanted - known.keys())
    if fresh:
        dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
        rows = [{"id": uuid4(), "name": name} for name in fresh]
        session.execute(dialect.insert(Organisation).on_conflict_do_nothing(), rows)
        known |= queries.organisation_ids(session, fresh)
    return known


def known_organisations(session: Session, names: Iterable[str]) -> dict[str, UUID]:
    """The ids of those organisations that exist, by name; none is created."""
    return queries.organisation_ids(session, names)


def authenticate(session: Session, username: str, password: str, *, production: bool) -> User:
    """The person with this password; NotSignedIn without saying which of the two was wrong."""
    user = queries.user_named(session, username)
    known = user is not None and user.active and not (user.demo and production)
    right = passwords.verify(password, user.password_hash if user and known else None)
    if user is None or not right:
        raise NotSignedIn("帳號或密碼不正確。請再輸入一次；忘記密碼請洽系統管理者。")
    return user


def sign_in(session: Session, user: User, now: datetime, life: timedelta) -> Issued:
    """A token for an authenticated person, good for `life`."""
    issued = _issue(session, user, now, expires_at=now + life)
    audit.record(session, issued.actor, "session.opened", ("user", user.id), now)
    return issued


def sign_out(session: Session, by: Actor, now: datetime) -> None:
    """Revoke the token in use."""
    query = update(Credential).where(Credential.id == by.credential_id).values(revoked_at=now)
    session.execute(query)
    audit.record(session, by, "session.closed", ("user", by.id), now)


def identify(session: Session, token: str, now: datetime, *, production: bool) -> Actor | None:
    """Whom a token stands for, or None when it is unknown, expired, revoked or its owner is."""
    return _known(queries.identity(session, digest(token)), now, production=production)


def holder(session: Session, credential_id: UUID, now: datetime, *, production: bool) -> Actor | None:
    """Whom a credential stands for, as `identify`, for what was signed with its id in its owner's name."""
    return _known(queries.holder(session, credential_id), now, production=production)


def _known(found: Row[*tuple[Any, ...]] | None, now: datetime, *, production: bool) -> Actor | None:
    if found is None or found.revoked_at is not None:
        return None
    if found.expires_at is not None and found.expires_at <= now:
        return None
    if not found.active or (found.demo and production):
        return None
    return Actor(
        id=found.id,
        username=found.username,
        name=found.name,
        role=Role(found.role),
        organisation_id=found.organisation_id,
        organisation=found.organisation,
        outside=found.outside,
        credential_id=found.credential_id,
        device_id=found.device_id,
    )


def enrol(session: Session, user_id: UUID, by: Actor, now: datetime) -> str:
    """A one-time code, good for fifteen minutes, for a tablet of `user_id` (admin, or oneself)."""
    if by.role is not Role.ADMIN and user_id != by.id:
        raise NotAllowed("只有系統管理者能替他人登記平板；請改登記自己的平板。")
    if by.device_id is not None:
        raise NotAllowed("平板不能登記其他平板；請以帳號密碼登入後再登記。")
    user = session.get(User, user_id)
    if user is None or not user.active:
        raise NotFound("沒有這位使用者，請從清單選取。")
    code = secrets.token_urlsafe(16)
    session.add(Enrolment(user_id=user_id, code_hash=digest(code), expires_at=now + ENROLMENT_LIFE))
    audit.record(session, by, "device.enrolment", ("user", user_id), now)
    return code


def redeem(session: Session, code: str, name: str, now: datetime) -> tuple[Device, Issued]:
    """Turn a code into a device and its token; a code works once."""
    claimed = session.execute(
        update(Enrolment)
        .where(Enrolment.code_hash == digest(code), Enrolment.used_at.is_(None), Enrolment.expires_at > now)
        .values(used_at=now)
        .returning(Enrolment.user_id)
    ).scalar()
    user = session.get(User, claimed) if claimed else None
    if user is None or not user.active:
        raise InvalidFields(
            "請重新取得登記碼。", errors=[FieldError("code", "登記碼不正確、已使用或已過期。")]
        )
    device = Device(id=uuid4(), user_id=user.id, name=name, created_at=now)
    session.add(device)
    session.flush()
    issued = _issue(session, user, now, expires_at=None, device_id=device.id)
    audit.record(session, issued.actor, "device.enrolled", ("device", device.id), now, name=name)
    return device, issued


def revoke_device(session: Session, device_id: UUID, by: Actor, now: datetime) -> None:
    """Revoke a tablet and every token of it (admin, or its owner); NotFound for any other."""
    device = session.get(Device, device_id)
    if device is None or (by.role is not Role.ADMIN and device.user_id != by.id):
        raise NotFound("沒有這部平板，請從清單選取。")
    device.revoked_at = device.revoked_at or now
    session.execute(
        update(Credential)
        .where(Credential.device_id == device_id, Credential.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    audit.record(session, by, "device.revoked", ("device", device_id), now)


def acting(user: User) -> Actor:
    """A person as an actor without a credential, for work done in his name by a command."""
    return _actor(user, UUID(int=0))


def _issue(
    session: Session, user: User, now: datetime, *, expires_at: datetime | None, device_id: UUID | None = None
) -> Issued:
    token = secrets.token_urlsafe(32)
    credential = Credential(
        id=uuid4(),
        user_id=user.id,
        device_id=device_id,
        token_hash=digest(token),
        created_at=now,
        expires_at=expires_at,
    )
    session.add(credential)
    session.flush()
    return Issued(token, expires_at, _actor(user, credential.id))


def _actor(user: User, credential_id: UUID, device_id: UUID | None = None) -> Actor:
    organisation = user.organisation
    return Actor(
        id=user.id,
        username=user.username,
        name=user.name,
        role=Role(user.role),
        organisation_id=organisation.id if organisation else None,
        organisation=organisation.name if organisation else None,
        outside=user.outside,
        credential_id=credential_id,
        device_id=device_id,
    )
