"""What the API of closures takes and gives."""

import marshmallow as ma

from inspect_app.core.api import PageArgs, Schema, page_schema

SPOKEN = ma.validate.Regexp(r"[\s\S]*\S", error="不可只有空白。")


class ClosureIn(Schema):
    document = ma.fields.String(
        required=True, validate=[ma.validate.Length(max=120, error="最多 120 個字。"), SPOKEN]
    )
    note = ma.fields.String(
        load_default=None,
        allow_none=True,
        validate=[ma.validate.Length(max=200, error="最多 200 個字。"), SPOKEN],
    )


class ClosureOut(Schema):
    on = ma.fields.Date()
    document = ma.fields.String()
    note = ma.fields.String(allow_none=True)
    recorded_at = ma.fields.AwareDateTime()


class ClosureArgs(PageArgs):
    pass


ClosurePage = page_schema(ClosureOut)
