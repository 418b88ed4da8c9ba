"""The msgspec bodies' JSON schemas, in the same OpenAPI document as marshmallow's."""

from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from inspect_app.inspections.body import Amendment, MarkBody, SubmissionBody

F = TypeVar("F", bound=Callable[..., Any])
BODIES = (SubmissionBody, MarkBody, Amendment)
REF = "#/components/schemas/{name}"


def documents_body(name: str) -> Callable[[F], F]:
    """Document a view's JSON body by the name of its msgspec type."""
    body = {"required": True, "content": {"application/json": {"schema": {"$ref": REF.format(name=name)}}}}

    def decorate(view: F) -> F:
        known: dict[str, Any] = getattr(view, "_apidoc", {})
        view._apidoc = known | {"manual_doc": {"requestBody": body}}  # type: ignore[attr-defined]
        return view

    return decorate


def schemas() -> dict[str, Any]:
    """The bodies' JSON schemas by name."""
    _, components = msgspec.json.schema_components(BODIES, ref_template=REF)
    return dict(components)
