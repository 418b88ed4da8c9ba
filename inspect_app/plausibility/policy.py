"""Who reads notes and who reviews them: the staff, that visit's own team; the auditor reads once it is issued."""

from uuid import UUID

from sqlalchemy.orm import Session

from inspect_app.core.auth import Actor
from inspect_app.inspections import policy as inspections


def check_readable(session: Session, actor: Actor, inspection_id: UUID, *, lock: bool = False) -> None:
    """NotFound for an absent inspection, for one the actor may not know of, and for the inspected always."""
    inspections.readable(session, actor, inspection_id, lock=lock)


def reads(actor: Actor) -> bool:
    """Whether the pages show an actor notes at all."""
    return actor.may("plausibility.read")


def reviews(actor: Actor) -> bool:
    """Whether an actor may say what a note came to: of the inspections he reads, for leaders and members are on their team."""
    return actor.may("plausibility.review")
