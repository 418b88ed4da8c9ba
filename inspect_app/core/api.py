"""The API's ground: strict JSON in, one OpenAPI document, entity versions, cursor pages."""

import json
import math
import re
from datetime import UTC, date, datetime
from typing import Any, NoReturn, cast

import marshmallow as ma
from flask import Flask, render_template, request, url_for
from flask_smorest import Blueprint
from sqlakeyset import InvalidPage, select_page
from sqlalchemy import Select
from sqlalchemy.exc import OperationalError, StatementError
from sqlalchemy.orm import Session
from webargs.flaskparser import FlaskParser

from inspect_app.core import clock, roc
from inspect_app.core.auth import requires
from inspect_app.core.described import ProblemApi
from inspect_app.core.permissions import PUBLIC
from inspect_app.core.problems import FieldError, InvalidFields, MalformedRequest, Stale, VersionRequired

PREFIX = "/api/v1"
MAX_PAGE = 200
MAX_DEPTH = 60
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

api = ProblemApi()


def _translate_messages() -> None:
    common = {"required": "必填。", "null": "不可為空值。", "validator_failed": "內容不正確。"}
    ma.fields.Field.default_error_messages.update(common)
    texts: dict[type[ma.fields.Field[Any]], dict[str, str]] = {
        ma.fields.String: {"invalid": "應為文字。", "invalid_utf8": "不是有效的 UTF-8。"},
        ma.fields.UUID: {"invalid_uuid": "不是有效的識別碼（UUID）。"},
        ma.fields.Number: {"invalid": "應為數值。", "too_large": "數值太大。"},
        ma.fields.Integer: {"invalid": "應為整數。"},
        ma.fields.Boolean: {"invalid": "應為 true 或 false。"},
        ma.fields.List: {"invalid": "應為清單。"},
        ma.fields.Nested: {"type": "應為 JSON 物件。"},
        ma.fields.Date: {"invalid": "應為日期，例：2026-11-23。", "format": "應為日期，例：2026-11-23。"},
        ma.fields.DateTime: {"invalid": "應為含時區的時間，例：2026-11-23T09:00:00+08:00。"},
    }
    for field, messages in texts.items():
        field.default_error_messages.update(messages)
    length, choice = ma.validate.Length, ma.validate.OneOf
    length.message_min, length.message_max = "至少 {min} 個字。", "最多 {max} 個字。"
    length.message_all, length.message_equal = "應為 {min} 到 {max} 個字。", "應為 {equal} 個字。"
    choice.default_message, ma.validate.Regexp.default_message = "應為 {choices} 之一。", "格式不正確。"


# A field takes its messages when it is made, that is when a schema is imported.
_translate_messages()


class Schema(ma.Schema):
    """Every schema's base: an unknown field is an error, messages are in zh-Hant."""

    class Meta:
        unknown = ma.RAISE

    error_messages = {"unknown": "沒有這個欄位。", "type": "應為 JSON 物件。"}  # noqa: RUF012


class ProblemSchema(Schema):
    """RFC 9457 problem details, with our `code`, `request_id` and `errors`."""

    type = ma.fields.String()
    title = ma.fields.String()
    status = ma.fields.Integer()
    code = ma.fields.String()
    detail = ma.fields.String()
    request_id = ma.fields.String()
    errors = ma.fields.List(ma.fields.Dict())


class SealedOut(Schema):
    """A receipt (`core/sealing.py`): what came when, its place in the chain, and the signature over all of it."""

    kind = ma.fields.String()
    inspection = ma.fields.UUID()
    sha256 = ma.fields.String()
    received_at = ma.fields.String()
    seq = ma.fields.Integer()
    chain = ma.fields.String()
    key = ma.fields.String()
    signature = ma.fields.String()


