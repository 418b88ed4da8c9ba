"""What every refusal owes its caller, whatever was wrong."""

import re
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
from werkzeug.test import TestResponse

REFUSALS = frozenset({400, 404, 409, 413, 415, 422})
CHINESE = re.compile("[\u4e00-\u9fff]")
INSIDES = re.compile(r"Traceback|sqlalchemy|marshmallow|msgspec|\.py\b|Error\(|SELECT .+ FROM|INSERT INTO")


def ill_told(answer: TestResponse) -> Iterator[str]:
    """What is wrong with a refusal as a problem: format, words, fields."""
    if answer.mimetype != "application/problem+json":
        yield f"is {answer.mimetype}"
        return
    told: dict[str, Any] = answer.get_json()
    if told["status"] != answer.status_code:
        yield "tells another status"
    errors = told.get("errors", [])
    for text in (told["title"], told["detail"], *(error["reason"] for error in errors)):
        if not CHINESE.search(text) or INSIDES.search(text) or "{" in text:
            yield f"says {text!r}"
    if answer.status_code == 422 and not errors:
        yield "names no field"
    if len(answer.data) > 20_000:
        yield f"answers {len(answer.data)} bytes"


def names(answer: TestResponse, path: str) -> bool:
    """Whether a refusal names the place, what it stands in, or something inside it."""
    fields = [error["field"] for error in answer.get_json().get("errors", [])]
    return any(path.startswith(field) or field.startswith(path) for field in fields)


class Document:
    """The application's own OpenAPI document, as an oracle of what is wrong."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document

    def operations(self) -> dict[str, dict[str, Any]]:
        """By method and path below /api/v1."""
        found = {}
        for path, item in self.document["paths"].items():
            for method in item.keys() - {"parameters"}:
                parameters = item.get("parameters", []) + item[method].get("parameters", [])
                found[f"{method.upper()} {path.removeprefix('/api/v1')}"] = item[method] | {
                    "parameters": parameters
                }
        return found

    def body_schema(self, route: str) -> dict[str, Any]:
        content = self.operations()[route]["requestBody"]["content"]
        schema: dict[str, Any] = content["application/json"]["schema"]
        return schema | {"components": self.document["components"]}

    def validator(self, route: str) -> Any:
        return jsonschema_rs.Draft202012Validator(self.body_schema(route), validate_formats=True)

    def fields(self, route: str) -> set[str]:
        """Every field that a route's body may have, as paths of names (lists and open objects as `*`)."""
        return set(self._fields(self.body_schema(route), ""))

    def _fields(self, schema: dict[str, Any], path: str) -> Iterator[str]:
        if "$ref" in schema:
            schema = self.document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
        for choice in schema.get("anyOf", ()):
            yield from self._fields(choice, path)
        for name, inner in schema.get("properties", {}).items():
            yield f"{path}/{name}"
            yield from self._fields(inner, f"{path}/{name}")
        for key in ("items", "additionalProperties"):
            if isinstance(schema.get(key), dict):
                yield from self._fields(schema[key], f"{path}/*")
