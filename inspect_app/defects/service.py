"""What happens to a defect: found → issued → answered → under_review → corrected → closed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection, delete, insert, update
from sqlalchemy.orm import Session

from inspect_app.core import audit
from inspect_app.core.auth import Actor
from inspect_app.core.clock import legal_day
from inspect_app.core.database import table
from inspect_app.core.permissions import Role
from inspect_app.core.problems import Conflict, FieldError, InvalidFields
from inspect_app.defects import policy, queries
from inspect_app.defects.models import CorrectionPhoto, Defect, DefectStep
from inspect_app.defects.words import (
    AGENCY,
    ANSWERED,
    CLOSED,
    CORRECTED,
    FOUND,
    OPEN,
    OPENED,
    STATES,
    UNDER_REVIEW,
)
from inspect_app.photos import queries as photos

TABLE = table(Defect)
INSERT = insert(TABLE)
STAGES = ("before", "during", "after")


@dataclass(frozen=True, slots=True)
class NewDefect:
    """A defect as a submission names it; `points` are whole, `photos` SHA-256s in hex."""

    id: UUID
    position: int
    code: str
    severity: str
    party: str
    also: tuple[str, ...]
    points: int
    note: str | None
    place: str | None
    photos: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Review:
    """What a review came to, `pass` or `fail`; `document` is the number of a written one."""

    result: str
    note: str | None = None
    document: str | None = None


def replace(connection: Connection, inspection_id: UUID, found: Sequence[NewDefect], *, first: bool) -> None:
    """Put these in place of an unissued inspection's defects; IntegrityError on TABLE when an id is another's.

    `first`: the inspection has none yet.
    """
    if not first:
        connection.execute(delete(TABLE).where(TABLE.c.inspection_id == inspection_id))
    rows = [{name: getattr(defect, name) for name in NewDefect.__slots__} for defect in found]
    if rows:
        fixed = {"inspection_id": inspection_id, "state": FOUND, "version": 1, "correct_by": None}
        connection.execute(INSERT, [row | fixed for row in rows])


def issue(session: Session, inspection_id: UUID, correct_by: date) -> None:
    """Open every defect of an inspection, to be corrected by a day."""
    query = update(Defect).where(Defect.inspection_id == inspection_id, Defect.state == FOUND)
    session.execute(query.values(state=OPENED, correct_by=correct_by, version=Defect.version + 1))


def close(session: Session, inspection_id: UUID) -> None:
    """Close every corrected defect of an inspection."""
    query = update(Defect).where(Defect.inspection_id == inspection_id, Defect.state == CORRECTED)
    session.execute(query.values(state=CLOSED, version=Defect.version + 1))


def count_open(session: Session, inspection_id: UUID) -> int:
    return queries.count_open(session, inspection_id)


def correct(
    session: Session,
    defect_id: UUID,
    note: str,
    stages: Mapping[str, Sequence[str]],
    by: Actor,
    now: datetime,
) -> Defect:
    """Answer a defect with photos before, during and after (作業辦法 art. 9): issued → answered."""
    defect = policy.answerable(session, by, defect_id)
    _require(defect, (OPENED,), "只有待改善的缺失可以回復。")
    _require_photos(session, defect, stages)
    detail: dict[str, Any] = {"photos": {stage: list(stages[stage]) for stage in STAGES}}
    behalf = {} if by.role in (defect.party, *defect.also) else {"on_behalf_of": defect.party}
    step = _step(session, defect, "correction", note, detail | behalf, by, now)
    used = dict.fromkeys(sha256 for stage in STAGES for sha256 in stages[stage])
    carried = {"step_id": step.id, "inspection_id": defect.inspection_id}
    session.execute(insert(CorrectionPhoto), [carried | {"sha256": sha256} for sha256 in used])
    return _move(session, defect, ANSWERED, by, now, **behalf)


def _require_photos(session: Session, defect: Defect, stages: Mapping[str, Sequence[str]]) -> None:
    errors = [FieldError(f"photos.{stage}", "至少一張照片。") for stage in STAGES if not stages.get(stage)]
    named = [sha256 for stage in STAGES for sha256 in stages.get(stage, ())]
    received = photos.received(session, defect.inspection_id, named, lock=True)
    errors += [
        FieldError(f"photos.{stage}[{index}]", "這張照片尚未上傳到本次查核。")
        for stage in STAGES
        for index, sha256 in enumerate(stages.get(stage, ()))
        if sha256 not in received
    ]
    if errors:
        raise InvalidFields("改善前、中、後都要有照片；請補齊後再送。", errors=errors)


def review(
    session: Session,
    defect_id: UUID,
    given: Review,
    by: Actor,
    now: datetime,
) -> Defect:
    """Pass a correction on or send it back: the agency reviews first, then the team's staff (art. 9).

    Staff record an agency's written review under its document number; the review is then the agency's.
    """
    defect = policy.readable(session, by, defect_id, lock=True)
    staff = by.role is Role.STAFF
    recorded = staff and given.document is not None and defect.state == ANSWERED
    _require(defect, (ANSWERED,) if recorded or not staff else (UNDER_REVIEW,), _review_order(staff))
    reference = {"document": given.document} if given.document else {}
    behalf = {"on_behalf_of": AGENCY} if recorded else {}
    _step(session, defect, "review", given.note, {"result": given.result, **reference, **behalf}, by, now)
    passed = UNDER_REVIEW if recorded or not staff else CORRECTED
    state = passed if given.result == "pass" else OPENED
    return _move(session, defect, state, by, now, **reference, **behalf)


def _review_order(staff: bool) -> str:
    if staff:
        return "查核小組備查的是機關審查完妥的缺失；機關以書面審查者，請填其文號登錄。"
    return "主辦機關審查的是已回復的缺失。"


def extend(
    session: Session, defect_id: UUID, until: date, reason: str, document: str, by: Actor, now: datetime
) -> Defect:
    """Agree to a later deadline (作業辦法 art. 10), with the document that says so."""
    defect = policy.readable(session, by, defect_id, lock=True)
    _require(defect, OPEN, "只有尚未改善完成的缺失可以展延。")
    if defect.correct_by is not None and until <= defect.correct_by:
        raise InvalidFields("請更正期限。", errors=[FieldError("correct_by", "應晚於目前的改善期限。")])
    if until < legal_day(now):
        raise InvalidFields("請更正期限。", errors=[FieldError("correct_by", "不可早於今天。")])
    detail = {"from": str(defect.correct_by), "to": str(until), "document": document}
    _step(session, defect, "extension", reason, detail, by, now)
    defect.correct_by = until
    return _move(session, defect, defect.state, by, now)


def _step(
    session: Session,
    defect: Defect,
    kind: str,
    note: str | None,
    detail: dict[str, Any],
    by: Actor,
    now: datetime,
) -> DefectStep:
    step = DefectStep(
        id=uuid4(),
        defect_id=defect.id,
        position=len(defect.steps),
        kind=kind,
        at=now,
        by_id=by.id,
        by_name=by.name,
        note=note,
        detail=detail,
    )
    defect.steps.append(step)
    session.flush()
    return step


def _move(session: Session, defect: Defect, state: str, by: Actor, now: datetime, **detail: Any) -> Defect:
    defect.state = state
    session.flush()
    audit.record(
        session,
        by,
        f"defect.{state}",
        ("inspection", defect.inspection_id),
        now,
        defect=str(defect.id),
        code=defect.code,
        **detail,
    )
    return defect


def _require(defect: Defect, states: tuple[str, ...], detail: str) -> None:
    if defect.state not in states:
        raise Conflict(f"{detail}目前狀態：{STATES[defect.state]}。")
