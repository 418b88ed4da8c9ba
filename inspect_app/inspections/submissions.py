"""Receiving what a tablet sends: whole or not at all, once however often it is sent, every version kept."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from inspect_app.core import audit
from inspect_app.core.auth import Actor
from inspect_app.core.problems import Conflict, DifferentBody, NotAllowed
from inspect_app.defects import service as defects
from inspect_app.inspections import checks, plans, policy, queries, scores
from inspect_app.inspections.body import (
    Amendment,
    GivenMark,
    MarkBody,
    SubmissionBody,
    canonical,
    decode,
    digest,
)
from inspect_app.inspections.models import Inspection, Mark, NamedPhoto, SiteTest, Submission
from inspect_app.inspections.words import CANCELLED, INCOMPLETE, PLANNED, PUBLISHED, STARTED, SUBMITTED
from inspect_app.photos import queries as photos

PARTS = ("total", "quality_system", "workmanship", "progress")


@dataclass(frozen=True, slots=True)
class Receipt:
    """The answer to a submission; `is_new` tells 201 from 200. `missing` are SHA-256s in hex."""

    id: UUID
    sha256: str
    received_at: datetime
    state: str
    missing: tuple[str, ...]
    is_new: bool


def submit(session: Session, inspection_id: UUID, value: Any, by: Actor, now: datetime) -> Receipt:
    """Take the leader's submission; the same again is answered as before, another body is DifferentBody.

    A submission for a planned visit starts it at its `started_at`.
    """
    inspection = policy.led(session, by, inspection_id)
    body = _read(value)
    if (earlier := _earlier(session, inspection, body.id, value)) is not None:
        return _receipt(session, inspection, earlier, is_new=False)
    if inspection.submission_id is not None:
        raise Conflict("這次查核已經送出過；要更正請改送 amendments，並附理由。")
    if inspection.state == PLANNED:
        plans.start(session, inspection, body.started_at, by, now)
    if inspection.state != STARTED:
        raise Conflict("這件查核已取消，不能送出；請洽工作人員。")
    row = _accept(session, inspection, body, value, by, now)
    return _receipt(session, inspection, row, is_new=True)


def amend(session: Session, inspection_id: UUID, value: Any, by: Actor, now: datetime) -> Receipt:
    """Take a corrected submission with its reason, before issue; every version is kept."""
    inspection = policy.led(session, by, inspection_id)
    amendment: Amendment = decode(value, Amendment)
    body = _read(amendment.submission, "submission")
    if (earlier := _earlier(session, inspection, body.id, amendment.submission)) is not None:
        if earlier.reason != amendment.reason:
            raise DifferentBody("這個 submission.id 已用於另一份送件；更正請用新的 id。")
        return _receipt(session, inspection, earlier, is_new=False)
    _require_amendable(inspection)
    row = _accept(session, inspection, body, amendment.submission, by, now, amendment.reason)
    return _receipt(session, inspection, row, is_new=True)


def put_mark(
    session: Session, inspection_id: UUID, member_id: UUID, value: Any, by: Actor
) -> tuple[Mark, bool]:
    """A member's own mark, until the submission; returns it and whether it is new."""
    inspection = policy.joined(session, by, inspection_id)
    if by.id != member_id:
        raise NotAllowed("委員只能評自己的分數；請由本人登入後評分。")
    given: MarkBody = decode(value, MarkBody)
    row = session.get(Mark, (inspection_id, member_id))
    if row is not None and all(getattr(row, name) == getattr(given, name) for name in PARTS):
        return row, False
    if inspection.state not in (PLANNED, STARTED):
        raise Conflict("成績已送出，不能再改評分；如有錯誤請領隊更正並附理由。")
    _judge_mark(inspection, member_id, given)
    fresh = row is None
    row = row or Mark(inspection_id=inspection_id, member_id=member_id)
    for name in PARTS:
        setattr(row, name, getattr(given, name))
    session.add(row)
    session.flush()
    return row, fresh


def settle(session: Session, inspection: Inspection) -> tuple[str, ...]:
    """Set incomplete or submitted by what has arrived; returns the hashes still missing."""
    missing = missing_photos(session, inspection.id)
    if inspection.state in (STARTED, INCOMPLETE, SUBMITTED):
        state = INCOMPLETE if missing else SUBMITTED
        if inspection.state != state:
            inspection.state = state
            session.flush()
    return missing


def missing_photos(session: Session, inspection_id: UUID) -> tuple[str, ...]:
    """The hashes the current submission names whose bytes have not come for this inspection."""
    named = [photo.sha256 for photo in queries.named_photos(session, inspection_id)]
    received = photos.received(session, inspection_id, named)
    return tuple(sha256 for sha256 in named if sha256 not in received)


def current_body(session: Session, inspection: Inspection) -> SubmissionBody | None:
    """The body of the current submission, typed."""
    if inspection.submission_id is None:
        return None
    row = queries.submission(session, inspection.submission_id)
    return _typed(row) if row else None


def _read(value: Any, prefix: str = "") -> SubmissionBody:
    body: SubmissionBody = decode(value, SubmissionBody, prefix)
    checks.check_instants(body, f"{prefix}." if prefix else "")
    return body


def _typed(row: Submission) -> SubmissionBody:
    body: SubmissionBody = decode(json.loads(row.body), SubmissionBody)
    return body


