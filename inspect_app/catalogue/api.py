"""/api/v1: forms and defect codes."""

from typing import Any

from flask import Response

from forms import published
from forms.catalogue import catalogue
from forms.errors import UnknownForm
from forms.schema import FormDefinition
from inspect_app.catalogue import schemas, searching
from inspect_app.core.api import ApiBlueprint
from inspect_app.core.auth import current_actor, requires
from inspect_app.core.problems import NotFound

blp = ApiBlueprint("catalogue_api", __name__, description="查核表與缺失目錄")


@blp.get("/forms")
@requires("forms.read")
@blp.response(200, schemas.FormList)
def forms() -> dict[str, Any]:
    """Every published checklist; a published version never changes."""
    return {"items": published.every(), "next": None}


@blp.get("/forms/<string:code>/<int:version>")
@requires("forms.read")
@blp.response(200, schemas.FormOut)
def form(code: str, version: int) -> FormDefinition:
    """One version of a checklist, with its sections and items."""
    try:
        return published.load(code, version)
    except UnknownForm as error:
        raise NotFound(str(error)) from error


@blp.get("/defect-codes")
@requires("forms.read")
@blp.response(200, schemas.CodeList)
def codes() -> dict[str, Any]:
    """The defect catalogue in its official order: groups and items, with the points each item allows."""
    return {"items": catalogue().codes, "next": None}


@blp.get("/defect-codes/search")
@requires("forms.read")
@blp.arguments(schemas.SearchArgs, location="query")
@blp.response(200, schemas.FoundList)
def search(asked: dict[str, Any]) -> Response:
    """Lines by code, any part of a title, 注音 or pinyin (initials or whole), English words; several words all fit.

    The best first, then what the reader and the team use most, then the official order; groups too (`kind`).
    """
    return searching.answer(current_actor(), **asked)


@blp.get("/defect-codes/index")
@requires("forms.read")
@blp.response(200, schemas.CodeIndex)
@blp.alt_response(304, description="The index is still the one whose ETag was sent in If-None-Match.")
def index() -> Response:
    """Everything needed to search without network, to be kept under its ETag and asked for with If-None-Match.

    `keys.variants`: characters to be replaced in what is typed, in titles and in English; `keys.readings`: how each
    character of a title is read, without tones, separated by spaces; `favour`: how much the reader prefers a code.
    The rule that finds the same lines in the same order as `search` stands in docs/search.md.
    """
    return searching.offline(current_actor())
