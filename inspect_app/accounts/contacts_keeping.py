"""Keeping contacts: who has which duty at an organisation, or at the city."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from inspect_app.accounts import addresses, queries
from inspect_app.accounts.contacts import DUTIES, MANAGER
from inspect_app.accounts.models import Contact, User
from inspect_app.core import audit
from inspect_app.core.auth import Actor
from inspect_app.core.problems import FieldError, InvalidFields, NotFound

WRONG = "請依各欄位的說明更正後再送。"
ABSENT = "沒有這位聯絡人，可能已被移除；請回聯絡人清單查看。"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A contact as somebody wants it: `organisation` by name (None: the city); a person with an account (`user`), whose
    own name and address then count, or name and mail address.
    """

    organisation: str | None
    duty: str
    name: str | None = None
    email: str | None = None
    user: UUID | None = None


def get(session: Session, contact_id: UUID) -> Contact:
    """One contact, or NotFound."""
    found = session.get(Contact, contact_id)
    if found is None:
        raise NotFound(ABSENT)
    return found


def add(session: Session, wanted: Wanted, by: Actor, now: datetime) -> Contact:
    """Add a contact; InvalidFields names every mistake."""
    row = Contact(id=uuid4(), created_at=now, **_columns(session, wanted, None))
    session.add(row)
    session.flush()
    _note(session, row, "contact.added", by, now)
    return row


def change(session: Session, contact_id: UUID, wanted: Wanted, by: Actor, now: datetime) -> Contact:
    """Replace what is known of a contact."""
    row = get(session, contact_id)
    for name, value in _columns(session, wanted, contact_id).items():
        setattr(row, name, value)
    session.flush()
    session.refresh(row)
    _note(session, row, "contact.changed", by, now)
    return row


def remove(session: Session, contact_id: UUID, by: Actor, now: datetime) -> None:
    """Remove a contact; what was written to him stays."""
    row = get(session, contact_id)
    _note(session, row, "contact.removed", by, now)
    session.delete(row)
    session.flush()


def _columns(session: Session, wanted: Wanted, contact_id: UUID | None) -> dict[str, object]:
    errors: list[FieldError] = []
    organisation = _organisation(session, wanted, errors)
    user = _user(session, wanted, errors)
    email = _email(wanted, errors)
    if errors:
        raise InvalidFields(WRONG, errors=errors)
    columns: dict[str, object] = {
        "organisation_id": organisation,
        "duty": wanted.duty,
        "user_id": user.id if user else None,
        "email": email,
        "name": user.name if user else (wanted.name or "").strip(),
    }
    _check_new(session, columns, contact_id)
    return columns


def _organisation(session: Session, wanted: Wanted, errors: list[FieldError]) -> UUID | None:
    if wanted.duty not in DUTIES:
        errors.append(FieldError("duty", f"應為 {'、'.join(DUTIES)} 之一。"))
    if wanted.organisation is None:
        return None
    if wanted.duty == MANAGER:
        errors.append(FieldError("duty", "市府長官只登記在市府；機關請選承辦人、科室主管或機關首長。"))
    found = queries.organisation_named(session, wanted.organisation.strip())
    if found is None:
        errors.append(FieldError("organisation", "沒有這個機關或廠商；請照標案上的名稱填寫。"))
    return found.id if found else None


def _user(session: Session, wanted: Wanted, errors: list[FieldError]) -> User | None:
    if wanted.user is None:
        if not (wanted.name or "").strip():
            errors.append(FieldError("name", "請填姓名，或選一個帳號。"))
        return None
    found = session.get(User, wanted.user)
    if found is None or not found.active:
        errors.append(FieldError("user", "沒有這個帳號，或已停用；請從清單選取。"))
        return None
    return found


def _email(wanted: Wanted, errors: list[FieldError]) -> str | None:
    if wanted.user is not None and not wanted.email:
        return None
    try:
        given = addresses.address(wanted.email or "")
        return None if wanted.user else given
    except InvalidFields as problem:
        errors.extend(problem.errors)
        return None


def _check_new(session: Session, columns: dict[str, object], contact_id: UUID | None) -> None:
    """Nobody has the same duty at the same place twice: he would be written to once, and removed only by half."""
    same = [
        getattr(Contact, name) == columns[name] for name in ("organisation_id", "duty", "user_id", "email")
    ]
    found = session.scalars(select(Contact.id).where(*same)).first()
    if found is not None and found != contact_id:
        field = "user" if columns["user_id"] else "email"
        raise InvalidFields(WRONG, errors=[FieldError(field, "已登記為這個機關的同一職責；不必重複。")])


def _note(session: Session, row: Contact, action: str, by: Actor, now: datetime) -> None:
    place = str(row.organisation_id) if row.organisation_id else None
    audit.record(session, by, action, ("contact", row.id), now, organisation=place, duty=row.duty)
