"""What the API of photo notes takes and gives."""

from typing import Any

import marshmallow as ma

from inspect_app.core.api import Schema
from inspect_app.plausibility.notes import PLACE, REUSE, SOFTWARE, STAGES, TIME
from inspect_app.plausibility.service import VERDICTS, Review


class PhotoUseOut(Schema):
    inspection = ma.fields.UUID()
    tender = ma.fields.String()
    on = ma.fields.Date()
    stage = ma.fields.String(validate=ma.validate.OneOf(list(STAGES)))
    photo = ma.fields.String(attribute="sha256")
    defect = ma.fields.UUID(allow_none=True)
    code = ma.fields.String(allow_none=True)


class PhotoNoteWordsOut(Schema):
    zh = ma.fields.String()
    en = ma.fields.String()


class PhotoNoteReviewOut(Schema):
    verdict = ma.fields.String(validate=ma.validate.OneOf(list(VERDICTS)))
    reason = ma.fields.String(allow_none=True)
    by = ma.fields.String(attribute="by_name")
    at = ma.fields.AwareDateTime()


class PhotoNoteOut(Schema):
    id = ma.fields.UUID(attribute="note.id")
    kind = ma.fields.String(attribute="note.kind", validate=ma.validate.OneOf([REUSE, TIME, PLACE, SOFTWARE]))
    at = ma.fields.Nested(PhotoUseOut, attribute="note.use")
    other = ma.fields.Nested(PhotoUseOut, attribute="note.other", allow_none=True)
    figures = ma.fields.Dict(attribute="note.figures")
    words = ma.fields.Nested(PhotoNoteWordsOut, attribute="note")
    review = ma.fields.Nested(PhotoNoteReviewOut, allow_none=True)


class PhotoNotesUnknownOut(Schema):
    photos = ma.fields.Integer()
    time = ma.fields.Integer()
    place = ma.fields.Integer()
    look = ma.fields.Integer()


class PhotoNotesOut(Schema):
    items = ma.fields.List(ma.fields.Nested(PhotoNoteOut))
    unknown_ = ma.fields.Nested(PhotoNotesUnknownOut, attribute="unknown", data_key="unknown")


class PhotoNoteReviewIn(Schema):
    verdict = ma.fields.String(
        required=True, validate=ma.validate.OneOf(list(VERDICTS), error="應為 clear 或 follow_up。")
    )
    reason = ma.fields.String(load_default=None, allow_none=True, validate=ma.validate.Length(max=500))

    @ma.post_load
    def make(self, data: dict[str, Any], **_: Any) -> Review:
        return Review(data["verdict"], (data["reason"] or "").strip() or None)
