"""Reading defects; who may know of the inspection may know of its defects."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, exists, func, select, true
from sqlalchemy.orm import Session, lazyload

from inspect_app.core.auth import Actor
from inspect_app.defects.models import CorrectionPhoto, Defect, DefectStep
from inspect_app.defects.words import OPEN
from inspect_app.inspections import queries as inspections

S = TypeVar("S", bound=Select[Any])
# Defects without a deadline come last.
LATEST = date(9999, 12, 31)


@dataclass(frozen=True, slots=True)
class DefectFilter:
    """What a list is narrowed to; None does not narrow. `open`: issued to under_review."""

    inspection: UUID | None = None
    state: str | None = None
    code: str | None = None
    open: bool | None = None


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The condition on defects: those of the inspections an actor may know of."""
    if inspections.sees_all(actor):
        return true()
    return Defect.inspection_id.in_(inspections.ids_visible_to(actor))


def listed(actor: Actor, wanted: DefectFilter) -> Select[Defect]:
    """Defects an actor may know of: the earliest deadline first, then by inspection and order found."""
    return _narrowed(select(Defect), actor, wanted).order_by(
        func.coalesce(Defect.correct_by, LATEST), Defect.inspection_id, Defect.position, Defect.id
    )


def count(session: Session, actor: Actor, wanted: DefectFilter) -> int:
    return session.scalar(_narrowed(select(func.count(Defect.id)), actor, wanted)) or 0


def _narrowed(query: S, actor: Actor, wanted: DefectFilter) -> S:
    query = query.where(visible_to(actor))
    if wanted.inspection is not None:
        query = query.where(Defect.inspection_id == wanted.inspection)
    if wanted.state is not None:
        query = query.where(Defect.state == wanted.state)
    if wanted.code is not None:
        query = query.where(Defect.code == wanted.code)
    if wanted.open is not None:
        query = query.where(Defect.state.in_(OPEN) if wanted.open else Defect.state.not_in(OPEN))
    return query


def find(session: Session, actor: Actor, defect_id: UUID, *, lock: bool = False) -> Defect | None:
    """The defect if the actor may know of it; `lock` holds its row."""
    query = select(Defect).where(Defect.id == defect_id, visible_to(actor))
    if lock:
        query = query.with_for_update(of=Defect).execution_options(populate_existing=True)
    return session.scalar(query)


def of_inspection(session: Session, inspection_id: UUID) -> list[Defect]:
    """An inspection's defects in the order found."""
    return list(
        session.scalars(select(Defect).where(Defect.inspection_id == inspection_id).order_by(Defect.position))
    )


def count_open(session: Session, inspection_id: UUID) -> int:
    query = select(func.count(Defect.id)).where(Defect.inspection_id == inspection_id, Defect.state.in_(OPEN))
    return session.scalar(query) or 0


def count_all_open(session: Session) -> int:
    """How many defects are open; only an issued inspection has such."""
    issued = Defect.inspection_id.in_(inspections.published_ids())
    return session.scalar(select(func.count(Defect.id)).where(Defect.state.in_(OPEN), issued)) or 0


def all_open(session: Session, actor: Actor | None) -> list[Defect]:
    """The open defects an actor may know of, or all, by deadline, without steps; only an issued inspection has such."""
    query = select(Defect).where(
        Defect.state.in_(OPEN), Defect.inspection_id.in_(inspections.published_ids())
    )
    query = query.where(visible_to(actor)) if actor else query
    order = (func.coalesce(Defect.correct_by, LATEST), Defect.inspection_id, Defect.position)
    return list(session.scalars(query.options(lazyload(Defect.steps)).order_by(*order)))


def codes_found(session: Session, since: date, person: UUID | None = None) -> dict[str, int]:
    """How often each code was found from a day on: on a person's own visits, or on all issued ones."""
    counted = Defect.inspection_id.in_(inspections.counted_since(since, person))
    found = session.execute(select(Defect.code, func.count()).where(counted).group_by(Defect.code))
    return dict(found.tuples().all())


def correction_of_photo(actor: Actor, sha256: str) -> Select[UUID]:
    """The inspections, known to an actor, where a correction carries this photo."""
    named = select(CorrectionPhoto.inspection_id).where(CorrectionPhoto.sha256 == sha256)
    return named.where(CorrectionPhoto.inspection_id.in_(inspections.ids_visible_to(actor)))


def corrections_with(session: Session, actor: Actor, shas: Iterable[str]) -> list[tuple[Defect, DefectStep]]:
    """The corrections, known to an actor, that carry any of these photos, with their defects; the oldest first."""
    carried = select(CorrectionPhoto.step_id).where(CorrectionPhoto.sha256.in_(list(shas)))
    query = select(Defect, DefectStep).join(DefectStep, DefectStep.defect_id == Defect.id)
    query = query.where(DefectStep.id.in_(carried), visible_to(actor))
    return list(session.execute(query.order_by(DefectStep.at, DefectStep.id)).tuples())


def correction_names(
    sha256: SQLColumnExpression[str], _inspection_id: SQLColumnExpression[UUID]
) -> ColumnElement[bool]:
    """Whether a correction carries a photo, whoever asks: a rule for `photos.naming.NAMERS`."""
    return exists().where(CorrectionPhoto.sha256 == sha256)
