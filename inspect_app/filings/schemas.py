"""What the API of filings takes and gives."""

from typing import Any

import marshmallow as ma

from inspect_app.core.api import Instant, Schema
from inspect_app.filings.service import ExcuseData
from inspect_app.tenders.schemas import Text


class MomentArgs(Schema):
    as_of = Instant(load_default=None, format="iso")
    known_at = Instant(load_default=None, format="iso")


class MonthsArgs(MomentArgs):
    year = ma.fields.Integer(
        load_default=None, validate=ma.validate.Range(1912, 2909, error="應為西元年，1912 到 2909。")
    )


class Counts(Schema):
    due = ma.fields.Integer()
    on_time = ma.fields.Integer()
    late = ma.fields.Integer()
    missing = ma.fields.Integer()


class AgencyOut(Counts):
    agency = ma.fields.String()


class FilingOut(Counts):
    month = ma.fields.String()
    as_of = ma.fields.AwareDateTime(format="iso")
    known_at = ma.fields.AwareDateTime(format="iso")
    cutoff = ma.fields.String()
    percent = ma.fields.String(allow_none=True)
    flagged = ma.fields.List(ma.fields.String())
    agencies = ma.fields.List(ma.fields.Nested(AgencyOut))
    steps = ma.fields.List(ma.fields.Raw())


class MonthOut(Counts):
    month = ma.fields.String()
    cutoff = ma.fields.String()
    percent = ma.fields.String(allow_none=True)


class MonthList(Schema):
    items = ma.fields.List(ma.fields.Nested(MonthOut))
    next = ma.fields.String(allow_none=True)


class ExcuseIn(Schema):
    reason = Text(200, required=True)
    document = Text(120, required=True)
    note = Text(500, load_default=None, allow_none=True)

    @ma.post_load
    def as_data(self, values: dict[str, Any], **_: Any) -> ExcuseData:
        return ExcuseData(**values)


class ExcuseOut(Schema):
    month = ma.fields.String()
    tender = ma.fields.UUID(attribute="tender_id")
    reason = ma.fields.String()
    document = ma.fields.String()
    note = ma.fields.String(allow_none=True)
    recorded_at = ma.fields.AwareDateTime(format="iso")
