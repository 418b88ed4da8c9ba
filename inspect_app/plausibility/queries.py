"""Gathering what notes are told from; of other inspections only what the actor may know."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from inspect_app.core.auth import Actor
from inspect_app.defects import queries as defects
from inspect_app.inspections import queries as inspections
from inspect_app.inspections import submissions
from inspect_app.photos import queries as photos
from inspect_app.plausibility import likeness, searching
from inspect_app.plausibility.likeness import Views
from inspect_app.plausibility.models import NoteReview, PhotoLook
from inspect_app.plausibility.notes import VISIT, Use
from inspect_app.plausibility.notes import Visit as Facts

CHUNK = 500


def pictures(session: Session, inspection_id: UUID) -> list[str]:
    """The photos of an inspection, by SHA-256: those received that its submission names or its corrections carry."""
    named = [each.sha256 for each in inspections.named_photos(session, inspection_id) if not each.signature]
    steps = [step for row in defects.of_inspection(session, inspection_id) for step in row.steps]
    wanted = dict.fromkeys([*named, *(sha256 for step in steps for _, sha256 in _carried(step))])
    received = photos.received(session, inspection_id, wanted)
    return [sha256 for sha256 in wanted if sha256 in received]


def views(session: Session, shas: Iterable[str]) -> dict[str, Views]:
    """How those of the photos look that show enough to be told from others."""
    wanted, found = sorted(set(shas)), dict[str, Views]()
    for start in range(0, len(wanted), CHUNK):
        query = select(PhotoLook.sha256, PhotoLook.views).where(
            PhotoLook.sha256.in_(wanted[start : start + CHUNK]),
            PhotoLook.method == likeness.METHOD,
            PhotoLook.views != "",
        )
        found |= {sha256: likeness.read(text) for sha256, text in session.execute(query).tuples()}
    return found


def alike(
    session: Session, shown: Mapping[str, Views], shas: Iterable[str], limit: int, now: datetime
) -> dict[str, dict[str, int]]:
    """For each photo the others that look alike, with the bits that differ; itself with 0, however it looks."""
    near = searching.searcher().search(session, shown, limit, now) if shown else {}
    return {sha256: {sha256: 0, **near.get(sha256, {})} for sha256 in shas}


def uses(session: Session, actor: Actor, shas: Iterable[str]) -> dict[str, list[Use]]:
    """Every place, known to the actor, where the photos stand, by SHA-256."""
    wanted, found = sorted(set(shas)), list[Use]()
    for start in range(0, len(wanted), CHUNK):
        found += _uses(session, actor, wanted[start : start + CHUNK])
    by_photo: dict[str, list[Use]] = {}
    for use in found:
        by_photo.setdefault(use.sha256, []).append(use)
    return by_photo


def _uses(session: Session, actor: Actor, shas: Sequence[str]) -> list[Use]:
    """Only where the photo was received too: who names a hash he never had learns nothing of its picture."""
    received = {(each.inspection_id, each.sha256) for each in photos.receipts(session, shas)}
    named = inspections.namings(session, actor, shas)
    corrections = defects.corrections_with(session, actor, shas)
    ids = {inspection for inspection, _ in named} | {row.inspection_id for row, _ in corrections}
    visits = {visit.id: (visit.tender_facts.name, visit.on) for visit in inspections.of_ids(session, ids)}
    seen = [Use(inspection, *visits[inspection], VISIT, sha256) for inspection, sha256 in named]
    seen += [
        _use(visits, row, step, stage, sha256)
        for row, step in corrections
        for stage, sha256 in _carried(step)
    ]
    return [use for use in seen if (use.inspection, use.sha256) in received]


def _use(visits: Mapping[UUID, tuple[str, date]], row: Any, step: Any, stage: str, sha256: str) -> Use:
    return Use(row.inspection_id, *visits[row.inspection_id], stage, sha256, row.id, row.code, step.at)


def _carried(step: Any) -> Iterator[tuple[str, str]]:
    """The photos of a correction with their stage, each once a stage."""
    for stage, shas in step.detail.get("photos", {}).items():
        yield from ((stage, sha256) for sha256 in dict.fromkeys(shas))


def facts(session: Session, inspection_id: UUID) -> Facts:
    """By what an inspection's photos are measured."""
    (row,) = inspections.of_ids(session, [inspection_id])
    body = submissions.current_body(session, row)
    if body is None:
        return Facts(issued_at=row.issued_at)
    spot = (body.location.lat, body.location.lon) if body.location else None
    offset = body.device.clock_offset_s if body.device else 0
    return Facts(body.started_at, body.finished_at, row.issued_at, offset, spot)


def reviews(session: Session, ids: Iterable[UUID]) -> dict[UUID, NoteReview]:
    """The last review of each note."""
    found: dict[UUID, NoteReview] = {}
    wanted = list(ids)
    for start in range(0, len(wanted), CHUNK):
        query = select(NoteReview).where(NoteReview.note_id.in_(wanted[start : start + CHUNK]))
        ordered = session.scalars(query.order_by(NoteReview.at, NoteReview.id))
        found |= {review.note_id: review for review in ordered}
    return found
