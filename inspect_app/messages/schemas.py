"""What the API of the inbox gives."""

import marshmallow as ma

from inspect_app.core.api import PageArgs, Schema, page_schema


class InboxArgs(PageArgs):
    unread = ma.fields.Boolean(load_default=False)


class DueDayOut(Schema):
    uid = ma.fields.String()
    on = ma.fields.Date()
    title = ma.fields.String()
    path = ma.fields.String()


class FileOut(Schema):
    name = ma.fields.String()
    media_type = ma.fields.String()
    size = ma.fields.Integer(metadata={"description": "bytes"})
    href = ma.fields.String()


class MessageOut(Schema):
    id = ma.fields.UUID()
    kind = ma.fields.String()
    title = ma.fields.String(metadata={"description": "The kind in zh-Hant"})
    period = ma.fields.String()
    subject = ma.fields.String()
    at = ma.fields.AwareDateTime()
    read_at = ma.fields.AwareDateTime(allow_none=True)
    blocks = ma.fields.List(
        ma.fields.Raw(),
        metadata={
            "description": "Text for a paragraph, else an object whose `is` is table, link, bars or section"
        },
    )
    due_days = ma.fields.List(ma.fields.Nested(DueDayOut))
    attachments = ma.fields.List(ma.fields.Nested(FileOut))


InboxPage = page_schema(MessageOut)
