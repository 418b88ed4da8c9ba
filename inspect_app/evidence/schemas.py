"""What the API of evidence takes and gives."""

import marshmallow as ma

from inspect_app.core.api import Schema, SealedOut

__all__ = ["KeyArgs", "KeyList", "KeyOut", "ReceiptArgs", "SealedOut"]


class ReceiptArgs(Schema):
    inspection = ma.fields.UUID(required=True)


class KeyArgs(Schema):
    id = ma.fields.String(validate=ma.validate.Regexp(r"^[0-9a-f]{32}\Z", error="應為 32 個十六進位字元。"))


class KeyOut(Schema):
    id = ma.fields.String()
    public = ma.fields.String()
    since = ma.fields.String()
    endorsed_by = ma.fields.String(allow_none=True)
    endorsement = ma.fields.String(allow_none=True)
    withdrawn_at = ma.fields.String(allow_none=True)


class KeyList(Schema):
    items = ma.fields.List(ma.fields.Nested(KeyOut))
    next = ma.fields.String(allow_none=True)
