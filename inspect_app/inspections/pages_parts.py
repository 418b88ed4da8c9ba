"""Parts of an inspection's page: its defects, checklist answers, photos and signatures."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from flask import url_for

from forms.published import load
from forms.schema import FormItem
from inspect_app.defects.pages_words import days_left, parties_of, sentence
from inspect_app.defects.words import PARTIES
from inspect_app.inspections.body import Answer, SubmissionBody
from inspect_app.inspections.models import NamedPhoto, PhotoWaiver
from inspect_app.layout.context import roc_time
from inspect_app.layout.parts import Photo
from inspect_app.photos import addresses

if TYPE_CHECKING:
    from inspect_app.defects.models import Defect

ORDER = {"fail": 0, "pass": 1, None: 1, "na": 2}
ERASED = "照片已依規定清除"
SIGNERS = PARTIES | {"leader": "領隊", "member": "查核委員", "staff": "工作人員"}


@dataclass(frozen=True, slots=True)
class DefectRow:
    """A defect in a table: `days_left` counts calendar days while it is open; `thumbs` are received."""

    defect: "Defect"
    title: str | None
    parties: str
    days_left: int | None
    thumbs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One question and its answer; `photos` counts those named."""

    text: str
    result: str | None
    value: str | None
    note: str | None
    photos: int


@dataclass(frozen=True, slots=True)
class AnswerSection:
    """The answers under one heading, what failed first."""

    title: str
    rows: tuple[AnswerRow, ...]

    @property
    def failed(self) -> int:
        return sum(row.result == "fail" for row in self.rows)


def defect_rows(
    found: Iterable["Defect"],
    title: Callable[[str], str | None],
    received: set[str],
    today: date,
    named: frozenset[str],
) -> list[DefectRow]:
    """The defects in the order found; `title` says a code's, `named` are the parties that have the issued papers."""
    return [
        DefectRow(
            defect,
            title(defect.code),
            parties_of(defect, named),
            days_left(defect, today),
            tuple(sha256 for sha256 in defect.photos if sha256 in received),
        )
        for defect in found
    ]


def steps_of(found: Iterable["Defect"]) -> list[tuple[datetime, str, str]]:
    """What was done about the defects: instant, name, sentence."""
    return [
        (step.at, step.by_name, f"缺失 {row.code}：{sentence(step)}") for row in found for step in row.steps
    ]


def answer_sections(body: SubmissionBody) -> list[AnswerSection]:
    """The checklist's answers, section by section."""
    form = load(body.form.code, body.form.version)
    return [AnswerSection(section.title, _answers(section.items, body)) for section in form.sections]


def _answers(items: Sequence[FormItem], body: SubmissionBody) -> tuple[AnswerRow, ...]:
    rows = [_answer(item, body.answers[item.id]) for item in items if item.id in body.answers]
    return tuple(sorted(rows, key=lambda row: ORDER[row.result]))


def _answer(item: FormItem, answer: Answer) -> AnswerRow:
    return AnswerRow(item.text, answer.result, _said(item, answer.value), answer.note, len(answer.photos))


def _said(item: FormItem, value: str | None) -> str | None:
    """An answer's value in words: a number with its unit, a choice by its text."""
    if value and item.unit:
        return f"{value} {item.unit}"
    return next((choice.text.zh for choice in item.choices if choice.id == value), value)


@dataclass(frozen=True, slots=True)
class Shown:
    """What a page shows of photos: the hashes received, those erased since, and whether originals are offered."""

    received: set[str]
    erased: frozenset[str]
    originals: bool


def grid(named: Iterable[NamedPhoto], shown: Shown, *, signatures: bool) -> list[Photo]:
    """The received photos, or the received signatures, in the submission's order."""
    of_kind = [photo for photo in named if bool(photo.signature) is signatures]
    chosen = [photo for photo in of_kind if photo.sha256 in shown.received]
    return [_tile(photo, place, shown) for place, photo in enumerate(chosen, 1)]


def awaited(named: Iterable[NamedPhoto], missing: Sequence[str]) -> list[tuple[str, str]]:
    """The photos that may be waived: SHA-256, and the words by which people know it."""
    wanted = [photo for photo in named if photo.sha256 in missing and not photo.signature]
    return [(photo.sha256, label(photo, place)) for place, photo in enumerate(wanted, 1)]


def waived(named: Iterable[NamedPhoto], given: Iterable[PhotoWaiver]) -> list[tuple[PhotoWaiver, str]]:
    """Each waiver with the words for its photo."""
    labels = {photo.sha256: label(photo, place) for place, photo in enumerate(named, 1)}
    return [(row, labels[row.sha256]) for row in given]


def label(photo: NamedPhoto, place: int) -> str:
    """What people call a photo that cannot be seen: its caption and time, and how its hash begins."""
    return f"{'　'.join(_caption(photo)) or f'查核照片 {place}'}（雜湊 {photo.sha256[:8]}）"


def _tile(photo: NamedPhoto, place: int, shown: Shown) -> Photo:
    caption = "　".join(_caption(photo))
    words = caption or f"查核照片 {place}"
    if photo.sha256 in shown.erased:
        return Photo(None, words, "", caption, instead=ERASED)
    large, original = (
        url_for("photos_api.photo", sha256=photo.sha256, size=size) for size in ("web", "original")
    )
    offered = original if shown.originals else ""
    return Photo(addresses.image(photo.sha256), words, large, caption, original=offered)


def _caption(photo: NamedPhoto) -> Iterator[str]:
    if photo.signature:
        yield f"{SIGNERS.get(photo.signature, photo.signature)}簽名"
    if photo.caption:
        yield photo.caption
    if photo.taken_at:
        yield roc_time(photo.taken_at)
