"""/api/v1: defect codes."""

from typing import Any

from forms.catalogue import catalogue
from inspect_app.catalogue import schemas
from inspect_app.core.api import ApiBlueprint
from inspect_app.core.auth import requires

blp = ApiBlueprint("catalogue_api", __name__, description="查核表與缺失目錄")


@blp.get("/defect-codes")
@requires("forms.read")
@blp.response(200, schemas.CodeList)
def codes() -> dict[str, Any]:
    """The defect catalogue in its official order: groups and items, with the points each item allows."""
    return {"items": catalogue().codes, "next": None}
