"""What the OpenAPI document says of refusals: they are problem documents, with the statuses an operation may give."""

from typing import Any

from flask import Flask
from flask_smorest import Api

from inspect_app.core.auth import permission_of
from inspect_app.core.permissions import PUBLIC

PROBLEM = "application/problem+json"
MEANINGS = {
    "400": "內容無法讀取",
    "401": "未登入，或權杖已失效",
    "403": "角色不能這樣做",
    "404": "不存在，或不屬於您",
    "409": "與目前狀態不符，或同一編號已有不同內容",
    "412": "If-Match 或 tus 版本不符",
    "413": "超過長度上限",
    "415": "不接受的檔案種類",
    "422": "欄位需要更正",
    "428": "需要 If-Match",
    "429": "嘗試太多次",
}
READS = frozenset({"get", "head"})
WRITES = ("409", "412", "413", "415", "422")


class ProblemApi(Api):  # type: ignore[misc]
    """The OpenAPI document whose error responses are `application/problem+json`."""

    def _register_responses(self) -> None:
        self.DEFAULT_RESPONSE_CONTENT_TYPE = PROBLEM
        super()._register_responses()
        del self.DEFAULT_RESPONSE_CONTENT_TYPE


def add_refusals(app: Flask, api: Api) -> None:
    """Name each operation's refusals by status, and those that need no token; call when all routes are known."""
    public = {rule.rule for rule in app.url_map.iter_rules() if permission_of(app, rule.endpoint) == PUBLIC}
    for path, item in api.spec._paths.items():
        for method in item.keys() - {"parameters", "servers", "summary", "description"}:
            operation: dict[str, Any] = item[method]
            if path in public:
                operation["security"] = []
            for status in _statuses(path, method, operation, is_public=path in public):
                operation["responses"].setdefault(
                    status, {"description": MEANINGS[status], "content": _content()}
                )


def _content() -> dict[str, Any]:
    return {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}


def _statuses(path: str, method: str, operation: dict[str, Any], *, is_public: bool) -> list[str]:
    found = ["400", "401", "429"] if is_public else ["400", "401", "403"]
    if "{" in path or method not in READS:
        found.append("404")
    if method not in READS:
        found += WRITES
    elif any(each.get("in") == "query" for each in operation.get("parameters", [])):
        found.append("422")
    return [*found, "428"] if method == "put" else found
