"""The rows of a submission: the newest version's marks, photos, tests and defects stand in tables of their own."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, delete, insert, update
from sqlalchemy.orm import Session

from inspect_app.core.database import table
from inspect_app.defects import service as defects
from inspect_app.inspections import queries
from inspect_app.inspections.body import GivenMark, SubmissionBody
from inspect_app.inspections.intake import Sent
from inspect_app.inspections.models import Inspection, Mark, NamedPhoto, SiteTest, Submission
from inspect_app.inspections.words import PARTS

INSPECTIONS = table(Inspection)
POINT = (
    update(INSPECTIONS)
    .where(INSPECTIONS.c.id == bindparam("key"))
    .values(submission_id=bindparam("submission"), state=bindparam("to"), version=INSPECTIONS.c.version + 1)
)


@dataclass(frozen=True, slots=True)
class Stored:
    """How a submission is kept: its version, the state it leads to, by whom and when it came."""

    version: int
    state: str
    by: UUID
    at: datetime


def keep(session: Session, inspection_id: UUID, sent: Sent, how: Stored) -> None:
    """Store the body whole, and its marks and photos in place of what stood there; reads nothing back."""
    _store(session, inspection_id, sent, how)
    _clear(session, Mark, inspection_id)  # members may have marked before
    if not sent.is_first:
        _clear(session, NamedPhoto, inspection_id)
    _insert(session, Mark, inspection_id, [_mark_row(mark) for mark in sent.body.marks])
    _insert(session, NamedPhoto, inspection_id, _photo_rows(sent.body))


def keep_tests_and_defects(session: Session, inspection_id: UUID, sent: Sent) -> None:
    """The body's tests and defects; DifferentBody when a defect's id is another inspection's."""
    _keep_tests(session, inspection_id, sent.body.pending_tests, first=sent.is_first)
    found = [_defect_row(sent.body, index) for index in range(len(sent.body.defects))]
    defects.replace(session, inspection_id, found, first=sent.is_first)


def _store(session: Session, inspection_id: UUID, sent: Sent, how: Stored) -> None:
    row = {
        "id": sent.body.id,
        "version": how.version,
        "body": sent.text,
        "sha256": sent.sha256,
        "reason": sent.reason,
        "received_at": how.at,
        "received_by": how.by,
    }
    _insert(session, Submission, inspection_id, [row])
    session.connection().execute(POINT, {"key": inspection_id, "submission": sent.body.id, "to": how.state})


def photos_named(body: SubmissionBody) -> tuple[str, ...]:
    """The SHA-256s of the photos and signatures a body names, each once, in its order."""
    return tuple(
        dict.fromkeys([*(photo.sha256 for photo in body.photos), *(each.sha256 for each in body.signatures)])
    )


def _clear(session: Session, model: type[Any], inspection_id: UUID) -> None:
    rows = table(model)
    session.connection().execute(delete(rows).where(rows.c.inspection_id == inspection_id))


def _insert(session: Session, model: type[Any], inspection_id: UUID, rows: list[dict[str, Any]]) -> None:
    if rows:
        session.connection().execute(
            insert(table(model)), [row | {"inspection_id": inspection_id} for row in rows]
        )


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


def _keep_tests(session: Session, inspection_id: UUID, pending: Iterable[str], *, first: bool) -> None:
    """Tests no longer pending go, but a result once recorded stays: no amendment undoes a test."""
    wanted = dict.fromkeys(pending)
    for row in () if first else queries.tests_of(session, inspection_id):
        if row.test in wanted:
            del wanted[row.test]
        elif row.result is None:
            session.delete(row)
    _insert(session, SiteTest, inspection_id, [{"test": test} for test in wanted])
