"""What the API of defect codes gives."""

import marshmallow as ma

from inspect_app.core.api import Schema


class CodeOut(Schema):
    code = ma.fields.String()
    parent = ma.fields.String(allow_none=True)
    kind = ma.fields.String()
    allowed = ma.fields.List(ma.fields.Integer())
    title = ma.fields.String(allow_none=True)


class CodeList(Schema):
    items = ma.fields.List(ma.fields.Nested(CodeOut))
    next = ma.fields.String(allow_none=True)
