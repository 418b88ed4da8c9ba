"""What the API of tenders takes and gives."""

import re
from typing import Any

import marshmallow as ma

from inspect_app.core.api import Instant, PageArgs, Schema, page_schema
from inspect_app.tenders.models import KINDS
from inspect_app.tenders.service import ProgressData, TenderData

MAX_TWD = 10**15
PERCENT = re.compile(r"[0-9]{1,3}(\.[0-9]{1,2})?")


class Text(ma.fields.String):
    """Text of 1 to `longest` characters, trimmed; blank is an error."""

    def __init__(self, longest: int, **kwargs: Any) -> None:
        kwargs["validate"] = ma.validate.Length(1, longest, error=f"應為 1 到 {longest} 個字。")
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        return text.strip() if isinstance(text, str) else text


class Amount(ma.fields.Integer):
    """Whole TWD, or null when unknown."""

    def __init__(self, **kwargs: Any) -> None:
        limits = ma.validate.Range(0, MAX_TWD, error="應為 0 到 10^15 的整數（元）。")
        super().__init__(strict=True, allow_none=True, load_default=None, validate=limits, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
            raise self.make_error("invalid")
        return super()._deserialize(value, attr, data, **kwargs)


class Flag(ma.fields.Boolean):
    """true or false, and no number or word for it."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


class Percent(ma.fields.Decimal):
    """A percent as a decimal string with at most two places, 0 to 999.99."""

    def __init__(self, **kwargs: Any) -> None:
        told = {"type": "string", "pattern": f"^{PERCENT.pattern}$", "example": "62.50"}
        super().__init__(places=2, as_string=True, metadata=told, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, str) or not PERCENT.fullmatch(value):
            raise ma.ValidationError('應為小數字串，0 到 999.99，例："62.50"。')
        return super()._deserialize(value, attr, data, **kwargs)


def _kind(**kwargs: Any) -> ma.fields.String:
    return ma.fields.String(validate=ma.validate.OneOf(list(KINDS), error="應為 work 或 service。"), **kwargs)


class TenderIn(Schema):
    number = Text(40, required=True)
    name = Text(200, required=True)
    agency = Text(120, required=True)
    supervisor = Text(120, load_default=None, allow_none=True)
    contractor = Text(120, load_default=None, allow_none=True)
    pcm = Text(120, load_default=None, allow_none=True)
    kind = _kind(load_default="work")
    own = Flag(load_default=True)
    budget_twd = Amount()
    contract_twd = Amount()
    category = Text(60, load_default=None, allow_none=True)
    status = Text(20, load_default=None, allow_none=True)

    @ma.post_load
    def as_data(self, values: dict[str, Any], **_: Any) -> TenderData:
        return TenderData(**values)


class TenderOut(Schema):
    id = ma.fields.UUID()
    number = ma.fields.String()
    name = ma.fields.String()
    agency = ma.fields.String()
    supervisor = ma.fields.String(allow_none=True)
    contractor = ma.fields.String(allow_none=True)
    pcm = ma.fields.String(allow_none=True)
    kind = ma.fields.String()
    own = ma.fields.Boolean()
    budget_twd = ma.fields.Integer(allow_none=True)
    contract_twd = ma.fields.Integer(allow_none=True)
    category = ma.fields.String(allow_none=True)
    status = ma.fields.String(allow_none=True)


class TenderArgs(PageArgs):
    q = ma.fields.String(load_default=None, validate=ma.validate.Length(max=100))
    kind = _kind(load_default=None)
    status = ma.fields.String(load_default=None, validate=ma.validate.Length(max=20))
    agency = ma.fields.String(load_default=None, validate=ma.validate.Length(max=120))
    own = ma.fields.Boolean(load_default=None)
    budget = ma.fields.String(
        load_default=None, validate=ma.validate.OneOf(["known", "unknown"], error="應為 known 或 unknown。")
    )


class ProgressIn(Schema):
    planned = Percent(required=True)
    actual = Percent(required=True)
    status = Text(20, load_default=None, allow_none=True)
    filed_at = Instant(load_default=None, allow_none=True, format="iso")

    @ma.post_load
    def as_data(self, values: dict[str, Any], **_: Any) -> ProgressData:
        return ProgressData(**values)


class ProgressOut(Schema):
    month = ma.fields.String()
    planned = Percent()
    actual = Percent()
    status = ma.fields.String(allow_none=True)
    filed_at = ma.fields.AwareDateTime(allow_none=True)


class ProgressList(Schema):
    items = ma.fields.List(ma.fields.Nested(ProgressOut))
    next = ma.fields.String(allow_none=True)


TenderPage = page_schema(TenderOut)
