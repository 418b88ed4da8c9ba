"""The section 照片提示 of other rooms' pages."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import url_for
from sqlalchemy.orm import Session

from inspect_app.core.auth import Actor
from inspect_app.layout.parts import Photo
from inspect_app.plausibility import policy, service
from inspect_app.plausibility.notes import PLACE, REUSE, SOFTWARE, TIME, Unknown, Use
from inspect_app.plausibility.service import VERDICTS, Told

TITLES = {REUSE: "相同或相似照片", TIME: "拍攝時間", PLACE: "拍攝位置", SOFTWARE: "影像處理軟體"}


@dataclass(frozen=True, slots=True)
class Shown:
    """One note with its one or two pictures side by side, and where its review is sent."""

    told: Told
    title: str
    photos: list[Photo]
    inspection: UUID
    verdict: str


@dataclass(frozen=True, slots=True)
class Section:
    """What the template takes. `may_review`: whether to offer the form; `defect`: on whose page it stands, if any."""

    notes: list[Shown]
    unknown: Unknown
    may_review: bool
    defect: UUID | None


@dataclass(frozen=True, slots=True)
class About:
    """A defect to whose notes a page keeps: its corrections', and those on the photos `shas` of the visit."""

    defect: UUID
    shas: Collection[str]

    def has(self, told: Told) -> bool:
        note = told.note
        uses = [note.use, *([note.other] if note.other else [])]
        return note.use.sha256 in self.shas or any(use.defect == self.defect for use in uses)


def section(
    session: Session, actor: Actor, inspection_id: UUID, now: datetime, about: About | None = None
) -> Section | None:
    """The notes on an inspection's photos, or only those about one defect; None for who gets none."""
    if not policy.reads(actor):
        return None
    found = service.of_inspection(session, actor, inspection_id, now)
    told = [each for each in found.items if about is None or about.has(each)]
    return Section(
        [_shown(each) for each in told], found.unknown, policy.reviews(actor), about.defect if about else None
    )


def _shown(told: Told) -> Shown:
    note = told.note
    uses = [note.use, *([note.other] if note.other else [])]
    verdict = VERDICTS[told.review.verdict] if told.review else ""
    return Shown(told, TITLES[note.kind], [_tile(use) for use in uses], note.use.inspection, verdict)


def _tile(use: Use) -> Photo:
    where, _ = use.told()
    thumb = url_for("photos_api.photo", sha256=use.sha256, size="thumb")
    return Photo(thumb, f"照片：{where}", url_for("photos_api.photo", sha256=use.sha256, size="web"), where)