def _earlier(session: Session, inspection: Inspection, id_: UUID, value: Any) -> Submission | None:
    """The same submission received before; DifferentBody when its id was used for anything else."""
    row = queries.submission(session, id_)
    if row is None:
        return None
    if row.inspection_id != inspection.id or row.sha256 != digest(canonical(value)):
        raise DifferentBody("這個 id 已收過不同的內容；原有內容未變。要更正請用新的 id 送 amendments。")
    return row


def _require_amendable(inspection: Inspection) -> None:
    if inspection.state in PUBLISHED:
        raise Conflict("查核紀錄已發文，不能再更正；如有錯誤請洽工作人員。")
    if inspection.submission_id is None or inspection.state == CANCELLED:
        raise Conflict("尚無可更正的送件；請先送出 submission。")


def _accept(
    session: Session,
    inspection: Inspection,
    body: SubmissionBody,
    value: Any,
    by: Actor,
    now: datetime,
    reason: str | None = None,
) -> Submission:
    prefix = "" if reason is None else "submission."
    checks.check(body, {person.user_id for person in inspection.team}, prefix)
    scores.grade(body, inspection.on, inspection.team, (), prefix)
    _match_marks(session, inspection, body, first=reason is None)
    text = canonical(value)
    version = len(queries.submissions_of(session, inspection.id)) + 1
    row = Submission(
        id=body.id,
        inspection_id=inspection.id,
        version=version,
        body=text,
        sha256=digest(text),
        reason=reason,
        received_at=now,
        received_by=by.id,
    )
    session.add(row)
    session.flush()
    inspection.submission_id = body.id
    _replace_children(session, inspection.id, body)
    action = "inspection.submitted" if reason is None else "inspection.amended"
    audit.record(session, by, action, ("inspection", inspection.id), now, version=version, reason=reason)
    return row


def _match_marks(session: Session, inspection: Inspection, body: SubmissionBody, *, first: bool) -> None:
    """What a member marked himself the first submission says too; an amendment tells why it is changed."""
    own = {mark.member_id: mark.points for mark in queries.marks_of(session, inspection.id)}
    sent = {mark.member: mark.points for mark in body.marks}
    differing = [
        person.name
        for person in inspection.team
        if person.user_id in own and sent.get(person.user_id) != own[person.user_id]
    ]
    if first and differing:
        raise Conflict(f"{'、'.join(differing)}自己的評分與送件不同；請領隊與委員確認後，以相同的分數再送。")


def _replace_children(session: Session, inspection_id: UUID, body: SubmissionBody) -> None:
    _replace(session, Mark, inspection_id, [_mark_row(mark) for mark in body.marks])
    _replace(session, NamedPhoto, inspection_id, _photo_rows(body))
    _keep_tests(session, inspection_id, body.pending_tests)
    defects.replace(session, inspection_id, [_defect_row(body, index) for index in range(len(body.defects))])


def _replace(session: Session, table: type[Any], inspection_id: UUID, rows: list[dict[str, Any]]) -> None:
    session.execute(delete(table).where(table.inspection_id == inspection_id))
    if rows:
        session.execute(insert(table), [row | {"inspection_id": inspection_id} for row in rows])


def _mark_row(mark: GivenMark) -> dict[str, Any]:
    return {"member_id": mark.member, **{name: getattr(mark, name) for name in PARTS}}


def _photo_rows(body: SubmissionBody) -> list[dict[str, Any]]:
    empty = {"signature": None, "bytes": None, "taken_at": None, "caption": None}
    rows: dict[str, dict[str, Any]] = {}
    for photo in body.photos:
        given = {"bytes": photo.bytes, "taken_at": photo.taken_at, "caption": photo.caption}
        rows[photo.sha256] = empty | {"sha256": photo.sha256} | given
    for signature in body.signatures:
        row = rows.setdefault(signature.sha256, empty | {"sha256": signature.sha256})
        row["signature"] = signature.role
    return [row | {"position": position} for position, row in enumerate(rows.values())]


def _defect_row(body: SubmissionBody, index: int) -> defects.NewDefect:
    found = body.defects[index]
    return defects.NewDefect(
        id=found.id,
        position=index,
        code=found.code,
        severity=found.severity,
        party=found.party,
        also=tuple(found.also),
        points=found.points,
        note=found.note,
        place=found.place,
        photos=tuple(found.photos),
    )


def _keep_tests(session: Session, inspection_id: UUID, pending: Iterable[str]) -> None:
    """Tests no longer pending go, but a result once recorded stays: no amendment undoes a test."""
    wanted = dict.fromkeys(pending)
    for row in queries.tests_of(session, inspection_id):
        if row.test in wanted:
            del wanted[row.test]
        elif row.result is None:
            session.delete(row)
    session.add_all(SiteTest(inspection_id=inspection_id, test=test) for test in wanted)
    session.flush()


def _judge_mark(inspection: Inspection, member_id: UUID, given: MarkBody) -> None:
    """Let the scoring engine judge one mark as it will judge them all."""
    parts = {name: value for name in PARTS if (value := getattr(given, name)) is not None}
    scores.judge(inspection.on, {"member": str(member_id), **parts})


def _receipt(session: Session, inspection: Inspection, row: Submission, *, is_new: bool) -> Receipt:
    missing = settle(session, inspection)
    return Receipt(row.id, row.sha256, row.received_at, inspection.state, missing, is_new)
