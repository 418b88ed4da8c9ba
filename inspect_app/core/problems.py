"""Problems: one table of what can go wrong, as problem+json (RFC 9457) and as a page."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

import structlog
from flask import Flask, Response, g, json, render_template, request
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field; `field` is a path such as `marks[0].total`."""

    field: str
    reason: str


class Problem(Exception):  # noqa: N818 - RFC 9457's own word
    """Something a caller can act on. `detail` says what to do next."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "unexpected"
    title: ClassVar[str] = "未能完成"

    def __init__(
        self,
        detail: str,
        *,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        **extra: Any,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = tuple(errors)
        self.headers = dict(headers or {})
        self.extra = extra

    def as_json(self) -> dict[str, Any]:
        body: dict[str, Any] = {
            "type": f"urn:chahe:problem:{self.code}",
            "title": self.title,
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
            "request_id": g.get("request_id", ""),
        }
        if self.errors:
            body["errors"] = [asdict(error) for error in self.errors]
        return body | self.extra


class MalformedRequest(Problem):
    status, code, title = 400, "malformed", "內容無法讀取"


class NotSignedIn(Problem):
    status, code, title = 401, "not_signed_in", "請先登入"


class NotAllowed(Problem):
    status, code, title = 403, "not_allowed", "您的角色不能這樣做"


class NotFound(Problem):
    status, code, title = 404, "not_found", "找不到"


class WrongMethod(Problem):
    status, code, title = 405, "method_not_allowed", "這個網址不接受這種操作"


class Conflict(Problem):
    status, code, title = 409, "conflict", "與目前狀態不符"


class DifferentBody(Problem):
    status, code, title = 409, "different_body", "同一編號已收過不同內容"


class Stale(Problem):
    status, code, title = 412, "stale", "資料已被他人更新"


class TooLarge(Problem):
    status, code, title = 413, "too_large", "內容太大"


class UnsupportedKind(Problem):
    status, code, title = 415, "unsupported_kind", "不接受這種檔案"


class InvalidFields(Problem):
    status, code, title = 422, "invalid_fields", "有欄位需要更正"


class VersionRequired(Problem):
    status, code, title = 428, "version_required", "需要 If-Match 標頭"


class TooMany(Problem):
    status, code, title = 429, "too_many", "嘗試次數太多"


class ChecksumMismatch(Problem):
    status, code, title = 460, "checksum_mismatch", "檢查碼不符"


class Unexpected(Problem):
    status, code, title = 500, "unexpected", "未能完成"


class Busy(Problem):
    """The database did not take the work in time; nothing was written, but if `unsure`: a commit may have been lost."""

    status, code, title = 503, "busy", "系統忙碌中"

    def __init__(self, *, unsure: bool = False) -> None:
        told = (
            "這次的內容可能尚未寫入；請稍候幾秒，重新載入確認後再送。"
            if unsure
            else ("這次的內容沒有寫入，已收到的資料沒有遺失。請稍候幾秒再送一次。")
        )
        super().__init__(told, headers={"Retry-After": "5"})


DETAILS: dict[type[Problem], str] = {
    MalformedRequest: "請送出正確的請求內容。",
    NotSignedIn: "請登入後再試。",
    NotAllowed: "如需要這項權限，請洽系統管理者。",
    NotFound: "請確認網址，或回到清單重新選取。",
    WrongMethod: "請查閱 /api/v1/docs 中這個網址接受的方法。",
    TooLarge: "請縮小檔案或內容後再送。",
    UnsupportedKind: "請改送可接受的檔案種類。",
    TooMany: "請稍候再試。",
}
BY_STATUS: dict[int, type[Problem]] = {kind.status: kind for kind in DETAILS}
UNEXPECTED_DETAIL = "您的資料沒有遺失。請稍後再試；仍不成功時，請把請求編號告訴系統管理者。"


FORMATS: dict[str, Callable[[Problem], Response]] = {}
"""How problems are told below a path whose programs know neither JSON nor pages; a room adds its own."""


def init_app(app: Flask) -> None:
    app.register_error_handler(Problem, respond)
    app.register_error_handler(HTTPException, _from_http)
    app.register_error_handler(IntegrityError, _from_race)
    app.register_error_handler(StaleDataError, _from_race)
    app.register_error_handler(Exception, from_bug)


def respond(problem: Problem) -> Response:
    """The problem as JSON for programs, as a page for people; nothing half-written stays."""
    g.problem = problem.code
    own = next((tell for path, tell in FORMATS.items() if request.path.startswith(path)), None)
    if own is not None:
        response = own(problem)
    elif wants_json():
        body = json.dumps(problem.as_json())
        response = Response(body, status=problem.status, mimetype="application/problem+json")
    else:
        page = render_template("layout/problem.html", problem=problem, **problem.as_json())
        response = Response(page, status=problem.status, mimetype="text/html")
    for name, value in problem.headers.items():
        response.headers.setdefault(name, value)
    return response


def wants_json() -> bool:
    """Whether the caller is a program: the path decides, then what it accepts."""
    if request.path.startswith(("/api/", "/healthz", "/readyz", "/metrics", *FORMATS)):
        return True
    return request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"


def flatten(messages: Any, path: str = "") -> Iterator[FieldError]:
    """Marshmallow's nested messages as field errors with paths."""
    if isinstance(messages, Mapping):
        for key, inner in messages.items():
            yield from flatten(inner, _join(path, key))
    elif isinstance(messages, list):
        for message in messages:
            yield from flatten(message, path)
    else:
        yield FieldError(path, str(messages))


def _join(path: str, key: object) -> str:
    if isinstance(key, int):
        return f"{path}[{key}]"
    if key == "_schema" or (not path and key in {"json", "query", "form", "files"}):
        return path
    return f"{path}.{key}" if path else str(key)


def _from_http(error: HTTPException) -> Response:
    data = getattr(error, "data", None) or {}
    if error.code == 422:
        errors = tuple(flatten(data.get("messages", {})))
        return respond(InvalidFields("請依各欄位的說明更正後再送。", errors=errors))
    if error.code is not None and error.code < 400:
        raise error
    kind = BY_STATUS.get(error.code or 500)
    if kind is None:
        kind = MalformedRequest if (error.code or 500) < 500 else Unexpected
    detail = DETAILS.get(kind, UNEXPECTED_DETAIL)
    problem = kind(detail, headers=_kept_headers(error))
    return respond(problem)


def _kept_headers(error: HTTPException) -> dict[str, str]:
    wanted = {"allow", "retry-after", "www-authenticate"}
    return {name: value for name, value in error.get_headers() if name.lower() in wanted}


def _from_race(error: Exception) -> Response:
    log.warning("write_race", kind=type(error).__name__)
    return respond(Conflict("同時有另一項更新。請重新載入後再試；已送出的資料沒有遺失。"))


def from_bug(error: Exception) -> Response:
    """A fault of ours: logged whole, told without its inner text."""
    log.error("unexpected", exc_info=error)
    return respond(Unexpected(UNEXPECTED_DETAIL))
