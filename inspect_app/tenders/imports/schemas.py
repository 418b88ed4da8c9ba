"""What the API of imports takes and gives."""

from typing import Any

import marshmallow as ma
from flask_smorest.fields import Upload

from inspect_app.core.api import PageArgs, Schema, page_schema
from inspect_app.tenders.imports import readers
from inspect_app.tenders.imports.forms import MAX_COLUMNS, NAME_LIMIT, PATTERN_LIMIT, URL_LIMIT
from inspect_app.tenders.imports.models import STATES
from inspect_app.tenders.imports.sources import SourceData
from inspect_app.tenders.schemas import Flag, Text

ROWS_BODY = {
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "properties": {"rows": {"type": "array", "items": {"type": "object"}}},
            }
        }
    }
}
"""A body of rows, beside the file."""


def _unit() -> ma.fields.String:
    return ma.fields.String(
        load_default=None,
        allow_none=True,
        validate=ma.validate.OneOf(["twd", "thousand_twd"], error="應為 twd 或 thousand_twd。"),
    )


class ImportArgs(Schema):
    dry_run = ma.fields.Boolean(load_default=False)
    strict = ma.fields.Boolean(load_default=False)
    unit = ma.fields.String(
        load_default=None,
        validate=ma.validate.OneOf(["twd", "thousand_twd"], error="應為 twd 或 thousand_twd。"),
    )
    background = ma.fields.Boolean(load_default=False)
    source = ma.fields.UUID(load_default=None)


class ImportFile(Schema):
    """A file; a body of rows has none."""

    file = Upload()


class RejectionOut(Schema):
    line = ma.fields.Integer()
    field = ma.fields.String()
    reason = ma.fields.String()


class ImportOut(Schema):
    read = ma.fields.Integer()
    created = ma.fields.Integer()
    updated = ma.fields.Integer()
    unchanged = ma.fields.Integer()
    rejected = ma.fields.List(ma.fields.Nested(RejectionOut))
    ignored_columns = ma.fields.List(ma.fields.String())
    written = ma.fields.Boolean()


class ProblemOut(Schema):
    field = ma.fields.String()
    reason = ma.fields.String()


class ImportRunOut(Schema):
    """One import; `done` of `total` is how far its phase has come, `problem` why it cannot go on or was not written."""

    id = ma.fields.UUID()
    state = ma.fields.String()
    phase = ma.fields.String()
    done = ma.fields.Integer()
    total = ma.fields.Integer()
    origin = ma.fields.String()
    source = ma.fields.UUID(attribute="source_id", allow_none=True)
    filename = ma.fields.String()
    sha256 = ma.fields.String(allow_none=True)
    size = ma.fields.Integer()
    unit = ma.fields.String(allow_none=True)
    strict = ma.fields.Boolean()
    by = ma.fields.String(attribute="by_name")
    report = ma.fields.Dict(allow_none=True)
    problem = ma.fields.Nested(ProblemOut, allow_none=True)
    created_at = ma.fields.AwareDateTime()
    finished_at = ma.fields.AwareDateTime(allow_none=True)


class RunArgs(PageArgs):
    state = ma.fields.String(
        load_default=None, validate=ma.validate.OneOf(STATES, error=f"應為 {'、'.join(STATES)} 之一。")
    )
    source = ma.fields.UUID(load_default=None)
    q = ma.fields.String(load_default=None, validate=ma.validate.Length(max=100))


class SourceIn(Schema):
    name = Text(NAME_LIMIT, required=True)
    reader = ma.fields.String(
        load_default=readers.AUTO,
        validate=ma.validate.OneOf(list(readers.LABELS), error="沒有這種讀取方式。"),
    )
    unit = _unit()
    mapping = ma.fields.Dict(
        keys=ma.fields.String(validate=ma.validate.Length(1, 500)),
        values=ma.fields.String(
            validate=ma.validate.OneOf(["", *readers.FIELDS], error="不是可對應的欄位。")
        ),
        load_default=dict,
        validate=ma.validate.Length(max=MAX_COLUMNS),
        error_messages={"invalid": "應為 JSON 物件。"},
    )
    strict = Flag(load_default=False)
    pattern = Text(PATTERN_LIMIT, load_default=None, allow_none=True)
    url = Text(URL_LIMIT, load_default=None, allow_none=True)
    daily = Flag(load_default=False)

    @ma.post_load
    def as_data(self, values: dict[str, Any], **_: Any) -> SourceData:
        return SourceData(**values)


class SourceOut(Schema):
    id = ma.fields.UUID()
    name = ma.fields.String()
    reader = ma.fields.String()
    unit = ma.fields.String(allow_none=True)
    mapping = ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.String())
    strict = ma.fields.Boolean()
    pattern = ma.fields.String(allow_none=True)
    url = ma.fields.String(allow_none=True)
    daily = ma.fields.Boolean()


RunPage = page_schema(ImportRunOut)
SourcePage = page_schema(SourceOut)
