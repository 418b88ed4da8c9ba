"""/api/v1: defect codes."""

from typing import Any

from forms.errors import UnknownRevision
from inspect_app.catalogue import schemas, service
from inspect_app.catalogue.schemas_revisions import RevisionArgs
from inspect_app.core import clock
from inspect_app.core.api import ApiBlueprint
from inspect_app.core.auth import requires
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
