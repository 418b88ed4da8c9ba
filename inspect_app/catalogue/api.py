"""/api/v1: defect codes."""

from typing import Any

from flask import Response

from forms.errors import UnknownRevision
from inspect_app.catalogue import schemas, searching, service
from inspect_app.catalogue.schemas_revisions import RevisionArgs
from inspect_app.core import clock
from inspect_app.core.api import ApiBlueprint
from inspect_app.core.auth import current_actor, requires
from inspect_app.core.database import session
from inspect_app.core.problems import FieldError, InvalidFields

blp = ApiBlueprint("catalogue_api", __name__, description="查核表與缺失目錄")


@blp.get("/defect-codes")
@requires("forms.read")
@blp.arguments(RevisionArgs, location="query")
@blp.response(200, schemas.CodeList)
def codes(args: dict[str, Any]) -> dict[str, Any]:
    """The defect catalogue in its official order: groups and items, with the points each item allows.

    Of the revision asked for, else of the one that counts today.
    """
    try:
        revision = args["revision"] or service.on(session(), clock.today())
        return {"items": service.get(session(), revision).codes, "next": None}
    except UnknownRevision as error:
        raise InvalidFields("請改用所列的版次。", errors=[FieldError("revision", str(error))]) from error


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
