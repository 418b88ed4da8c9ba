"""Waiving photos that will never come (免補): a lost tablet must not hold an inspection up for ever."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import CursorResult, update
from sqlalchemy.orm import Session

from inspect_app.core import audit
from inspect_app.core.auth import Actor
from inspect_app.core.problems import Conflict, FieldError, InvalidFields
from inspect_app.inspections import queries, submissions
from inspect_app.inspections.models import Inspection, PhotoWaiver
from inspect_app.inspections.words import INCOMPLETE, PLANNED, STARTED, STATES

NOT_MISSING = "不在待補之列（已收到、已免補，或送件沒有提到）；請重新載入，只選還沒收到的照片。"
SIGNED = "簽名不能免補；請領隊更正送件，重新簽名或刪去該簽名。"


@dataclass(frozen=True, slots=True)
class Waiver:
    """The photos that need not come, by SHA-256 in hex, and why."""

    sha256s: tuple[str, ...]
    reason: str


def waive(session: Session, inspection: Inspection, given: Waiver, by: Actor, now: datetime) -> Inspection:
    """Waive photos that are missing; the last one makes the inspection submitted.

    The inspection is held, and who brings a photo holds it too: a photo is either received or waived, and one that
    comes later is received besides. InvalidFields when one of them is not missing, or is a signature: that a person
    signed nobody can waive.
    """
    if inspection.state != INCOMPLETE:
        raise Conflict(f"只有待補照片的查核可以免補。目前狀態：{STATES[inspection.state]}。")
    _check(session, inspection, given.sha256s)
    wanted = tuple(dict.fromkeys(given.sha256s))
    for sha256 in wanted:
        session.add(
            PhotoWaiver(
                inspection_id=inspection.id,
                sha256=sha256,
                reason=given.reason,
                waived_at=now,
                waived_by=by.id,
                waived_by_name=by.name,
            )
        )
    inspection.touch()
    session.flush()
    subject = ("inspection", inspection.id)
    audit.record(session, by, "inspection.waived", subject, now, sha256s=list(wanted), reason=given.reason)
    submissions.settle(session, inspection)
    return inspection


def _check(session: Session, inspection: Inspection, wanted: Sequence[str]) -> None:
    missing = set(submissions.missing_photos(session, inspection.id))
    named = queries.named_photos(session, inspection.id)
    signed = {photo.sha256 for photo in named if photo.signature}
    errors = [
        FieldError(f"sha256s[{place}]", SIGNED if sha256 in missing else NOT_MISSING)
        for place, sha256 in enumerate(wanted)
        if sha256 not in missing or sha256 in signed
    ]
    if errors:
        raise InvalidFields("請更正免補的照片；都還沒有免補。", errors=errors)


def note_arrival(session: Session, inspection_id: UUID, sha256: str, now: datetime) -> None:
    """Write down that a photo came though it had been waived."""
    arrived = session.execute(
        update(PhotoWaiver)
        .where(
            PhotoWaiver.inspection_id == inspection_id,
            PhotoWaiver.sha256 == sha256,
            PhotoWaiver.arrived_at.is_(None),
        )
        .values(arrived_at=now)
    )
    if isinstance(arrived, CursorResult) and arrived.rowcount:
        subject = ("inspection", inspection_id)
        audit.record(session, None, "inspection.waived_arrived", subject, now, sha256=sha256)


def may_have(state: str) -> bool:
    """Whether an inspection in this state may have waivers at all."""
    return state not in (PLANNED, STARTED)
