"""The rows of a submission: the newest version's marks, photos, tests and defects stand in tables of their own."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Insert, bindparam, delete, insert, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from inspect_app.core import audit
from inspect_app.core.auth import Actor
from inspect_app.core.chain import Link
from inspect_app.core.database import table, together, violates
from inspect_app.core.problems import DifferentBody
from inspect_app.defects import service as defects
from inspect_app.inspections import queries
from inspect_app.inspections.body import GivenMark, SubmissionBody
from inspect_app.inspections.intake import Sent
from inspect_app.inspections.models import Inspection, Mark, NamedPhoto, SiteTest, Submission
from inspect_app.inspections.standing import Standing
from inspect_app.inspections.words import PARTS

VISITS, MARKS, PHOTOS = table(Inspection), table(Mark), table(NamedPhoto)
POINT = (
    update(VISITS)
    .where(VISITS.c.id == bindparam("key"))
    .values(
        submission_id=bindparam("submission"),
        state=bindparam("to"),
        code_revision=bindparam("revision"),
        version=VISITS.c.version + 1,
    )
)
CLEAR_MARKS, CLEAR_PHOTOS = (
    delete(rows).where(rows.c.inspection_id == bindparam("visit")) for rows in (MARKS, PHOTOS)
)
ADD_SENT, ADD_MARKS, ADD_PHOTOS, ADD_TESTS = (
    insert(rows) for rows in (table(Submission), MARKS, PHOTOS, table(SiteTest))
)

SUBMITTED, AMENDED = "inspection.submitted", "inspection.amended"
"""The events of a submission's coming."""


@dataclass(frozen=True, slots=True)
class Stored:
    """How a submission is kept: its version, the state it leads to, by whom and when it came."""

    version: int
    state: str
    by: Actor
    at: datetime


def keep(session: Session, visit: Standing, sent: Sent, how: Stored) -> Link | None:
    """Store the body whole, its marks, photos, tests and defects in place of what stood there, and the event.

    Returns the event's link. DifferentBody when a defect's id is another inspection's.
    """
    tests = _tests_to_add(session, visit.id, sent)
    try:
        with together(session) as connection:
            link = _tell(session, visit, sent, how)
            _keep(connection, visit, sent, how)
            _add(connection, ADD_TESTS, visit.id, tests)
            defects.replace(connection, visit.id, _found(sent.body), first=sent.is_first)
    except IntegrityError as error:
        if violates(error, defects.TABLE):
            raise DifferentBody("缺失的 id 已用於其他查核；請由平板重新產生。") from error
        raise
    return link


def _tell(session: Session, visit: Standing, sent: Sent, how: Stored) -> Link | None:
    action = SUBMITTED if sent.is_first else AMENDED
    detail = {"version": how.version, "reason": sent.reason, "sha256": sent.sha256}
    subject = ("inspection", visit.id)
    return audit.append(session, how.by, action, subject, how.at, detail, visit.last)


def _keep(connection: Connection, visit: Standing, sent: Sent, how: Stored) -> None:
    row = {
        "id": sent.body.id,
        "version": how.version,
        "body": sent.text,
        "sha256": sent.sha256,
        "reason": sent.reason,
        "received_at": how.at,
        "received_by": how.by.id,
    }
    _add(connection, ADD_SENT, visit.id, [row])
    point = {"key": visit.id, "submission": sent.body.id, "to": how.state, "revision": visit.code_revision}
    connection.execute(POINT, point)
    if visit.is_marked:
        connection.execute(CLEAR_MARKS, {"visit": visit.id})
    if not sent.is_first:
        connection.execute(CLEAR_PHOTOS, {"visit": visit.id})
    _add(connection, ADD_MARKS, visit.id, [_mark_row(mark) for mark in sent.body.marks])
    _add(connection, ADD_PHOTOS, visit.id, _photo_rows(sent.body))


def photos_named(body: SubmissionBody) -> tuple[str, ...]:
    """The SHA-256s of the photos and signatures a body names, each once, in its order."""
    return tuple(
        dict.fromkeys([*(photo.sha256 for photo in body.photos), *(each.sha256 for each in body.signatures)])
    )


def _add(connection: Connection, into: Insert, visit: UUID, rows: list[dict[str, Any]]) -> None:
    if rows:
        connection.execute(into, [row | {"inspection_id": visit} for row in rows])


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


def _found(body: SubmissionBody) -> list[defects.NewDefect]:
    return [
        defects.NewDefect(
            id=found.id,
            position=position,
            code=found.code,
            severity=found.severity,
            party=found.party,
            also=tuple(found.also),
            points=found.points,
            note=found.note,
            place=found.place,
            photos=tuple(found.photos),
        )
        for position, found in enumerate(body.defects)
    ]


def _tests_to_add(session: Session, visit: UUID, sent: Sent) -> list[dict[str, Any]]:
    """Tests no longer pending go, but a result once recorded stays: no amendment undoes a test."""
    wanted = dict.fromkeys(sent.body.pending_tests)
    for row in () if sent.is_first else queries.tests_of(session, visit):
        if row.test in wanted:
            del wanted[row.test]
        elif row.result is None:
            session.delete(row)
    return [{"test": test} for test in wanted]
