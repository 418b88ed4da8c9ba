"""/api/v1/catalogue/revisions: which revisions of the catalogue there are, and their official words."""

from typing import Any

from forms.errors import UnknownRevision
from inspect_app.catalogue import queries, schemas_revisions, service
from inspect_app.core import clock
from inspect_app.core.api import ApiBlueprint
from inspect_app.core.auth import requires
from inspect_app.core.database import session
from inspect_app.core.problems import NotFound

blp = ApiBlueprint("revisions_api", __name__, description="缺失目錄的版次")


@blp.get("/catalogue/revisions")
@requires("forms.read")
@blp.response(200, schemas_revisions.RevisionList)
def revisions() -> dict[str, Any]:
    """Every revision with the day from which it counts, the newest first; `source` is null for a published one."""
    return {"items": service.listed(session(), clock.today()), "next": None}


@blp.get("/catalogue/revisions/<string:revision>/wordings")
@requires("forms.read")
@blp.response(200, schemas_revisions.WordingList)
def wordings(revision: str) -> dict[str, Any]:
    """The official words by code, as far as a sheet was imported; `title_is_earlier`: our title is of other words."""
    try:
        service.get(session(), revision)
    except UnknownRevision as error:
        raise NotFound(str(error)) from error
    return {"items": queries.wordings(session(), revision), "next": None}
