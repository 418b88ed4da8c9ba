"""/api/v1: forms and defect codes."""

from typing import Any

from forms import published
from forms.errors import UnknownForm, UnknownRevision
from forms.schema import FormDefinition
from inspect_app.catalogue import schemas, service
from inspect_app.catalogue.schemas_revisions import RevisionArgs
from inspect_app.core import clock
from inspect_app.core.api import ApiBlueprint
from inspect_app.core.auth import requires
from inspect_app.core.database import session
from inspect_app.core.problems import FieldError, InvalidFields, NotFound

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
