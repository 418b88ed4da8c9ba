"""/api/v1: a checklist as XLSForm and as XForm, for a city's own ODK server."""

from flask import Response

from forms.catalogue import Catalogue
from inspect_app.catalogue import service as catalogue
from inspect_app.catalogue.lookup import form as published
from inspect_app.core import clock
from inspect_app.core.api import ApiBlueprint
from inspect_app.core.auth import requires
from inspect_app.core.database import session
from inspect_app.openrosa import xform, xlsform

blp = ApiBlueprint("openrosa_api", __name__, description="查核表匯出")

FORM = "/forms/<string:code>/<int:version>"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BINARY = {"type": "string", "format": "binary"}


@blp.get(f"{FORM}/xlsform")
@requires("forms.read")
@blp.response(200, BINARY, content_type=XLSX)
def as_xlsform(code: str, version: int) -> Response:
    """The checklist as XLSForm, a workbook of survey, choices and settings."""
    return _file(xlsform.workbook(published(code, version), _codes()), XLSX, f"{code}-v{version}.xlsx")


@blp.get(f"{FORM}/xform")
@requires("forms.read")
@blp.response(200, BINARY, content_type="application/xml")
def as_xform(code: str, version: int) -> Response:
    """The checklist as XForm, which ODK Collect fills in."""
    text = xform.of_any(published(code, version), _codes())
    return _file(text.encode(), "application/xml", f"{code}-v{version}.xml")


def _codes() -> Catalogue:
    """The catalogue that counts today."""
    return catalogue.current(session(), clock.today())


def _file(data: bytes, kind: str, name: str) -> Response:
    return Response(
        data, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