class Flag(ma.fields.Boolean):
    """true or false and nothing like them; marshmallow's own takes 0 and 1, which Python finds equal."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


class Instant(ma.fields.AwareDateTime):
    """An instant with its offset, in a year that has a ROC date; given on in UTC."""

    default_error_messages = {  # noqa: RUF012 - marshmallow's own form
        "invalid_awareness": "應為含時區的時間，例：2026-11-23T09:00:00+08:00。"
    }

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        given: datetime = super()._deserialize(value, attr, data, **kwargs)
        if not clock.is_known(given):
            raise self.make_error("invalid", input=value, obj_type=self.OBJ_TYPE)
        return given.astimezone(UTC)


class Day(ma.fields.Date):
    """A legal day as YYYY-MM-DD, in a year that has a ROC date."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date:
        if not isinstance(value, str) or not ISO_DAY.fullmatch(value):
            raise self.make_error("invalid", input=value, obj_type=self.OBJ_TYPE)
        given: date = super()._deserialize(value, attr, data, **kwargs)
        if not roc.is_known(given.year):
            raise self.make_error("invalid", input=value, obj_type=self.OBJ_TYPE)
        return given


class PageArgs(Schema):
    """`limit` rows from after `cursor`, an opaque word from the last answer's `next`."""

    limit = ma.fields.Integer(
        load_default=50, validate=ma.validate.Range(1, MAX_PAGE, error="應為 1 到 200。")
    )
    cursor = ma.fields.String(load_default=None, validate=ma.validate.Length(max=1000))


def page_schema(items: type[Schema]) -> type[Schema]:
    """The schema of a page of `items`: {"items": […], "next": cursor or null}."""
    name = items.__name__.removesuffix("Out") + "Page"
    fields = {"items": ma.fields.List(ma.fields.Nested(items)), "next": ma.fields.String(allow_none=True)}
    return type(name, (Schema,), fields)


def paginate(session: Session, query: Select[Any], limit: int, cursor: str | None) -> dict[str, Any]:
    """One page of an ordered query; the order must end in a unique column. InvalidFields on a bad cursor."""
    try:
        page = select_page(session, query, per_page=limit, page=cursor)
    except (InvalidPage, ValueError, IndexError, KeyError, TypeError, ArithmeticError) as error:
        raise _bad_cursor() from error
    except StatementError as error:
        if cursor is None or isinstance(error, OperationalError):
            raise
        session.rollback()
        raise _bad_cursor() from error  # well formed, but of other columns
    items = [row[0] for row in page]
    return {"items": items, "next": page.paging.bookmark_next if page.paging.has_next else None}


def _bad_cursor() -> InvalidFields:
    return InvalidFields("請改用上一頁回應中的 next。", errors=[FieldError("cursor", "不是有效的頁碼標記。")])


def etag(version: int) -> str:
    return f'"{version}"'


def check_version(version: int, *, required: bool) -> None:
    """Compare If-Match with a row's version: VersionRequired when absent but needed, Stale when another."""
    given = request.headers.get("If-Match")
    if given is None:
        if required:
            raise VersionRequired("請先讀取最新內容，再以它的 ETag 作為 If-Match 送出。")
        return
    if given.strip() != "*" and etag(version) not in [tag.strip() for tag in given.split(",")]:
        raise Stale("請重新載入最新內容，確認後再送出；您的輸入仍在原頁。")


def strict_json(text: str, *, plain: bool = False) -> Any:
    """Parse JSON, refusing repeated keys, NaN and Infinity, lone surrogates, NUL and great depth.

    `plain`: a whole number is an int however it was written, so that bodies equal as JSON are equal.
    """
    try:
        value = (PLAIN if plain else STRICT).decode(text)
    except (ValueError, RecursionError) as error:
        raise MalformedRequest(f"內容不是有效的 JSON：{_reason(error)}") from error
    _check_depth(value, MAX_DEPTH)
    if "\\u" in text:  # decoded UTF-8 holds such characters only when they are escaped
        _check_text(value)
    return value


