"""/api/v1: checklists, mark sheets, and the paper form of a checklist."""

from typing import Any

from flask import Response, jsonify, request

from forms import published
from inspect_app.catalogue import lookup, schemas_forms, service
from inspect_app.catalogue.paper import paper
from inspect_app.core import clock
from inspect_app.core.api import ApiBlueprint, Schema
from inspect_app.core.auth import requires
from inspect_app.core.database import session
from inspect_app.core.settings import current_settings
from inspect_app.documents.answers import pdf

blp = ApiBlueprint("forms_api", __name__, description="檢查表")


@blp.get("/forms")
@requires("forms.read")
@blp.response(200, schemas_forms.FormList)
def forms() -> dict[str, Any]:
    """Every published checklist; a published version never changes."""
    return {"items": published.every(), "next": None}


@blp.get("/forms/<string:code>/<int:version>")
@requires("forms.read")
@blp.response(200, schemas_forms.FormOut)
@blp.alt_response(304, description="If-None-Match names what would be answered")
def form(code: str, version: int) -> Response:
    """One version of a checklist, with its sections and items; with an ETag."""
    return _kept(schemas_forms.FormOut(), lookup.form(code, version))


@blp.get("/forms/<string:code>/<int:version>/paper.pdf")
@requires("forms.read")
@blp.response(200, content_type="application/pdf")
def form_paper(code: str, version: int) -> Response:
    """The checklist to fill in by pen, without a visit; with the titles of the catalogue that counts today."""
    found, lines = lookup.form(code, version), service.current(session(), clock.today())
    return pdf(paper(found, lines, current_settings().team_name))


@blp.get("/mark-sheets/<int:version>")
@requires("forms.read")
@blp.response(200, schemas_forms.MarkSheetOut)
@blp.alt_response(304, description="If-None-Match names what would be answered")
def mark_sheet(version: int) -> Response:
    """One version of the members' mark sheet; with an ETag."""
    return _kept(schemas_forms.MarkSheetOut(), lookup.mark_sheet(version))


def _kept(schema: Schema, value: object) -> Response:
    """What a tablet keeps: its bytes' hash as ETag, and nothing again for whoever has them."""
    answer = jsonify(schema.dump(value))
    answer.add_etag()
    answer.make_conditional(request)
    return answer
