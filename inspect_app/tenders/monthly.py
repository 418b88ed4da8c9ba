"""Tenders as they stood for a month, as we knew it at some instant: which counted, their status, when they filed."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session

from inspect_app.accounts.queries import organisations_as
from inspect_app.core.auth import Actor
from inspect_app.core.database import table
from inspect_app.tenders.history import CHANGES, VERSIONS
from inspect_app.tenders.models import Tender
from inspect_app.tenders.queries import visible_to

TENDERS = table(Tender)
AGENCY = organisations_as("agency")


def standing(month: str, ends_at: datetime, known_at: datetime, actor: Actor | None) -> Select[Any]:
    """One row a tender that counts for a month and that an actor may read (None: all), as known at an instant.

    A tender counts from the month in which it was first recorded, or its first month of progress if that is earlier.
    Columns: `tender_id number name agency_id agency`, the `status` and `name_then` at the month's end (`ends_at`),
    `told_at` when it was filed as told, `seen_at` when we first had it, `filed_at` whichever of them is known.
    """
    seen = _seen(month, known_at)
    filed, then, was = VERSIONS.alias("filed"), _last_change(ends_at, known_at), CHANGES.alias("was")
    source = (
        TENDERS.join(AGENCY, TENDERS.c.agency_id == AGENCY.c.id)
        .outerjoin(seen, seen.c.tender_id == TENDERS.c.id)
        .outerjoin(filed, and_(filed.c.tender_id == TENDERS.c.id, filed.c.month == month, filed.c.number == seen.c.number))
        .outerjoin(then, then.c.tender_id == TENDERS.c.id)
        .outerjoin(was, and_(was.c.tender_id == TENDERS.c.id, was.c.number == then.c.number))
    )  # fmt: skip
    told = {name: TENDERS.c[name] for name in ("number", "name", "agency_id")}
    columns = [
        TENDERS.c.id.label("tender_id"),
        *(column.label(name) for name, column in told.items()),
        AGENCY.c.name.label("agency"),
        _status(month, known_at, filed.c.status, was).label("status"),
        func.coalesce(was.c.name, TENDERS.c.name).label("name_then"),
        filed.c.filed_at.label("told_at"),
        seen.c.seen_at.label("seen_at"),
        func.coalesce(filed.c.filed_at, seen.c.seen_at, type_=VERSIONS.c.filed_at.type).label("filed_at"),
    ]
    query = select(*columns).select_from(source).where(_counts(month, ends_at, known_at))
    return query.where(visible_to(actor)) if actor else query


def first_month(session: Session, actor: Actor) -> str | None:
    """The first month of progress among the tenders that an actor may read."""
    mine = select(TENDERS.c.id).where(visible_to(actor))
    found: str | None = session.scalar(
        select(func.min(VERSIONS.c.month)).where(VERSIONS.c.tender_id.in_(mine))
    )
    return found


def _seen(month: str, known_at: datetime) -> Any:
    """The last version of each tender's month known then, and when its first one was recorded."""
    query = select(
        VERSIONS.c.tender_id,
        func.max(VERSIONS.c.number).label("number"),
        func.min(VERSIONS.c.recorded_at, type_=VERSIONS.c.recorded_at.type).label("seen_at"),
    )
    known = query.where(VERSIONS.c.month == month, VERSIONS.c.recorded_at <= known_at)
    return known.group_by(VERSIONS.c.tender_id).subquery("seen")


def _last_change(ends_at: datetime, known_at: datetime) -> Any:
    query = select(CHANGES.c.tender_id, func.max(CHANGES.c.number).label("number"))
    known = query.where(CHANGES.c.recorded_at < ends_at, CHANGES.c.recorded_at <= known_at)
    return known.group_by(CHANGES.c.tender_id).subquery("then")


def _status(month: str, known_at: datetime, filed: ColumnElement[Any], was: Any) -> ColumnElement[Any]:
    """What the month's own filing says; else what was recorded by its end; else, of a tender recorded later, what an
    earlier month says, or what it was first recorded with."""
    earlier, first = VERSIONS.alias("earlier"), CHANGES.alias("first")
    before = (
        select(earlier.c.status)
        .where(
            earlier.c.tender_id == TENDERS.c.id, earlier.c.month < month, earlier.c.recorded_at <= known_at
        )
        .where(earlier.c.status.is_not(None))
        .order_by(earlier.c.month.desc(), earlier.c.number.desc())
    )
    begun = select(first.c.status).where(first.c.tender_id == TENDERS.c.id).order_by(first.c.number)
    later = func.coalesce(_one(before), _one(begun))
    return case((filed.is_not(None), filed), (was.c.number.is_not(None), was.c.status), else_=later)


def _one(query: Select[Any]) -> ColumnElement[Any]:
    return query.limit(1).correlate(TENDERS).scalar_subquery()


def _counts(month: str, ends_at: datetime, known_at: datetime) -> ColumnElement[bool]:
    own = VERSIONS.alias("own")
    told = select(own.c.number).where(
        own.c.tender_id == TENDERS.c.id, own.c.month <= month, own.c.recorded_at <= known_at
    )
    since = or_(TENDERS.c.created_at < ends_at, told.correlate(TENDERS).exists())
    return and_(TENDERS.c.created_at <= known_at, since)
