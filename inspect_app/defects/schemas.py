"""What the API of defects takes and gives."""

from typing import Any

import marshmallow as ma

from inspect_app.core.api import Day, PageArgs, Schema, page_schema
from inspect_app.defects.service import Review
from inspect_app.defects.words import STATES

HASH = ma.validate.Regexp(r"^[0-9a-f]{64}$", error="應為 64 個小寫十六進位字元（SHA-256）。")


class DefectArgs(PageArgs):
    inspection = ma.fields.UUID(load_default=None)
    state = ma.fields.String(
        load_default=None, validate=ma.validate.OneOf(list(STATES), error="沒有這個狀態。")
    )
    code = ma.fields.String(load_default=None, validate=ma.validate.Length(max=20))
    open = ma.fields.Boolean(load_default=None)


class StepOut(Schema):
    kind = ma.fields.String()
    at = ma.fields.AwareDateTime()
    by = ma.fields.String(attribute="by_name")
    note = ma.fields.String(allow_none=True)
    detail = ma.fields.Dict()


class DefectOut(Schema):
    id = ma.fields.UUID()
    inspection = ma.fields.UUID()
    code = ma.fields.String()
    severity = ma.fields.String()
    party = ma.fields.String()
    also = ma.fields.List(ma.fields.String())
    points = ma.fields.Integer()
    note = ma.fields.String(allow_none=True)
    place = ma.fields.String(allow_none=True)
    photos = ma.fields.List(ma.fields.String())
    state = ma.fields.String()
    correct_by = ma.fields.Date(allow_none=True)
    steps = ma.fields.List(ma.fields.Nested(StepOut))


class StagesIn(Schema):
    before = ma.fields.List(ma.fields.String(validate=HASH), load_default=list)
    during = ma.fields.List(ma.fields.String(validate=HASH), load_default=list)
    after = ma.fields.List(ma.fields.String(validate=HASH), load_default=list)


class CorrectionIn(Schema):
    note = ma.fields.String(
        required=True, validate=ma.validate.Length(1, 2000, error="應為 1 到 2000 個字。")
    )
    photos = ma.fields.Nested(StagesIn, required=True)


class ReviewIn(Schema):
    result = ma.fields.String(
        required=True, validate=ma.validate.OneOf(["pass", "fail"], error="應為 pass 或 fail。")
    )
    note = ma.fields.String(load_default=None, allow_none=True, validate=ma.validate.Length(max=2000))
    document = ma.fields.String(
        load_default=None, allow_none=True, validate=ma.validate.Length(1, 120, error="應為 1 到 120 個字。")
    )

    @ma.post_load
    def as_review(self, values: dict[str, Any], **_: Any) -> Review:
        return Review(**values)


class WrittenReviewIn(ReviewIn):
    """Where staff record the written review of an agency."""

    document = ma.fields.String(
        required=True, validate=ma.validate.Length(1, 120, error="應為 1 到 120 個字。")
    )


class ExtensionIn(Schema):
    correct_by = Day(required=True)
    reason = ma.fields.String(
        required=True, validate=ma.validate.Length(1, 500, error="應為 1 到 500 個字。")
    )
    document = ma.fields.String(
        required=True, validate=ma.validate.Length(1, 120, error="應為 1 到 120 個字。")
    )


DefectPage = page_schema(DefectOut)
