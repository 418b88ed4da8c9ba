"""What must hold of the data at any moment, whatever happened to the processes that wrote it."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from inspect_app.accounts.models import Credential, Device, Enrolment
from inspect_app.core.audit import AuditEvent
from inspect_app.core.database import Base
from inspect_app.defects.models import CorrectionPhoto, Defect, DefectStep
from inspect_app.evidence import comparing
from inspect_app.inspections.models import Inspection, Mark, NamedPhoto, SiteTest, Submission
from inspect_app.photos.models import Photo, PhotoReceipt, PhotoUpload
from inspect_app.tenders.models import Progress, Tender
from tests.concurrency.arena import Arena

SIZES = ("original", "web", "thumb")
AFTER_START = {"started", "incomplete", "submitted", "issued", "closed"}
AFTER_SUBMISSION = {"incomplete", "submitted", "issued", "closed"}


def broken(arena: Arena) -> list[str]:
    """Everything that does not hold; empty when all is well."""
    uploads = arena.server.folder / "uploads"
    with arena.looking() as current:
        found = [*_database(current)]
        known = _Events(current)
        for inspection in current.scalars(select(Inspection)).unique():
            found += [
                f"inspection {inspection.id} {inspection.state}: {say}"
                for say in _visit(current, inspection, known)
            ]
        found += _chains(current)
        for check in (_photos(current, uploads), _uploads(current, uploads), _others(current, known)):
            found += check
    return found


def _chains(current: Session) -> Iterator[str]:
    """Every event of an inspection stands in its chain, and no chain is forked or broken."""
    query = select(AuditEvent).where(AuditEvent.subject_kind == "inspection")
    events: dict[str, list[AuditEvent]] = {}
    for event in current.scalars(query.order_by(AuditEvent.seq)):
        events.setdefault(event.subject_id, []).append(event)
    for subject, chain in events.items():
        yield from (f"chain of {subject}: {fault}" for fault in comparing.chain_faults(chain))


class _Events:
    """How often each action was recorded of each object."""

    def __init__(self, session: Session) -> None:
        query = select(AuditEvent.action, AuditEvent.subject_id)
        rows = session.execute(query).tuples()
        self.counts = Counter((action, subject) for action, subject in rows)

    def of(self, action: str, subject: object) -> int:
        return self.counts[action, str(subject)]

    def total(self, action: str) -> int:
        return sum(number for (name, _), number in self.counts.items() if name == action)


def rows_of(session: Session, table: type[Base], inspection_id: UUID) -> list[Any]:
    column = getattr(table, "inspection_id")  # noqa: B009 - every table given here has one
    return list(session.scalars(select(table).where(column == inspection_id)))


def _database(session: Session) -> Iterator[str]:
    if session.get_bind().dialect.name != "sqlite":
        return
    if (said := session.scalar(text("PRAGMA integrity_check"))) != "ok":
        yield f"integrity_check: {said}"
    for row in session.execute(text("PRAGMA foreign_key_check")):
        yield f"foreign_key_check: {tuple(row)}"


# -- visits ------------------------------------------------------------------------------------------------


def _visit(session: Session, row: Inspection, events: _Events) -> Iterator[str]:
    expected = {
        "inspection.planned": 1,
        "inspection.started": int(row.started_at is not None),
        "inspection.cancelled": int(row.state == "cancelled"),
        "inspection.issued": int(row.issued_at is not None),
        "inspection.closed": int(row.closed_at is not None),
    }
    for action, number in expected.items():
        if events.of(action, row.id) != number:
            yield f"{action} is recorded {events.of(action, row.id)} times, not {number}"
    yield from _state(row)
    yield from _submissions(session, row, events)
    yield from _defects(session, row, events)


def _state(row: Inspection) -> Iterator[str]:
    if (row.state in AFTER_START) != (row.started_at is not None):
        yield "state and start differ"
    if (row.state in AFTER_SUBMISSION) != (row.submission_id is not None):
        yield "state and submission differ"
    if (row.state in {"issued", "closed"}) != (row.issued_at is not None) or (row.issued_at is None) != (
        row.result is None
    ):
        yield "state and issue differ"
    if row.state in AFTER_START and any(person.conflict is not False for person in row.team):
        yield "started without every declaration"


def _submissions(session: Session, row: Inspection, events: _Events) -> Iterator[str]:
    kept = sorted(rows_of(session, Submission, row.id), key=lambda each: each.version)
    if [each.version for each in kept] != list(range(1, len(kept) + 1)):
        yield "versions have a gap"
    if events.of("inspection.submitted", row.id) + events.of("inspection.amended", row.id) != len(kept):
        yield "submissions and their events differ"
    for each in kept:
        if each.sha256 != hashlib.sha256(each.body.encode()).hexdigest():
            yield f"submission {each.version} is not what was hashed"
    if kept and row.submission_id != kept[-1].id:
        yield "the current submission is not the last"
    if kept:
        yield from _children(session, row, json.loads(kept[-1].body))


def _children(session: Session, row: Inspection, body: dict[str, Any]) -> Iterator[str]:
    named = {each["sha256"] for part in ("photos", "signatures") for each in body.get(part, [])}
    if {each.sha256 for each in rows_of(session, NamedPhoto, row.id)} != named:
        yield "named photos are not the submission's"
    marks = {str(each.member_id): each.points for each in rows_of(session, Mark, row.id)}
    if marks != {each["member"]: {k: v for k, v in each.items() if k != "member"} for each in body["marks"]}:
        yield "marks are not the submission's"
    defects = {str(each.id) for each in rows_of(session, Defect, row.id)}
    if defects != {each["id"] for each in body.get("defects", [])}:
        yield "defects are not the submission's"
    if not set(body.get("pending_tests", [])) <= {each.test for each in rows_of(session, SiteTest, row.id)}:
        yield "a pending test is missing"
    received = {each.sha256 for each in rows_of(session, PhotoReceipt, row.id)}
    if row.state in {"incomplete", "submitted"} and (row.state == "incomplete") != bool(named - received):
        yield "state does not tell of missing photos"


def _defects(session: Session, row: Inspection, events: _Events) -> Iterator[str]:
    steps = 0
    for defect in rows_of(session, Defect, row.id):
        steps += len(defect.steps)
        if [step.position for step in defect.steps] != list(range(len(defect.steps))):
            yield f"defect {defect.id}: steps have a gap"
        if defect.state != (wanted := _reached(row, defect.steps)):
            yield f"defect {defect.id} is {defect.state}, its steps say {wanted}"
        corrections = [step.id for step in defect.steps if step.kind == "correction"]
        carried = set(
            session.scalars(select(CorrectionPhoto.step_id).where(CorrectionPhoto.step_id.in_(corrections)))
        )
        if carried != set(corrections):
            yield f"defect {defect.id}: a correction without photos"
    recorded = sum(
        n
        for (action, subject), n in events.counts.items()
        if action.startswith("defect.") and subject == str(row.id)
    )
    if recorded != steps:
        yield f"{steps} steps, {recorded} events"


def _reached(row: Inspection, steps: list[DefectStep]) -> str:
    """The state that a defect's steps lead to."""
    state = "issued" if row.issued_at is not None else "found"
    for step in steps:
        if step.kind == "correction":
            state = "answered"
        elif step.kind == "review":
            passed = {"answered": "under_review", "under_review": "corrected"}[state]
            state = passed if step.detail["result"] == "pass" else "issued"
    return "closed" if row.closed_at is not None else state


