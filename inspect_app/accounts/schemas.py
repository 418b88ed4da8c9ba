"""What the API of accounts takes and gives."""

from typing import Any

import marshmallow as ma

from inspect_app.accounts.contacts import DUTIES
from inspect_app.accounts.contacts_keeping import Wanted
from inspect_app.core.api import PageArgs, Schema, page_schema
from inspect_app.core.permissions import Role

SHORT = ma.validate.Length(min=1, max=60, error="應為 1 到 60 個字。")


class SignIn(Schema):
    username = ma.fields.String(required=True, validate=ma.validate.Length(max=60))
    password = ma.fields.String(required=True, validate=ma.validate.Length(max=1000), load_only=True)
    otp = ma.fields.String(validate=ma.validate.Length(max=12), load_only=True, allow_none=True)


class UserOut(Schema):
    id = ma.fields.UUID()
    username = ma.fields.String()
    name = ma.fields.String()
    role = ma.fields.String()
    organisation = ma.fields.String(allow_none=True)


class SessionOut(Schema):
    token = ma.fields.String()
    expires_at = ma.fields.AwareDateTime(allow_none=True)
    user = ma.fields.Nested(UserOut, attribute="actor")


class PersonOut(Schema):
    id = ma.fields.UUID()
    name = ma.fields.String()
    role = ma.fields.String()
    outside = ma.fields.Boolean()


class PeopleArgs(PageArgs):
    role = ma.fields.String(
        load_default=None, validate=ma.validate.OneOf([role.value for role in Role], error="沒有這個角色。")
    )


class NewEnrolment(Schema):
    user = ma.fields.UUID(required=True)


class EnrolmentOut(Schema):
    code = ma.fields.String()
    qr = ma.fields.String(metadata={"description": "The code as an SVG picture, in a data URI"})
    expires_at = ma.fields.AwareDateTime()


class NewDevice(Schema):
    code = ma.fields.String(required=True, validate=ma.validate.Length(max=100))
    name = ma.fields.String(required=True, validate=SHORT)


class DeviceOut(Schema):
    id = ma.fields.UUID()
    token = ma.fields.String()
    user = ma.fields.Nested(UserOut)


class ContactIn(Schema):
    """A contact: of an organisation, or of the city (null); a person with an account, or name and address."""

    organisation = ma.fields.String(
        load_default=None, allow_none=True, validate=ma.validate.Length(min=1, max=120)
    )
    duty = ma.fields.String(required=True, validate=ma.validate.OneOf(list(DUTIES)))
    name = ma.fields.String(load_default=None, allow_none=True, validate=SHORT)
    email = ma.fields.String(load_default=None, allow_none=True, validate=ma.validate.Length(max=254))
    user = ma.fields.UUID(load_default=None, allow_none=True)

    @ma.post_load
    def wanted(self, data: dict[str, Any], **_: Any) -> Wanted:
        return Wanted(**data)


class ContactOut(Schema):
    id = ma.fields.UUID()
    organisation = ma.fields.Function(
        lambda row: row.organisation.name if row.organisation else None,
        metadata={"type": ["string", "null"], "description": "null is the city itself"},
    )
    duty = ma.fields.String()
    name = ma.fields.Function(
        lambda row: row.user.name if row.user else row.name, metadata={"type": "string"}
    )
    email = ma.fields.Function(
        lambda row: row.user.email if row.user else row.email, metadata={"type": ["string", "null"]}
    )
    user = ma.fields.UUID(attribute="user_id", allow_none=True)


class ContactArgs(PageArgs):
    organisation = ma.fields.String(load_default=None, validate=ma.validate.Length(max=120))


ContactPage = page_schema(ContactOut)
PeoplePage = page_schema(PersonOut)
