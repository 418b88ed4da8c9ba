"""What the API of filing notes takes and gives."""

import re
from typing import Any

import marshmallow as ma

from inspect_app.core import roc
from inspect_app.core.api import Flag, PageArgs, Schema, page_schema
from inspect_app.scrutiny.rules import rules
from inspect_app.scrutiny.service import Review
from inspect_app.scrutiny.words import STATES, VERDICTS

MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")


def _check_month(text: str) -> None:
    if not MONTH.fullmatch(text) or not roc.is_known(int(text[:4])):
        raise ma.ValidationError("應為西元年月，例：2026-11。")


class NoteArgs(PageArgs):
    state = ma.fields.String(load_default=None, validate=ma.validate.OneOf(list(STATES)))
    rule = ma.fields.String(load_default=None, validate=ma.validate.OneOf(list(rules().titles)))
    agency = ma.fields.String(load_default=None, validate=ma.validate.Length(1, 120))
    tender = ma.fields.UUID(load_default=None)
    month = ma.fields.String(load_default=None, validate=_check_month)
    strong = ma.fields.Boolean(load_default=None, truthy={"true"}, falsy={"false"})


class NoteTenderOut(Schema):
    id = ma.fields.UUID()
    number = ma.fields.String()
    name = ma.fields.String()
    agency = ma.fields.String()


class NoteWordsOut(Schema):
    zh = ma.fields.String()
    en = ma.fields.String()
    ask = ma.fields.String()


class NoteReviewOut(Schema):
    verdict = ma.fields.String(validate=ma.validate.OneOf(list(VERDICTS)))
    reason = ma.fields.String(allow_none=True)
    by = ma.fields.String(attribute="by_name")
    at = ma.fields.AwareDateTime()


class FilingNoteOut(Schema):
    """A note; `facts` are its months with the values it rests on. `review` is null to agencies."""

    id = ma.fields.UUID(attribute="note.id")
    tender = ma.fields.Nested(NoteTenderOut, attribute="note.tender_row")
    rule = ma.fields.String(attribute="note.rule")
    title = ma.fields.String()
    first = ma.fields.String(attribute="note.first")
    last = ma.fields.String(attribute="note.last")
    strong = Flag(attribute="note.strong")
    state = ma.fields.String(attribute="note.state", validate=ma.validate.OneOf(list(STATES)))
    facts = ma.fields.List(ma.fields.Dict(), attribute="note.facts")
    words = ma.fields.Nested(NoteWordsOut, attribute="note")
    found_at = ma.fields.AwareDateTime(attribute="note.found_at")
    review = ma.fields.Nested(NoteReviewOut, allow_none=True)


FilingNotePage = page_schema(FilingNoteOut)


class FilingNoteReviewIn(Schema):
    verdict = ma.fields.String(
        required=True, validate=ma.validate.OneOf(list(VERDICTS), error="應為 confirmed 或 dismissed。")
    )
    reason = ma.fields.String(load_default=None, allow_none=True, validate=ma.validate.Length(max=500))

    @ma.post_load
    def make(self, data: dict[str, Any], **_: Any) -> Review:
        return Review(data["verdict"], (data["reason"] or "").strip() or None)
