"""Receiving what a tablet sends: whole or not at all, once however often it is sent, every version kept."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from inspect_app.catalogue import service as catalogues
from inspect_app.core import audit
from inspect_app.core.auth import Actor
from inspect_app.core.chain import Link
from inspect_app.core.problems import Conflict, DifferentBody, NotAllowed
from inspect_app.inspections import checks, keeping, plans, policy, queries, scores
from inspect_app.inspections.body import MarkBody, SubmissionBody, decode
from inspect_app.inspections.intake import Sent
from inspect_app.inspections.models import Inspection, Mark, Submission
from inspect_app.inspections.standing import Earlier, Standing
from inspect_app.inspections.words import CANCELLED, INCOMPLETE, PARTS, PLANNED, PUBLISHED, STARTED, SUBMITTED
from inspect_app.photos import queries as photos


@dataclass(frozen=True, slots=True)
class Receipt:
    """The answer to a submission; `is_new` tells 201 from 200. `missing` are SHA-256s in hex.

    `link`: of the event of its coming, in the visit's chain.
    """

    id: UUID
    sha256: str
    received_at: datetime
    state: str
    missing: tuple[str, ...]
    is_new: bool
    link: Link | None


def submit(session: Session, inspection_id: UUID, sent: Sent, by: Actor, now: datetime) -> Receipt:
    """Take the leader's submission; the same again is answered as before, another body is DifferentBody.

    A submission for a planned visit starts it at its `started_at`.
    """
    visit = policy.leads(session, by, inspection_id, sent.body.id)
    if (earlier := _earlier(visit, sent)) is not None:
        return _receipt(session, visit, sent, earlier, by)
    if visit.submission_id is not None:
        raise Conflict("這次查核已經送出過；要更正請改送 amendments，並附理由。")
    if visit.state == PLANNED:
        plans.start(session, policy.led(session, by, inspection_id), sent.body.started_at, by, now)
        visit = replace(visit, last=audit.tip(session, "inspection", str(visit.id)))
    elif visit.state != STARTED:
        raise Conflict("這件查核已取消，不能送出；請洽工作人員。")
    return _accept(session, visit, sent, by, now)


def amend(session: Session, inspection_id: UUID, sent: Sent, by: Actor, now: datetime) -> Receipt:
    """Take a corrected submission with its reason, before issue; every version is kept."""
    visit = policy.leads(session, by, inspection_id, sent.body.id)
    if (earlier := _earlier(visit, sent)) is not None:
        if earlier.reason != sent.reason:
            raise DifferentBody("這個 submission.id 已用於另一份送件；更正請用新的 id。")
        return _receipt(session, visit, sent, earlier, by)
    _require_amendable(visit)
    return _accept(session, visit, sent, by, now)


def put_mark(
    session: Session, inspection_id: UUID, member_id: UUID, given: MarkBody, by: Actor
) -> tuple[Mark, bool]:
    """A member's own mark, until the submission; returns it and whether it is new."""
    inspection = policy.joined(session, by, inspection_id)
    if by.id != member_id:
        raise NotAllowed("委員只能評自己的分數；請由本人登入後評分。")
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
    named = [photo.sha256 for photo in queries.named_photos(session, inspection.id)]
    return _settle(session, inspection, named)


def _settle(session: Session, inspection: Inspection, named: Sequence[str]) -> tuple[str, ...]:
    missing = _missing(session, inspection.id, named, lock=True)
    if inspection.state in (STARTED, INCOMPLETE, SUBMITTED):
        state = INCOMPLETE if missing else SUBMITTED
        if inspection.state != state:
            inspection.state = state
            session.flush()
    return missing


def missing_photos(session: Session, inspection_id: UUID) -> tuple[str, ...]:
    """The hashes the current submission names whose bytes have not come for this inspection and are not waived."""
    return _missing(
        session, inspection_id, [photo.sha256 for photo in queries.named_photos(session, inspection_id)]
    )


