"""Reading people and organisations."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import FromClause, Row, Select, bindparam, select
from sqlalchemy.orm import Session

from inspect_app.accounts.models import Credential, Device, Organisation, User
from inspect_app.core.database import table
from inspect_app.core.permissions import INSPECTORS


def people(role: str | None = None) -> Select[User]:
    """Active people by name, of one role or all."""
    query = select(User).where(User.active).order_by(User.name, User.id)
    return query.where(User.role == role) if role else query


def inspectors(session: Session, ids: Iterable[UUID] | None = None) -> list[User]:
    """Active leaders and members (查核委員) by name, all or those of `ids`."""
    query = people().where(User.role.in_(INSPECTORS))
    if ids is not None:
        query = query.where(User.id.in_(list(ids)))
    return list(session.scalars(query))


def user_named(session: Session, username: str) -> User | None:
    return session.scalar(select(User).where(User.username == username))


def organisation_named(session: Session, name: str) -> Organisation | None:
    return session.scalar(select(Organisation).where(Organisation.name == name))


def organisation_ids(session: Session, names: Iterable[str]) -> dict[str, UUID]:
    """The ids of those organisations that exist, by name."""
    wanted = sorted(set(names))
    found: dict[str, UUID] = {}
    for start in range(0, len(wanted), 500):
        query = select(Organisation.name, Organisation.id).where(
            Organisation.name.in_(wanted[start : start + 500])
        )
        found |= {name: id_ for name, id_ in session.execute(query).tuples()}  # noqa: C416 - a Result is not a mapping
    return found


def organisation_names(session: Session, ids: Iterable[UUID]) -> dict[UUID, str]:
    """The names of organisations, by id."""
    wanted, found = sorted(set(ids)), dict[UUID, str]()
    for start in range(0, len(wanted), 500):
        query = select(Organisation.id, Organisation.name).where(
            Organisation.id.in_(wanted[start : start + 500])
        )
        found |= dict(session.execute(query).tuples().all())
    return found


CREDENTIALS, USERS, ORGANISATIONS = table(Credential), table(User), table(Organisation)
WHO = select(
    CREDENTIALS.c.id.label("credential_id"),
    *(CREDENTIALS.c[name] for name in ("device_id", "expires_at", "revoked_at")),
    *(USERS.c[name] for name in ("id", "username", "name", "role", "outside", "demo", "active")),
    ORGANISATIONS.c.id.label("organisation_id"),
    ORGANISATIONS.c.name.label("organisation"),
).select_from(CREDENTIALS.join(USERS).outerjoin(ORGANISATIONS))
IDENTITY = WHO.where(CREDENTIALS.c.token_hash == bindparam("token_hash"))
HOLDER = WHO.where(CREDENTIALS.c.id == bindparam("credential"))


def identity(session: Session, token_hash: str) -> Row[*tuple[Any, ...]] | None:
    """A token's credential with its owner, as plain columns: it is asked for on every request."""
    return session.connection().execute(IDENTITY, {"token_hash": token_hash}).one_or_none()


def holder(session: Session, credential_id: UUID) -> Row[*tuple[Any, ...]] | None:
    """A credential with its owner, by its own id."""
    return session.connection().execute(HOLDER, {"credential": credential_id}).one_or_none()


def devices(session: Session, owner: UUID | None) -> list[Device]:
    """The tablets of one person, or of everyone (None), newest first."""
    query = select(Device).order_by(Device.created_at.desc(), Device.id)
    return list(session.scalars(query if owner is None else query.where(Device.user_id == owner)))


def any_user(session: Session) -> bool:
    return session.scalar(select(User.id).limit(1)) is not None


def organisations_named(name: str) -> Select[UUID]:
    """The id of the organisation of exactly this name, as a subquery."""
    return select(Organisation.id).where(Organisation.name == name)


def organisations_like(text: str) -> Select[UUID]:
    """The ids of organisations whose name holds `text`, as a subquery."""
    return select(Organisation.id).where(Organisation.name.icontains(text, autoescape=True))


def organisations_as(name: str) -> FromClause:
    """The organisations' table under a name of its own: what names several of them joins each."""
    return table(Organisation).alias(name)
