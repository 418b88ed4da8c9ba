"""The notes on an inspection's photos as one reader gets them, and what he makes of one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from inspect_app.core import audit
from inspect_app.core.auth import Actor
from inspect_app.core.problems import FieldError, InvalidFields, NotFound
from inspect_app.plausibility import exif, notes, policy, queries
from inspect_app.plausibility.models import NoteReview
from inspect_app.plausibility.notes import Note, Unknown, Use
from inspect_app.plausibility.rules import Rules, rules

CLEAR, FOLLOW_UP = "clear", "follow_up"
VERDICTS = {CLEAR: "已查看，無疑義", FOLLOW_UP: "需追查"}


@dataclass(frozen=True, slots=True)
class Told:
    """A note with the last review of it, if any."""

    note: Note
    review: NoteReview | None


@dataclass(frozen=True, slots=True)
class Notes:
    """All notes on an inspection's photos, and of how many there was nothing to tell from."""

    items: tuple[Told, ...]
    unknown: Unknown


@dataclass(frozen=True, slots=True)
class Review:
    """What a person makes of a note; `follow_up` needs a reason."""

    verdict: str
    reason: str | None = None


def of_inspection(session: Session, actor: Actor, inspection_id: UUID, now: datetime) -> Notes:
    """The notes an actor may read; NotFound where he may not know of the inspection."""
    policy.check_readable(session, actor, inspection_id)
    pictures = queries.pictures(session, inspection_id)
    if not pictures:
        return Notes((), Unknown(0, 0, 0, 0))
    shown = queries.views(session, pictures)
    bits = queries.alike(session, shown, pictures, rules().reuse.bits, now)
    everywhere = queries.uses(session, actor, {sha256 for near in bits.values() for sha256 in near})
    here = [
        use for sha256 in pictures for use in everywhere.get(sha256, ()) if use.inspection == inspection_id
    ]
    taken = exif.of(session, pictures)
    found = [
        *notes.reuses(here, everywhere, bits, rules()),
        *_of_each(here, taken, queries.facts(session, inspection_id), rules()),
    ]
    reviews = queries.reviews(session, [note.id for note in found])
    told = tuple(Told(note, reviews.get(note.id)) for note in found)
    return Notes(told, notes.unknown(here, taken, shown))


def _of_each(
    here: Sequence[Use], taken: dict[str, exif.Taken], visit: notes.Visit, told: Rules
) -> list[Note]:
    return [
        *notes.times(here, taken, visit, told),
        *notes.places(here, taken, visit, told),
        *notes.edited(here, taken, told),
    ]


def noted(session: Session, actor: Actor, inspection_id: UUID, note_id: UUID, now: datetime) -> Note:
    """A note the actor gets; NotFound for any other. Asked before the review's transaction: searching takes a while."""
    found = of_inspection(session, actor, inspection_id, now).items
    note = next((each.note for each in found if each.note.id == note_id), None)
    if note is None:
        raise NotFound("沒有這則照片提示，或已不適用；請重新開啟查核頁面。")
    return note


def review(session: Session, note: Note, given: Review, by: Actor, now: datetime) -> Told:
    """Write down what a person makes of a note `noted` gave him; InvalidFields without a reason."""
    inspection_id = note.use.inspection
    policy.check_readable(session, by, inspection_id, lock=True)
    if given.verdict == FOLLOW_UP and not given.reason:
        raise InvalidFields("請寫明需追查的理由。", errors=[FieldError("reason", "需追查時必填。")])
    row = NoteReview(
        note_id=note.id,
        inspection_id=inspection_id,
        verdict=given.verdict,
        reason=given.reason,
        by_id=by.id,
        by_name=by.name,
        at=now,
    )
    session.add(row)
    session.flush()
    # Not on the inspection: its history is read by people who may not know of the other picture's visit.
    detail = {
        "inspection": str(inspection_id),
        "kind": note.kind,
        "sha256": note.use.sha256,
        "reason": given.reason,
    }
    audit.record(session, by, f"photo_note.{given.verdict}", ("photo_note", note.id), now, **detail)
    return Told(note, row)