def _missing(
    session: Session, inspection_id: UUID, named: Sequence[str], *, lock: bool = False
) -> tuple[str, ...]:
    received = photos.received(session, inspection_id, named, lock=lock)
    missing = tuple(sha256 for sha256 in named if sha256 not in received)
    waived = queries.waived(session, inspection_id) if missing else frozenset()
    return tuple(sha256 for sha256 in missing if sha256 not in waived)


def current_body(session: Session, inspection: Inspection) -> SubmissionBody | None:
    """The body of the current submission, typed."""
    if inspection.submission_id is None:
        return None
    row = queries.submission(session, inspection.submission_id)
    return _typed(row) if row else None


def _typed(row: Submission) -> SubmissionBody:
    body: SubmissionBody = decode(json.loads(row.body), SubmissionBody)
    return body


def _earlier(visit: Standing, sent: Sent) -> Earlier | None:
    """The same submission received before; DifferentBody when its id was used for anything else."""
    earlier = visit.earlier
    if earlier and (earlier.inspection_id != visit.id or earlier.sha256 != sent.sha256):
        raise DifferentBody("這個 id 已收過不同的內容；原有內容未變。要更正請用新的 id 送 amendments。")
    return earlier


def _require_amendable(visit: Standing) -> None:
    if visit.state in PUBLISHED:
        raise Conflict("查核紀錄已發文，不能再更正；如有錯誤請洽工作人員。")
    if visit.submission_id is None or visit.state == CANCELLED:
        raise Conflict("尚無可更正的送件；請先送出 submission。")


def _accept(session: Session, visit: Standing, sent: Sent, by: Actor, now: datetime) -> Receipt:
    body = sent.body
    known = catalogues.get(session, visit.code_revision)
    codes = (*checks.demand_faults(sent.demands, known), *checks.code_faults(body, known))
    checks.refuse((*sent.faults, *codes, *checks.team_faults(body, visit.members)), sent.prefix)
    scores.grade(body, visit.on, visit.team, (), sent.prefix)
    if sent.is_first:
        _require_own_marks(visit, body)
    version = 1 if sent.is_first else queries.last_version(session, visit.id) + 1
    missing = _missing(session, visit.id, keeping.photos_named(body), lock=True)
    state = INCOMPLETE if missing else SUBMITTED
    link = keeping.keep(session, visit, sent, keeping.Stored(version, state, by, now))
    session.expire_all()
    return Receipt(body.id, sent.sha256, now, state, missing, is_new=True, link=link)


def _require_own_marks(visit: Standing, body: SubmissionBody) -> None:
    """What a member marked himself the first submission says too; an amendment tells why it is changed."""
    sent = {mark.member: mark.points for mark in body.marks}
    differing = [
        person.name for person in visit.team if person.marked and sent.get(person.user_id) != person.marked
    ]
    if differing:
        raise Conflict(f"{'、'.join(differing)}自己的評分與送件不同；請領隊與委員確認後，以相同的分數再送。")


def _judge_mark(inspection: Inspection, member_id: UUID, given: MarkBody) -> None:
    """Let the scoring engine judge one mark as it will judge them all."""
    parts = {name: value for name in PARTS if (value := getattr(given, name)) is not None}
    scores.judge(inspection.on, {"member": str(member_id), **parts})


def _receipt(session: Session, visit: Standing, sent: Sent, earlier: Earlier, by: Actor) -> Receipt:
    inspection = policy.led(session, by, visit.id)
    missing = settle(session, inspection)
    came = (keeping.SUBMITTED, keeping.AMENDED)
    subject = ("inspection", visit.id)
    link = audit.link_of(session, subject, earlier.received_at, earlier.by, *came, sha256=earlier.sha256)
    seen = (earlier.sha256, earlier.received_at, inspection.state, missing)
    return Receipt(sent.body.id, *seen, is_new=False, link=link)
