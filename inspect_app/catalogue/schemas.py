"""What the API of forms and defect codes gives."""

import marshmallow as ma

from inspect_app.core.api import Schema


class ItemOut(Schema):
    id = ma.fields.String()
    text = ma.fields.String()
    kind = ma.fields.String()


class SectionOut(Schema):
    id = ma.fields.String()
    title = ma.fields.String()
    items = ma.fields.List(ma.fields.Nested(ItemOut))


class FormRow(Schema):
    code = ma.fields.String()
    version = ma.fields.Integer()
    title = ma.fields.String()


class FormOut(FormRow):
    sections = ma.fields.List(ma.fields.Nested(SectionOut))


class FormList(Schema):
    items = ma.fields.List(ma.fields.Nested(FormRow))
    next = ma.fields.String(allow_none=True)


class CodeOut(Schema):
    code = ma.fields.String()
    parent = ma.fields.String(allow_none=True)
    kind = ma.fields.String()
    allowed = ma.fields.List(ma.fields.Integer())
    title = ma.fields.String(allow_none=True)


class CodeList(Schema):
    items = ma.fields.List(ma.fields.Nested(CodeOut))
    next = ma.fields.String(allow_none=True)
