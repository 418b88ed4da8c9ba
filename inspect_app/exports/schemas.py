"""What an export is narrowed to, and rows as JSON."""

from typing import Any

import marshmallow as ma

from inspect_app.core.api import Day, Schema

FILE = {"type": "string", "format": "binary"}


class ExportArgs(Schema):
    inspection = ma.fields.UUID(load_default=None)
    since = Day(load_default=None)
    until = Day(load_default=None)
    year = ma.fields.Integer(
        load_default=None, validate=ma.validate.Range(1912, 2999, error="應為西元年，例：2026。")
    )
    quarter = ma.fields.Integer(load_default=None, validate=ma.validate.Range(1, 4, error="應為 1 至 4。"))

    @ma.validates_schema
    def _quarter_of_a_year(self, values: dict[str, Any], **_: Any) -> None:
        if values["quarter"] is not None and values["year"] is None:
            raise ma.ValidationError("請一併指定 year（西元年）。", "quarter")


class ExportOut(Schema):
    items = ma.fields.List(ma.fields.Dict())
    next = ma.fields.String(allow_none=True)
