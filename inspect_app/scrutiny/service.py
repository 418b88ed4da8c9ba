"""Keeping notes as the filed months tell them, and writing down what people make of one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from inspect_app.core import audit
from inspect_app.core.auth import Actor
from inspect_app.core.clock import legal_day
from inspect_app.core.problems import Conflict, FieldError, InvalidFields
from inspect_app.scrutiny import policy, queries
from inspect_app.scrutiny.looking import Found
from inspect_app.scrutiny.models import FilingNote, FilingNoteReview
from inspect_app.scrutiny.words import DISMISSED, GONE, OPEN
from inspect_app.tenders import queries as tenders


@dataclass(frozen=True, slots=True)
class Review:
    """What a person makes of a note: `confirmed`, or `dismissed` with a reason."""

    verdict: str
    reason: str | None = None


def refresh(session: Session, tender_ids: Iterable[UUID], now: datetime) -> int:
    """Bring the notes of these tenders to what is filed now; returns how many were added or changed.

    Runs in the transaction that changed the months, and holds the tenders: of two at once the later sees both.
    """
    ids = list(tender_ids)
    tenders.hold(session, ids)
    found = queries.found(session, ids, legal_day(now))
    kept = {note.id: note for note in queries.kept(session, ids)}
    changed = sum(_kept(note, found.get(note.id), now) for note in kept.values())
    fresh = [_new(note, now) for id_, note in found.items() if id_ not in kept]
    session.add_all(fresh)
    session.flush()
    return changed + len(fresh)


def _new(note: Found, now: datetime) -> FilingNote:
    row = FilingNote(id=note.id, tender_id=note.tender, rule=note.rule, first=note.first, found_at=now)
    _fill(row, note, now)
    return row


def _fill(row: FilingNote, note: Found, now: datetime) -> None:
    row.last, row.strong, row.facts, row.digest = note.last, note.strong, list(note.facts), note.digest
    row.zh, row.en, row.ask, row.changed_at = note.zh, note.en, note.ask, now
    row.state = row.verdict if row.verdict and row.reviewed == note.digest else OPEN


def _kept(row: FilingNote, note: Found | None, now: datetime) -> bool:
    """A note told before: gone, back, changed, or as it was; whether anything was written."""
    if note is None:
        is_news = row.state != GONE
        if is_news:
            row.state, row.changed_at = GONE, now
        return is_news
    is_news = row.state == GONE or queries.told(row) != queries.told(note)
    if is_news:
        _fill(row, note, now)
    return is_news


def outdated(session: Session, tender_ids: list[UUID], now: datetime) -> list[UUID]:
    """Those of the tenders whose notes are no longer what is filed, in the order given; writes nothing."""
    found = queries.found(session, tender_ids, legal_day(now))
    standing = queries.standing(session, tender_ids)
    wrong = {note.tender for id_, note in found.items() if _stands_otherwise(standing.get(id_), note)}
    wrong |= {tender for id_, (tender, _) in standing.items() if id_ not in found}
    return [tender for tender in tender_ids if tender in wrong]


def _stands_otherwise(standing: tuple[UUID, tuple[object, ...]] | None, note: Found) -> bool:
    return standing is None or standing[1] != queries.told(note)


def review(session: Session, note_id: UUID, given: Review, by: Actor, now: datetime) -> FilingNote:
    """Judge a note as it stands; a word on it holds until its values change. Conflict for one that is gone."""
    row = policy.readable(session, by, note_id, lock=True)
    if given.verdict == DISMISSED and not given.reason:
        raise InvalidFields("請寫明不成立的理由。", errors=[FieldError("reason", "不成立時必填。")])
    if row.state == GONE:
        raise Conflict("這則疑義已不適用（資料已更正，或已逾一年），不必再判斷；請重新載入清單。")
    row.verdict, row.reviewed, row.state = given.verdict, row.digest, given.verdict
    session.add(
        FilingNoteReview(
            note_id=row.id,
            verdict=given.verdict,
            reason=given.reason,
            facts=row.facts,
            by_id=by.id,
            by_name=by.name,
            at=now,
        )
    )
    session.flush()
    detail = {"tender": str(row.tender_id), "rule": row.rule, "reason": given.reason}
    audit.record(session, by, f"filing_note.{given.verdict}", ("filing_note", row.id), now, **detail)
    return row
