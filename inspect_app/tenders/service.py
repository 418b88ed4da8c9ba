"""Creating, changing and importing tenders; filing their monthly progress."""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from inspect_app.accounts import service as accounts
from inspect_app.core import audit
from inspect_app.core.auth import Actor
from inspect_app.core.problems import Conflict
from inspect_app.tenders import history, policy, queries
from inspect_app.tenders.models import Progress, Tender

Follow = Callable[[Session, Iterable[UUID], datetime], object]
AFTER_FILING: list[Follow] = []
"""What other rooms do, in the same transaction, once months of these tenders have changed."""
ORGANISATIONS = ("agency", "supervisor", "contractor", "pcm")
PLAIN = ("number", "name", "kind", "budget_twd", "contract_twd", "category", "status", "own")


@dataclass(frozen=True, slots=True)
class TenderData:
    """What people know of a tender; organisations by name, amounts in whole TWD, None unknown."""

    number: str
    name: str
    agency: str
    supervisor: str | None = None
    contractor: str | None = None
    pcm: str | None = None
    kind: str = "work"
    budget_twd: int | None = None
    contract_twd: int | None = None
    category: str | None = None
    status: str | None = None
    own: bool = True


FIELDS = tuple(field.name for field in fields(TenderData))


@dataclass(frozen=True, slots=True)
class ProgressData:
    """One month's progress in percent (two places), the status then, and when it was filed."""

    planned: Decimal
    actual: Decimal
    status: str | None = None
    filed_at: datetime | None = None


def create(session: Session, data: TenderData, by: Actor, now: datetime) -> Tender:
    """Add a tender; Conflict when the agency already has one of this number."""
    ids = accounts.organisations(session, named(data))
    if queries.by_key(session, ids[data.agency], data.number):
        raise Conflict(f"{data.agency}已有編號 {data.number} 的標案；請改為更正那一件。")
    tender = Tender(id=uuid4(), created_at=now)
    fill(tender, data, ids, now)
    session.add(tender)
    session.flush()
    history.keep_statuses(session, [tender.id], now, by)
    audit.record(session, by, "tender.created", ("tender", tender.id), now, **asdict(data))
    session.refresh(tender)
    return tender


def change(session: Session, tender_id: UUID, data: TenderData, by: Actor, now: datetime) -> Tender:
    """Replace what is known of a tender; the audit keeps every changed field, from what to what."""
    tender = policy.readable(session, by, tender_id)
    before = known(tender)
    if data == before:
        return tender
    ids = accounts.organisations(session, named(data))
    twin = queries.by_key(session, ids[data.agency], data.number)
    if twin and twin.id != tender_id:
        raise Conflict(f"{data.agency}已有編號 {data.number} 的標案；編號與機關合起來不可重複。")
    fill(tender, data, ids, now)
    session.flush()
    if (data.status, data.name) != (before.status, before.name):
        history.keep_statuses(session, [tender_id], now, by)
    audit.record(session, by, "tender.changed", ("tender", tender_id), now, changes=changes(before, data))
    session.refresh(tender)
    return tender


def file_progress(
    session: Session, tender_id: UUID, month: str, data: ProgressData, by: Actor, now: datetime
) -> tuple[Progress, bool]:
    """Set a month's progress (填報); returns the row and whether it is new."""
    policy.readable(session, by, tender_id)
    row = queries.progress_at(session, tender_id, month)
    fresh, before = row is None, row.version if row else None
    if row is None:
        row = Progress(tender_id=tender_id, month=month)
        session.add(row)
    row.planned, row.actual, row.status, row.filed_at = data.planned, data.actual, data.status, data.filed_at
    session.flush()
    if row.version != before:
        history.keep_months(session, [(tender_id, month)], now, by)
    detail = {"month": month, "planned": str(data.planned), "actual": str(data.actual)}
    audit.record(session, by, "progress.filed", ("tender", tender_id), now, **detail)
    for follow in AFTER_FILING:
        follow(session, [tender_id], now)
    return row, fresh


def known(tender: Tender) -> TenderData:
    """What is known of a tender, as data."""
    return TenderData(*(getattr(tender, name) for name in FIELDS))


def changes(before: TenderData, after: TenderData) -> dict[str, list[Any]]:
    """The fields that differ: what was and what is, by name."""
    pairs = {name: [getattr(before, name), getattr(after, name)] for name in FIELDS}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def named(data: TenderData) -> list[str]:
    """The organisations a tender names."""
    return [name for kind in ORGANISATIONS if (name := getattr(data, kind))]


def fill(tender: Tender, data: TenderData, ids: dict[str, UUID], now: datetime) -> None:
    """Write data into a row; `ids` are the organisations' by name."""
    for name in PLAIN:
        setattr(tender, name, getattr(data, name))
    for kind in ORGANISATIONS:
        organisation = getattr(data, kind)
        setattr(tender, f"{kind}_id", ids[organisation] if organisation else None)
    tender.updated_at = now
