"""/api/v1: a checklist as XLSForm and as XForm, for a city's own ODK server."""

from flask import Response

from forms.errors import UnknownForm
from forms.published import load
from forms.schema import FormDefinition
from inspect_app.core.api import ApiBlueprint
from inspect_app.core.auth import requires
from inspect_app.core.problems import NotFound
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
    return _file(xlsform.workbook(_published(code, version)), XLSX, f"{code}-v{version}.xlsx")


@blp.get(f"{FORM}/xform")
@requires("forms.read")
@blp.response(200, BINARY, content_type="application/xml")
def as_xform(code: str, version: int) -> Response:
    """The checklist as XForm, which ODK Collect fills in."""
    text = xform.of_any(_published(code, version))
    return _file(text.encode(), "application/xml", f"{code}-v{version}.xml")


def _published(code: str, version: int) -> FormDefinition:
    try:
        return load(code, version)
    except UnknownForm as error:
        raise NotFound(str(error)) from error


def _file(data: bytes, kind: str, name: str) -> Response:
    return Response(
        data, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
