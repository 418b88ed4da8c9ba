"""The section 填報疑義 of a tender's page."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from inspect_app.core.auth import Actor
from inspect_app.scrutiny import policy, queries
from inspect_app.scrutiny.showing import Shown, shown
from inspect_app.scrutiny.words import STATES, TONES


@dataclass(frozen=True, slots=True)
class Section:
    """What the template takes."""

    notes: list[Shown]
    states: dict[str, str]
    tones: dict[str, str]


def section(session: Session, actor: Actor, tender_id: UUID) -> Section | None:
    """The notes standing on a tender; None for who gets none."""
    if not policy.reads(actor):
        return None
    notes = queries.of_tender(session, actor, tender_id)
    return Section(shown(session, actor, notes), STATES, TONES)
