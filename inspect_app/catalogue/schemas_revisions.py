"""What the API of the catalogue's revisions takes and gives."""

import marshmallow as ma

from inspect_app.core.api import Schema


class RevisionArgs(Schema):
    revision = ma.fields.String(
        load_default=None, validate=ma.validate.Length(min=1, max=20), metadata={"example": "roc-111"}
    )


class RevisionOut(Schema):
    revision = ma.fields.String()
    counts_from = ma.fields.Date()
    source = ma.fields.String(allow_none=True)
    imported_at = ma.fields.AwareDateTime(allow_none=True)
    items = ma.fields.Integer()
    groups = ma.fields.Integer()
    wordings = ma.fields.Integer()
    is_current = ma.fields.Boolean()


class RevisionList(Schema):
    items = ma.fields.List(ma.fields.Nested(RevisionOut))
    next = ma.fields.String(allow_none=True)


class WordingOut(Schema):
    code = ma.fields.String()
    wording = ma.fields.String()
    title_is_earlier = ma.fields.Boolean()


class WordingList(Schema):
    items = ma.fields.List(ma.fields.Nested(WordingOut))
    next = ma.fields.String(allow_none=True)
