"""What the API of quotas takes and gives."""

from typing import Any

import marshmallow as ma

from inspect_app.core.api import Day, Schema
from inspect_app.quotas.service import Approved

MOST = 10_000


class QuotaArgs(Schema):
    visits_per_month = ma.fields.Integer(
        load_default=None, strict=False, validate=ma.validate.Range(0, MOST, error=f"應為 0 到 {MOST}。")
    )


class OverrideIn(Schema):
    band = ma.fields.Integer(
        required=True, strict=True, validate=ma.validate.Range(0, 9, error="應為 0 以上的整數。")
    )
    required_ = ma.fields.Integer(
        data_key="required",
        attribute="required",
        required=True,
        strict=True,
        validate=ma.validate.Range(0, MOST, error=f"應為 0 到 {MOST}。"),
    )
    document = ma.fields.String(
        required=True,
        validate=[
            ma.validate.Length(max=120, error="最多 120 個字。"),
            ma.validate.Regexp(r"[\s\S]*\S", error="不可只有空白。"),
        ],
    )
    approved_on = Day(required=True)

    @ma.post_load
    def as_approved(self, values: dict[str, Any], **_: Any) -> Approved:
        return Approved(**values)


class OverrideOut(Schema):
    id = ma.fields.UUID()
    year = ma.fields.Integer()
    band = ma.fields.Integer()
    required_ = ma.fields.Integer(data_key="required", attribute="required")
    document = ma.fields.String()
    approved_on = ma.fields.Date()
    recorded_at = ma.fields.AwareDateTime()


class OverrideList(Schema):
    items = ma.fields.List(ma.fields.Nested(OverrideOut))
    next = ma.fields.String(allow_none=True)