def _reason(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"第 {error.lineno} 行第 {error.colno} 字無法讀取。"
    return str(error) if isinstance(error, ValueError) else "層數太多。"


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise ValueError(f"欄位 {twice[:50]!r} 出現兩次。")
    return result


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} 不是數值。")


def _finite(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise ValueError(f"{text[:20]} 太大。")
    return value


def _plain(text: str) -> float:
    return int(value) if (value := _finite(text)).is_integer() else value


STRICT, PLAIN = (
    json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_no_constant, parse_float=number)
    for number in (_finite, _plain)
)


def _check_depth(value: Any, depth: int) -> None:
    if depth == 0:
        raise MalformedRequest("內容的層數太多，請減少巢狀。")
    if isinstance(value, dict):
        value = value.values()
    elif not isinstance(value, list):
        return
    for inner in value:
        if isinstance(inner, (dict, list)):
            _check_depth(inner, depth - 1)


def _check_text(value: Any) -> None:
    if isinstance(value, dict):
        _check_text([*value.keys(), *value.values()])
    elif isinstance(value, list):
        for inner in value:
            _check_text(inner)
    elif isinstance(value, str) and UNSTORABLE.search(value):
        raise MalformedRequest("文字含有無法儲存的字元（NUL 或不成對的代理字元），請刪除後再送。")


def request_json(*, plain: bool = False) -> Any:
    """The request's body as strict JSON, `plain` as there; an empty body is an empty object."""
    data = request.get_data(cache=True)
    if not data.strip():
        return {}
    if not request.is_json:
        raise MalformedRequest("請以 Content-Type: application/json 送出 JSON。")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise MalformedRequest("內容不是有效的 UTF-8。") from error
    return strict_json(text, plain=plain)


class StrictParser(FlaskParser):
    """Marshmallow arguments from strict JSON; unknown fields and query keys are errors."""

    DEFAULT_UNKNOWN_BY_LOCATION = {"json": ma.RAISE, "query": ma.RAISE}  # noqa: RUF012

    def load_json(self, req: Any, schema: ma.Schema) -> Any:
        return request_json()


class ApiBlueprint(Blueprint):  # type: ignore[misc]
    """A feature's routes under /api/v1."""

    ARGUMENTS_PARSER = StrictParser()


def init_app(app: Flask, version: str) -> None:
    """Register the OpenAPI document and its pages; features register their blueprints afterwards."""
    app.config.update(
        API_TITLE="查核 Chahe",
        API_VERSION=version,
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX=PREFIX,
        OPENAPI_JSON_PATH="openapi.json",
        API_SPEC_OPTIONS={
            "components": {"securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}},
            "security": [{"bearer": []}],
        },
    )
    api.ERROR_SCHEMA = ProblemSchema
    api.init_app(app)
    view = app.view_functions["api-docs.openapi_json"]
    app.view_functions["api-docs.openapi_json"] = cast(Any, requires(PUBLIC)(view))
    app.add_url_rule(f"{PREFIX}/docs", "api_docs", requires(PUBLIC)(_docs))
    app.before_request(_refuse_nul)


def _refuse_nul() -> None:
    """PostgreSQL holds no NUL: refuse it in addresses and forms, as `strict_json` does in bodies."""
    form = {} if request.path.startswith(PREFIX) else request.form
    if (
        any("\x00" in text for text in form.values())
        or "\x00" in request.path
        or b"%00" in request.query_string
    ):
        raise MalformedRequest("文字含有無法儲存的字元（NUL），請刪除後再送。")


def _docs() -> str:
    return render_template("layout/api_docs.html", spec_url=url_for("api-docs.openapi_json"))


def versioned(response_body: Any, version: int, status: int = 200) -> tuple[Any, int, dict[str, str]]:
    """A view's answer with the row's version as ETag."""
    return response_body, status, {"ETag": etag(version)}
