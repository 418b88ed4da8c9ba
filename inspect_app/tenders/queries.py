"""Reading tenders and their progress."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Select, false, func, or_, select, true, type_coerce
from sqlalchemy.orm import Session

from inspect_app.accounts.queries import organisations_like, organisations_named
from inspect_app.core.auth import Actor
from inspect_app.core.permissions import INSPECTED, PERMISSIONS, Role
from inspect_app.tenders.models import Progress, Tender

S = TypeVar("S", bound=Select[Any])
OWN_COLUMN = {
    Role.AGENCY: Tender.agency_id,
    Role.SUPERVISOR: Tender.supervisor_id,
    Role.CONTRACTOR: Tender.contractor_id,
    Role.PCM: Tender.pcm_id,
}


@dataclass(frozen=True, slots=True)
class TenderFilter:
    """What a list is narrowed to; None does not narrow. `q` is looked for in number, name and organisations."""

    q: str | None = None
    kind: str | None = None
    status: str | None = None
    agency: str | None = None
    own: bool | None = None
    budget: str | None = None


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The condition on tenders an actor may read: the team and the auditor all, the inspected their own."""
    if actor.role in INSPECTED:
        own = OWN_COLUMN[actor.role] == actor.organisation_id
        return own if actor.organisation_id is not None else false()
    return true() if actor.role in PERMISSIONS["tenders.read"] else false()


def ids_visible_to(actor: Actor) -> Select[UUID]:
    """The ids of those tenders, as a subquery for other features' conditions."""
    return select(Tender.id).where(visible_to(actor))


def ids_of_agency(agency: UUID | str) -> Select[UUID]:
    """The ids of an agency's tenders, by its id or its name, as a subquery."""
    if isinstance(agency, str):
        return select(Tender.id).where(Tender.agency_id.in_(organisations_named(agency)))
    return select(Tender.id).where(Tender.agency_id == agency)


def listed(actor: Actor, wanted: TenderFilter) -> Select[Tender]:
    """The tenders an actor may read, by number."""
    return _narrowed(select(Tender), actor, wanted).order_by(Tender.number, Tender.id)


def count(session: Session, actor: Actor, wanted: TenderFilter) -> int:
    return session.scalar(_narrowed(select(func.count(Tender.id)), actor, wanted)) or 0


def _narrowed(query: S, actor: Actor, wanted: TenderFilter) -> S:
    query = query.where(visible_to(actor))
    exact = {"kind": Tender.kind, "status": Tender.status, "own": Tender.own}
    for name, column in exact.items():
        if (value := getattr(wanted, name)) is not None:
            query = query.where(column == value)
    if wanted.budget is not None:
        query = query.where(
            Tender.budget_twd.is_(None) if wanted.budget == "unknown" else Tender.budget_twd.is_not(None)
        )
    if wanted.agency is not None:
        query = query.where(Tender.agency_id.in_(organisations_named(wanted.agency)))
    return query.where(_mentions(wanted.q)) if wanted.q else query


def _mentions(text: str) -> ColumnElement[bool]:
    named = organisations_like(text)
    return or_(
        Tender.number.icontains(text, autoescape=True),
        Tender.name.icontains(text, autoescape=True),
        Tender.agency_id.in_(named),
        Tender.supervisor_id.in_(named),
        Tender.contractor_id.in_(named),
        Tender.pcm_id.in_(named),
    )


def get(session: Session, tender_id: UUID, *, lock: bool = False) -> Tender | None:
    """One tender; `lock` holds its row against other changes until the transaction ends."""
    if not lock:
        return session.get(Tender, tender_id)
    query = select(Tender).where(Tender.id == tender_id).with_for_update(of=Tender, key_share=True)
    return session.scalar(query.execution_options(populate_existing=True))


def by_key(session: Session, agency: UUID, number: str) -> Tender | None:
    """The tender of this natural key."""
    return session.scalar(select(Tender).where(Tender.agency_id == agency, Tender.number == number))


def progress_of(session: Session, tender_id: UUID) -> list[Progress]:
    """A tender's months, oldest first."""
    return list(
        session.scalars(select(Progress).where(Progress.tender_id == tender_id).order_by(Progress.month))
    )


def latest_progress(session: Session, tender_ids: Iterable[UUID]) -> dict[UUID, Progress]:
    """The newest reported month of each tender."""
    ids = list(tender_ids)
    newest = select(Progress.tender_id, func.max(Progress.month).label("month")).where(
        Progress.tender_id.in_(ids)
    )
    months = newest.group_by(Progress.tender_id).subquery()
    query = select(Progress).join(
        months, (Progress.tender_id == months.c.tender_id) & (Progress.month == months.c.month)
    )
    return {row.tender_id: row for row in session.scalars(query)}


def statuses(session: Session, actor: Actor) -> list[str]:
    """The execution statuses among an actor's tenders."""
    query = select(Tender.status).where(visible_to(actor), Tender.status.is_not(None)).distinct()
    return sorted(status for status in session.scalars(query) if status)


def progress_at(session: Session, tender_id: UUID, month: str) -> Progress | None:
    return session.get(Progress, (tender_id, month))


def agencies() -> Select[UUID]:
    """The ids of the organisations that are a tender's agency, as a subquery."""
    return select(Tender.agency_id).distinct()


def hold(session: Session, tender_ids: Iterable[UUID]) -> None:
    """Hold tenders until the transaction ends, in one order, so that of two who do none waits for the other."""
    query = select(Tender.id).where(Tender.id.in_(list(tender_ids))).order_by(Tender.id)
    session.execute(query.with_for_update(of=Tender, key_share=True)).all()


def ids_after(session: Session, last: UUID | None, limit: int) -> list[UUID]:
    """The next ids of all tenders, in their order: for work that goes through them batch by batch."""
    query = select(Tender.id).order_by(Tender.id).limit(limit)
    return list(session.scalars(query if last is None else query.where(Tender.id > last)))


def months_since(session: Session, tender_ids: Iterable[UUID], since: str) -> Sequence[Any]:
    """The months of tenders from one on, by tender and month: tender, month, planned, actual, status, filed_at.

    Progress in hundredths of a percent, as it is stored: hundreds of thousands are read at a time.
    """
    columns = (
        *(Progress.tender_id, Progress.month),
        *(type_coerce(column, Integer) for column in (Progress.planned, Progress.actual)),
        *(Progress.status, Progress.filed_at),
    )
    query = select(*columns).where(Progress.tender_id.in_(list(tender_ids)), Progress.month >= since)
    return session.execute(query.order_by(Progress.tender_id, Progress.month)).all()
