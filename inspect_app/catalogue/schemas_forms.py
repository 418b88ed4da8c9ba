"""What the API of checklists gives, and takes to print one. A key without a meaning or a content is left out."""

from typing import Any

import marshmallow as ma

from forms.conditions import as_data
from forms.schema import FormItem
from inspect_app.core.api import Schema


class Sparse(Schema):
    """Leaves out what is None, false, or empty; a 0 stays."""

    @ma.post_dump
    def leave_out(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {key: value for key, value in data.items() if not _is_nothing(value)}


def _is_nothing(value: object) -> bool:
    return value is None or value is False or value in ("", [])


class ChoiceOut(Sparse):
    id = ma.fields.String()
    text = ma.fields.String(attribute="text.zh")
    en = ma.fields.String(attribute="text.en")


class DemandsOut(Sparse):
    """What a fail asks for besides: a defect with one of `codes` (a group's stands for its items), photo, note."""

    codes = ma.fields.List(ma.fields.String())
    photo = ma.fields.Boolean()
    note = ma.fields.Boolean()


class ItemOut(Sparse):
    """One question; `shown_when` is as the definition writes it, an absent key is none, no or empty."""

    id = ma.fields.String()
    text = ma.fields.String()
    en = ma.fields.String()
    kind = ma.fields.String()
    help = ma.fields.String(attribute="help.zh")
    help_en = ma.fields.String(attribute="help.en")
    unit = ma.fields.String()
    low = ma.fields.Integer()
    high = ma.fields.Integer()
    decimals = ma.fields.Method("_decimals", metadata={"type": "integer"})
    choices = ma.fields.List(ma.fields.Nested(ChoiceOut))
    role = ma.fields.String()
    optional = ma.fields.Boolean()
    shown_when = ma.fields.Method("_shown_when", metadata={"type": "object"})
    on_fail = ma.fields.Nested(DemandsOut)

    def _decimals(self, item: FormItem) -> int | None:
        return item.decimals if item.kind == "number" else None

    def _shown_when(self, item: FormItem) -> dict[str, Any] | None:
        return as_data(item.shown_when) if item.shown_when else None


class SectionOut(Sparse):
    id = ma.fields.String()
    title = ma.fields.String()
    en = ma.fields.String()
    items = ma.fields.List(ma.fields.Nested(ItemOut))


class FormRow(Sparse):
    """`mark_sheet` is the version of the mark sheet that goes with it."""

    code = ma.fields.String()
    version = ma.fields.Integer()
    title = ma.fields.String()
    en = ma.fields.String()
    works = ma.fields.String()
    mark_sheet = ma.fields.Integer()


class FormOut(FormRow):
    sections = ma.fields.List(ma.fields.Nested(SectionOut))


class FormList(Schema):
    items = ma.fields.List(ma.fields.Nested(FormRow))
    next = ma.fields.String(allow_none=True)


class LineOut(Schema):
    text = ma.fields.String(attribute="text.zh")
    en = ma.fields.String(attribute="text.en")
    low = ma.fields.Integer()
    high = ma.fields.Integer()


class PartOut(Sparse):
    id = ma.fields.String()
    text = ma.fields.String(attribute="text.zh")
    en = ma.fields.String(attribute="text.en")
    points = ma.fields.Integer()
    base = ma.fields.Integer()
    lines = ma.fields.List(ma.fields.Nested(LineOut))


class IndicatorOut(Schema):
    id = ma.fields.String()
    text = ma.fields.String(attribute="text.zh")
    en = ma.fields.String(attribute="text.en")


class MarkSheetOut(Schema):
    """The members' marks, 0 to `points` each; `base` is where an adjusted one starts."""

    version = ma.fields.Integer()
    text = ma.fields.String(attribute="text.zh")
    en = ma.fields.String(attribute="text.en")
    parts = ma.fields.List(ma.fields.Nested(PartOut))
    indicators = ma.fields.List(ma.fields.Nested(IndicatorOut))
    merits = ma.fields.List(ma.fields.String())
    advice = ma.fields.List(ma.fields.String())
