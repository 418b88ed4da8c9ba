"""What the API of photos takes and gives, and how its tus routes are described."""

from typing import Any

import marshmallow as ma

from inspect_app.core.api import Schema, SealedOut, page_schema
from inspect_app.photos.models import Photo
from inspect_app.photos.queries import ORIGINAL, SIZES
from inspect_app.photos.resumable import protocol

BINARY = {"type": "string", "format": "binary"}
ANY_BODY = {"required": True, "content": {"application/octet-stream": {"schema": BINARY}}}
CHUNK_BODY = {"required": True, "content": {protocol.CHUNK_TYPE: {"schema": BINARY}}}


class SendArgs(Schema):
    inspection = ma.fields.UUID(required=True)


class ReadArgs(Schema):
    size = ma.fields.String(
        load_default=ORIGINAL, validate=ma.validate.OneOf(SIZES, error="應為 thumb、web 或 original。")
    )


class PhotoOut(Schema):
    sha256 = ma.fields.String()
    bytes = ma.fields.Integer()
    mime = ma.fields.String()
    width = ma.fields.Integer()
    height = ma.fields.Integer()
    received_at = ma.fields.AwareDateTime()
    receipt = ma.fields.Nested(SealedOut, allow_none=True)


class PositionOut(Schema):
    lat = ma.fields.Float()
    lon = ma.fields.Float()
    altitude_m = ma.fields.Float()
    accuracy_m = ma.fields.Float()
    at = ma.fields.String(metadata={"description": "衛星時間（UTC，ISO 8601）"})


class FactsOut(Schema):
    sha256 = ma.fields.String()
    bytes = ma.fields.Integer()
    mime = ma.fields.String()
    width = ma.fields.Integer()
    height = ma.fields.Integer()
    known = ma.fields.Boolean(metadata={"description": "收件時是否已讀取下列資料；之前收下的照片為 false"})
    taken_at = ma.fields.String(allow_none=True, metadata={"description": "相機的當地時間，不含時區"})
    offset = ma.fields.String(metadata={"description": "該時間的時區，例如 +08:00"})
    make = ma.fields.String()
    model = ma.fields.String()
    software = ma.fields.String()
    position = ma.fields.Nested(PositionOut)


def facts(photo: Photo) -> dict[str, Any]:
    """What `FactsOut` tells of a photo; what its camera did not write is left out."""
    told = {name: getattr(photo, name) for name in ("sha256", "bytes", "mime", "width", "height", "taken_at")}
    return told | {"known": photo.notes is not None} | (photo.notes or {})


class AddressOut(Schema):
    url = ma.fields.String()
    expires_at = ma.fields.AwareDateTime()


class ViewOut(Schema):
    at = ma.fields.AwareDateTime()
    sha256 = ma.fields.String()
    viewer = ma.fields.String(attribute="viewer_name")
    role = ma.fields.String(attribute="viewer_role")
    way = ma.fields.String()


class ErasureIn(Schema):
    reason = ma.fields.String(
        required=True,
        validate=[
            ma.validate.Length(max=500, error="應為 1 到 500 個字，不可只有空白。"),
            ma.validate.Regexp(r"[\s\S]*\S", error="應為 1 到 500 個字，不可只有空白。"),
        ],
    )


class ErasureOut(Schema):
    sha256 = ma.fields.String()
    erased_at = ma.fields.AwareDateTime()
    erased_by = ma.fields.String(attribute="erased_by_name")
    reason = ma.fields.String()


ViewPage = page_schema(ViewOut)


def header(
    name: str, description: str, *, required: bool = False, example: str | None = None
) -> dict[str, Any]:
    """An OpenAPI header parameter."""
    told: dict[str, Any] = {"in": "header", "name": name, "description": description, "required": required}
    return told | {"schema": {"type": "string"}} | ({"example": example} if example else {})


def given(name: str, description: str) -> dict[str, Any]:
    """An OpenAPI response header."""
    return {name: {"description": description, "schema": {"type": "string"}}}


RESUMABLE = header("Tus-Resumable", "tus 版本", required=True, example=protocol.VERSION)
UPLOAD_LENGTH = header("Upload-Length", "檔案長度（位元組）", required=True, example="3080306")
UPLOAD_METADATA = header(
    "Upload-Metadata", "以 base64 編碼：sha256（十六進位）與 inspection（查核識別碼）", required=True
)
UPLOAD_OFFSET = header("Upload-Offset", "本段內容的起點（位元組）", required=True, example="0")
UPLOAD_CHECKSUM = header("Upload-Checksum", "本段內容的檢查碼：sha1 或 sha256，空格，base64")
METHOD = header("X-HTTP-Method-Override", "PATCH、DELETE 或 HEAD", required=True, example="PATCH")

OFFSET = given("Upload-Offset", "已收到的長度（位元組）")
EXPIRES = given("Upload-Expires", "未完成時保留到何時")
LENGTH = given("Upload-Length", "檔案長度（位元組）")
LOCATION = given("Location", "這個上傳的網址")
