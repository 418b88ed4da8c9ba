"""Reading months to be looked at, and notes; the inspected agency reads its own."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, func, select, true
from sqlalchemy.orm import Session, lazyload

from inspect_app.core.auth import Actor
from inspect_app.core.permissions import INSPECTED
from inspect_app.inspections import seen
from inspect_app.scrutiny.looking import Found, look
from inspect_app.scrutiny.models import FilingNote, FilingNoteReview
from inspect_app.scrutiny.months import Filed, Seen, months, named
from inspect_app.scrutiny.rules import Rules, rules
from inspect_app.scrutiny.words import GONE, OPEN, SHOWN_TO_AGENCIES
from inspect_app.tenders import queries as tenders

S = TypeVar("S", bound=Select[Any])


@dataclass(frozen=True, slots=True)
class NoteFilter:
    """What a list is narrowed to; None does not narrow. `agency` by its name; `month`: among the note's months."""

    state: str | None = None
    rule: str | None = None
    agency: str | None = None
    tender: UUID | None = None
    month: str | None = None
    strong: bool | None = None


# -- looking -----------------------------------------------------------------------------------------------


def found(session: Session, tender_ids: Iterable[UUID], today: date) -> dict[UUID, Found]:
    """What the rules tell of these tenders as they are filed now, by the notes' ids."""
    told, ids, now = rules(), list(tender_ids), today.year * 12 + today.month - 1
    rows = [
        Filed._make(row) for row in tenders.months_since(session, ids, named(max(now - told.read_months, 0)))
    ]
    columns = months(rows, _seen(session, ids, told), told.stages)
    return {note.id: note for note in look(columns, told, now - told.look_back_months)}


def _seen(session: Session, ids: list[UUID], told: Rules) -> Iterator[Seen]:
    """What issued inspections found; an answer that is no number tells nothing."""
    for tender_id, on, text in seen.values(session, told.visit_items, ids):
        try:
            lead = Decimal(text.strip())
        except InvalidOperation:
            continue
        if lead.is_finite() and abs(lead) <= 100:
            yield Seen(tender_id, on, int(lead * 100))


def kept(session: Session, tender_ids: Iterable[UUID]) -> list[FilingNote]:
    """Every note ever told of these tenders."""
    query = select(FilingNote).where(FilingNote.tender_id.in_(list(tender_ids)))
    return list(session.scalars(query.options(lazyload(FilingNote.tender_row))))


def standing(session: Session, tender_ids: Iterable[UUID]) -> dict[UUID, tuple[UUID, tuple[Any, ...]]]:
    """The notes of these tenders that are not gone: their tender and what `told` says of each."""
    query = select(
        *(FilingNote.id, FilingNote.tender_id, FilingNote.digest, FilingNote.last, FilingNote.strong),
        *(FilingNote.zh, FilingNote.en, FilingNote.ask),
    ).where(FilingNote.tender_id.in_(list(tender_ids)), FilingNote.state != GONE)
    return {row[0]: (row[1], tuple(row[2:])) for row in session.execute(query)}


def told(note: Found | FilingNote) -> tuple[Any, ...]:
    """What of a note is compared: unchanged, nothing is written."""
    return note.digest, note.last, note.strong, note.zh, note.en, note.ask


# -- lists -------------------------------------------------------------------------------------------------


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The notes an actor may read: the team and the auditor all, an agency those still standing on its own tenders."""
    if actor.role not in INSPECTED:
        return true()
    own = FilingNote.tender_id.in_(tenders.ids_visible_to(actor))
    return own & FilingNote.state.in_(SHOWN_TO_AGENCIES)


def listed(actor: Actor, wanted: NoteFilter) -> Select[FilingNote]:
    """The notes an actor may read, strong ones first, then the newest month."""
    query = _narrowed(select(FilingNote), actor, wanted)
    return query.order_by(FilingNote.strong.desc(), FilingNote.last.desc(), FilingNote.id)


def count(session: Session, actor: Actor, wanted: NoteFilter) -> int:
    return session.scalar(_narrowed(select(func.count(FilingNote.id)), actor, wanted)) or 0


def _narrowed(query: S, actor: Actor, wanted: NoteFilter) -> S:
    query = query.where(visible_to(actor))
    exact = {"state": FilingNote.state, "rule": FilingNote.rule, "tender": FilingNote.tender_id}
    for name, column in exact.items():
        if (value := getattr(wanted, name)) is not None:
            query = query.where(column == value)
    if wanted.strong is not None:
        query = query.where(FilingNote.strong == wanted.strong)
    if wanted.month is not None:
        query = query.where(FilingNote.first <= wanted.month, FilingNote.last >= wanted.month)
    if wanted.agency is not None:
        query = query.where(FilingNote.tender_id.in_(tenders.ids_of_agency(wanted.agency)))
    return query


def find(session: Session, actor: Actor, note_id: UUID, *, lock: bool = False) -> FilingNote | None:
    """The note if the actor may read it; `lock` holds its row until the transaction ends."""
    query = select(FilingNote).where(FilingNote.id == note_id, visible_to(actor))
    if lock:
        query = query.with_for_update(of=FilingNote).execution_options(populate_existing=True)
    return session.scalar(query)


def of_tender(session: Session, actor: Actor, tender_id: UUID) -> list[FilingNote]:
    """The notes standing on a tender that an actor may read; those gone are left out."""
    query = listed(actor, NoteFilter(tender=tender_id)).where(FilingNote.state != GONE)
    return list(session.scalars(query))


def open_notes(session: Session, agency_id: UUID) -> list[FilingNote]:
    """What an agency is still to confirm: `.ask` is the sentence for it, `.tender_row` the tender, strong ones first."""
    query = select(FilingNote).where(
        FilingNote.state == OPEN, FilingNote.tender_id.in_(tenders.ids_of_agency(agency_id))
    )
    ordered = query.order_by(FilingNote.strong.desc(), FilingNote.last.desc(), FilingNote.id)
    return list(session.scalars(ordered))


def counts(session: Session, actor: Actor) -> dict[str, int]:
    """How many notes an actor may read, by state."""
    query = select(FilingNote.state, func.count()).where(visible_to(actor)).group_by(FilingNote.state)
    return dict(session.execute(query).tuples().all())


def reviews(session: Session, note_id: UUID) -> list[FilingNoteReview]:
    """What people made of a note, the oldest first."""
    query = select(FilingNoteReview).where(FilingNoteReview.note_id == note_id)
    return list(session.scalars(query.order_by(FilingNoteReview.at, FilingNoteReview.id)))


def last_reviews(session: Session, note_ids: Iterable[UUID]) -> dict[UUID, FilingNoteReview]:
    """The last review of each note."""
    later = select(FilingNoteReview.note_id, func.max(FilingNoteReview.at).label("at"))
    later_of = (
        later.where(FilingNoteReview.note_id.in_(list(note_ids)))
        .group_by(FilingNoteReview.note_id)
        .subquery()
    )
    query = select(FilingNoteReview).where(
        exists().where(later_of.c.note_id == FilingNoteReview.note_id, later_of.c.at == FilingNoteReview.at)
    )
    return {row.note_id: row for row in session.scalars(query.order_by(FilingNoteReview.id))}
