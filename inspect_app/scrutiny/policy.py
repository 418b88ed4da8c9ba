"""Who may read a note: the team and the auditor every one, an agency those still standing on its own tenders."""

from uuid import UUID

from sqlalchemy.orm import Session

from inspect_app.core.auth import Actor
from inspect_app.core.permissions import INSPECTED
from inspect_app.core.problems import NotFound
from inspect_app.scrutiny import queries
from inspect_app.scrutiny.models import FilingNote


def readable(session: Session, actor: Actor, note_id: UUID, *, lock: bool = False) -> FilingNote:
    """The note; NotFound for an absent one and for one that is not the actor's to read."""
    note = queries.find(session, actor, note_id, lock=lock)
    if note is None:
        raise NotFound("沒有這則填報疑義，或已不再顯示；請從填報疑義清單選取。")
    return note


def reads(actor: Actor) -> bool:
    """Whether the pages show an actor notes at all."""
    return actor.may("filing_notes.read")


def reads_reviews(actor: Actor) -> bool:
    """Whether an actor reads who judged a note and why: the team and the auditor."""
    return reads(actor) and actor.role not in INSPECTED


def reviews(actor: Actor) -> bool:
    return actor.may("filing_notes.review")