# -- photos ------------------------------------------------------------------------------------------------


def _photos(session: Session, uploads: Path) -> Iterator[str]:
    for photo in session.scalars(select(Photo)):
        paths = [uploads / "photos" / size / photo.sha256[:2] / photo.sha256 for size in SIZES]
        if not all(path.is_file() and path.stat().st_size for path in paths):
            yield f"photo {photo.sha256} has a row without bytes"
        elif hashlib.sha256(paths[0].read_bytes()).hexdigest() != photo.sha256:
            yield f"photo {photo.sha256} has other bytes"
        elif paths[0].stat().st_size != photo.bytes:
            yield f"photo {photo.sha256} has another length"


def _uploads(session: Session, uploads: Path) -> Iterator[str]:
    rows = {str(row.id): row for row in session.scalars(select(PhotoUpload))}
    folder = uploads / "incoming-tus"
    for part in folder.iterdir() if folder.is_dir() else ():
        # A part without a row is what the nightly clearing takes away.
        if part.name in rows and part.stat().st_size > rows[part.name].length:
            yield f"part {part.name} is longer than its upload"
    received = set(session.execute(select(PhotoReceipt.sha256, PhotoReceipt.inspection_id)).tuples())
    for row in rows.values():
        if row.finished_at is not None and (row.sha256, row.inspection_id) not in received:
            yield f"upload {row.id} is finished and its photo not received"


# -- the rest ----------------------------------------------------------------------------------------------


def _others(session: Session, events: _Events) -> Iterator[str]:
    receipts = Counter(session.scalars(select(PhotoReceipt.inspection_id)))
    for inspection_id, number in receipts.items():
        if events.of("photo.received", inspection_id) != number:
            yield f"inspection {inspection_id}: {number} receipts, {events.of('photo.received', inspection_id)} events"
    for tender in session.scalars(select(Tender)).unique():
        changes = events.of("tender.changed", tender.id)
        if events.of("tender.created", tender.id) and tender.version != changes + 1:
            yield f"tender {tender.id}: version {tender.version}, {changes} changes"
    for month in session.scalars(select(Progress).where(Progress.filed_at.is_not(None))):
        if events.of("progress.filed", month.tender_id) < 1:
            yield f"progress of {month.tender_id} without an event"
    yield from _accounts(session, events)


def _accounts(session: Session, events: _Events) -> Iterator[str]:
    devices = session.scalars(select(Device)).unique().all()
    codes = session.scalars(select(Enrolment)).all()
    credentials = session.scalars(select(Credential)).unique().all()
    sessions = [each for each in credentials if each.device_id is None]
    yield from _devices(devices, events)
    pairs = {
        "codes and their events": (len(codes), events.total("device.enrolment")),
        "used codes and tablets": (sum(code.used_at is not None for code in codes), len(devices)),
        "tablets and their tokens": (len(devices), len(credentials) - len(sessions)),
        "tokens and their events": (len(sessions), events.total("session.opened")),
        "ended tokens and their events": (
            sum(each.revoked_at is not None for each in sessions),
            events.total("session.closed"),
        ),
    }
    yield from (f"{what} differ: {pair}" for what, pair in pairs.items() if pair[0] != pair[1])


def _devices(devices: Sequence[Device], events: _Events) -> Iterator[str]:
    for device in devices:
        if events.of("device.enrolled", device.id) != 1:
            yield f"device {device.id} without its event"
        if (device.revoked_at is not None) != bool(events.of("device.revoked", device.id)):
            yield f"device {device.id}: revocation and event differ"
