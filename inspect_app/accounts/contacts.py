"""Whom one writes to: people with an account and mere addresses, as recipients of messages.

Duties: `officer` (承辦人), `section_head` (科室主管), `head` (機關首長), `manager` (長官, of the city).
"""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from inspect_app.accounts.models import Contact, User
from inspect_app.accounts.queries import organisations_named
from inspect_app.core.permissions import INSPECTED, Role
from inspect_app.messages.letters import Recipient

OFFICER, SECTION_HEAD, HEAD, MANAGER = "officer", "section_head", "head", "manager"
DUTIES = {OFFICER: "承辦人", SECTION_HEAD: "科室主管", HEAD: "機關首長", MANAGER: "市府長官"}


def of_organisation(session: Session, organisation: UUID | None, duty: str) -> list[Recipient]:
    """Those with a duty at an organisation (None: the city), by name; inactive people are left out.

    An organisation without an `officer` has its active accounts for officers.
    """
    query = select(Contact).where(Contact.organisation_id == organisation, Contact.duty == duty)
    found = [_recipient(row) for row in session.scalars(query) if row.user is None or row.user.active]
    if not found and duty == OFFICER and organisation is not None:
        people = select(User).where(User.active, User.organisation_id == organisation)
        found = [of_user(user) for user in session.scalars(people)]
    return sorted(found, key=lambda each: (each.name, each.key))


def with_role(session: Session, role: Role) -> list[Recipient]:
    """The active people of a role, by name."""
    query = select(User).where(User.active, User.role == role.value).order_by(User.name, User.id)
    return [of_user(user) for user in session.scalars(query)]


def listed(organisation: str | None) -> Select[Contact]:
    """All contacts, or those of the organisation of this name."""
    query = select(Contact).order_by(Contact.created_at, Contact.id)
    return (
        query
        if organisation is None
        else query.where(Contact.organisation_id.in_(organisations_named(organisation)))
    )


def of_user(user: User) -> Recipient:
    """A person who signs in."""
    return Recipient(f"user:{user.id}", user.name, user.email, user.id)


def _recipient(row: Contact) -> Recipient:
    return of_user(row.user) if row.user else Recipient(f"contact:{row.id}", row.name, row.email)


def with_ids(session: Session, ids: Iterable[UUID]) -> list[Recipient]:
    """The active people of these ids, by name."""
    query = select(User).where(User.active, User.id.in_(list(ids))).order_by(User.name, User.id)
    return [of_user(user) for user in session.scalars(query)]


def of_party(session: Session, organisation: UUID, party: str) -> list[Recipient]:
    """An organisation's officers as one party of a tender: none of those who sign in for it as another."""
    found = of_organisation(session, organisation, OFFICER)
    ids = [each.user_id for each in found if each.user_id]
    others = set(session.scalars(select(User.id).where(User.id.in_(ids), User.role.in_(INSPECTED - {party}))))
    return [each for each in found if each.user_id not in others]
