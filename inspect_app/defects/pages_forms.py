"""What people type into the pages of defects, as the API's schemas take it, and the photos they choose."""

import hashlib
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Any
from uuid import UUID

import marshmallow as ma
from flask import request
from werkzeug.datastructures import FileStorage

from inspect_app.core import roc
from inspect_app.core.api import Schema
from inspect_app.core.auth import Actor
from inspect_app.core.problems import FieldError, InvalidFields, Problem, Stale, TooLarge, UnsupportedKind, flatten
from inspect_app.defects.service import STAGES
from inspect_app.photos import receiving

LABELS = {
    "note": "說明",
    "result": "審查結果",
    "correct_by": "新的改善期限",
    "reason": "展延理由",
    "document": "文號",
    "before": "改善前照片",
    "during": "改善中照片",
    "after": "改善後照片",
}
PATH = re.compile(r"^photos\.|\[\d+\].*")
CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Refusal:
    """A form that was not taken: what was typed, which photos are already here, what is wrong.

    Inputs have the id `form-name`.
    """

    form: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)
    kept: Mapping[str, Sequence[str]] = field(default_factory=dict)
    errors: tuple[FieldError, ...] = ()
    title: str = ""
    status: int = 200

    def value(self, form: str, name: str, default: str = "") -> str:
        """What was typed into an input, or what else to show there."""
        return self.typed.get(name, default) if form == self.form else default

    def error(self, form: str, name: str) -> str:
        """What is wrong with an input, or nothing."""
        mine = self.errors if form == self.form else ()
        return next((error.reason for error in mine if error.field == name), "")

    @property
    def summary(self) -> list[FieldError]:
        """The errors by the inputs' ids, each with its label."""
        return [self._linked(error) for error in self.errors]

    def _linked(self, error: FieldError) -> FieldError:
        if error.field not in LABELS:
            return FieldError("", error.reason)
        return FieldError(f"{self.form}-{error.field}", f"{LABELS[error.field]}：{error.reason}")


def refusal(form: str, problem: Problem, kept: Mapping[str, Sequence[str]] | None = None) -> Refusal:
    """The form of this request as refused by a problem; `kept` photos need not be chosen again."""
    errors = [FieldError(PATH.sub("", error.field), error.reason) for error in problem.errors]
    title = "請更正下列項目" if errors else problem.title
    unique = tuple(dict.fromkeys(errors or [FieldError("", problem.detail)]))
    return Refusal(form, request.form.to_dict(), kept or {}, unique, title, problem.status)


def read(schema: Schema, days: Collection[str] = (), **known: Any) -> dict[str, Any]:
    """This request's form through a schema; `days` are typed in years of the Republic, `known` are not typed.

    InvalidFields names every input that is wrong.
    """
    given = {name: text for name in schema.fields if (text := _plain(request.form.get(name, "")))} | known
    wrong: dict[str, FieldError] = {}
    for name in given.keys() & set(days):
        try:
            given[name] = roc.parse(given[name]).isoformat()
        except roc.RocDateError as error:
            wrong[name] = FieldError(name, str(error))
    try:
        loaded: dict[str, Any] = schema.load(given)
    except ma.ValidationError as error:
        for each in flatten(error.messages):
            wrong.setdefault(each.field, each)
    if wrong:
        raise InvalidFields("請依各欄位的說明更正後再送。", errors=tuple(wrong.values()))
    return loaded


def _plain(text: str) -> str:
    return text.strip().replace("\r\n", "\n")


def check_seen(version: int) -> None:
    """Stale when the page that the form stood on showed another version."""
    seen = request.form.get("version")
    if seen is not None and seen != str(version):
        raise Stale("頁面開啟後，這項缺失已有更新。請看過最新內容再送一次；您輸入的內容仍在。")


@dataclass(frozen=True, slots=True)
class Chosen:
    """The photos of a correction by stage, as SHA-256s in hex, and which files were not taken."""

    photos: Mapping[str, list[str]]
    errors: tuple[FieldError, ...]


def take_photos(inspection_id: UUID, by: Actor) -> Chosen:
    """Receive the files chosen for each stage, besides those received before and still ticked."""
    photos: dict[str, list[str]] = {stage: request.form.getlist(f"kept-{stage}") for stage in STAGES}
    errors = []
    for stage in STAGES:
        for file in request.files.getlist(stage):
            if not file.filename:
                continue
            try:
                photos[stage].append(_receive(file, inspection_id, by))
            except (InvalidFields, UnsupportedKind, TooLarge) as problem:
                errors.append(FieldError(stage, f"{file.filename}：{problem.detail}"))
    unique = {stage: list(dict.fromkeys(hashes)) for stage, hashes in photos.items()}
    return Chosen(unique, tuple(errors))


def _receive(file: FileStorage, inspection_id: UUID, by: Actor) -> str:
    sha256 = _digest(file.stream)
    receiving.receive(file.stream, sha256, inspection_id, by)
    return sha256


def _digest(stream: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while piece := stream.read(CHUNK):
        digest.update(piece)
    stream.seek(0)
    return digest.hexdigest()
