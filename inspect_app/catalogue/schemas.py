"""What the API of defect codes gives."""

from typing import get_args

import marshmallow as ma

from forms.catalogue import Kind, Party, Phase
from forms.search import MOST_TYPED
from inspect_app.core.api import MAX_PAGE, Schema


class CodeOut(Schema):
    code = ma.fields.String()
    parent = ma.fields.String(allow_none=True)
    kind = ma.fields.String()
    allowed = ma.fields.List(ma.fields.Integer())
    title = ma.fields.String(allow_none=True)
    english = ma.fields.String()
    phase = ma.fields.String(allow_none=True)
    trade = ma.fields.String()
    party = ma.fields.String(allow_none=True)
    also = ma.fields.List(ma.fields.String())
    bears = ma.fields.String(allow_none=True)
    points = ma.fields.String()
    doubt = ma.fields.String()


class CodeList(Schema):
    items = ma.fields.List(ma.fields.Nested(CodeOut))
    next = ma.fields.String(allow_none=True)


class SearchArgs(Schema):
    """What was typed, and what the lines are narrowed to; the revision that counts knows its trades."""

    q = ma.fields.String(load_default="", validate=ma.validate.Length(max=MOST_TYPED))
    trade = ma.fields.String(load_default=None)
    phase = ma.fields.String(load_default=None, validate=ma.validate.OneOf(get_args(Phase)))
    party = ma.fields.String(load_default=None, validate=ma.validate.OneOf(get_args(Party)))
    kind = ma.fields.String(load_default=None, validate=ma.validate.OneOf(get_args(Kind)))
    limit = ma.fields.Integer(
        load_default=30, validate=ma.validate.Range(1, MAX_PAGE, error="應為 1 到 200。")
    )


class FoundOut(CodeOut):
    matched = ma.fields.String(
        allow_none=True,
        metadata={"description": "code, title, sound, english, group; null: nothing was typed"},
    )


class FoundList(Schema):
    items = ma.fields.List(ma.fields.Nested(FoundOut))
    total = ma.fields.Integer(metadata={"description": "How many lines fit, given or not."})
    revision = ma.fields.String()


class TradeOut(Schema):
    zh = ma.fields.String()
    en = ma.fields.String()


class KeysOut(Schema):
    variants = ma.fields.Dict(ma.fields.String(), ma.fields.String())
    readings = ma.fields.Dict(ma.fields.String(), ma.fields.String())


class CodeIndex(Schema):
    revision = ma.fields.String()
    counts_from = ma.fields.Date()
    trades = ma.fields.Dict(ma.fields.String(), ma.fields.Nested(TradeOut))
    codes = ma.fields.List(ma.fields.Nested(CodeOut))
    keys = ma.fields.Nested(KeysOut)
    favour = ma.fields.Dict(ma.fields.String(), ma.fields.Integer())
