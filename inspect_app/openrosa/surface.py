"""/openrosa: the list of forms, the forms with their file, and what is sent back (OpenRosa 1.0)."""

from typing import IO
from uuid import UUID

from flask import Blueprint, Response, request, url_for

from inspect_app.accounts.limits import limit_tokens
from inspect_app.catalogue.lookup import form as published
from inspect_app.core.auth import current_actor, requires
from inspect_app.core.database import session
from inspect_app.core.problems import (
    FieldError,
    InvalidFields,
    MalformedRequest,
    TooLarge,
    UnsupportedKind,
)
from inspect_app.openrosa import answers, instance, lists, media, receiving, xform
from inspect_app.openrosa.besides import CODES_FILE
from inspect_app.photos.receiving import release_database
from inspect_app.photos.resumable import draining

blueprint = Blueprint("openrosa", __name__, url_prefix="/openrosa")

XML_PART = "xml_submission_file"
MORE_FOLLOW = "*isIncomplete*"
"""The field by which ODK Collect says that further files follow in requests of their own."""
MAX_XML = 2 * 2**20
FORM, MEDIA = "/forms/<string:code>/<int:version>", "/media/<string:revision>"


@blueprint.get("/formList")
@limit_tokens
@requires("forms.read")
def form_list() -> Response:
    """The forms that one may fill in, with their hashes."""
    return answers.form_list(lists.forms_for(session(), current_actor()))


@blueprint.get(FORM)
@limit_tokens
@requires("forms.read")
def form(code: str, version: int) -> Response:
    """A checklist as XForm, which asks for the inspection."""
    return _xml(xform.of_any(published(code, version), lists.codes_today(session())))


@blueprint.get(f"{FORM}/inspections/<uuid:inspection_id>")
@limit_tokens
@requires("forms.read")
def visit_form(code: str, version: int, inspection_id: UUID) -> Response:
    """The same for one inspection, with its team."""
    visit = lists.visit_of(session(), current_actor(), inspection_id)
    return _xml(xform.of_visit(published(code, version), visit))


@blueprint.get(f"{MEDIA}/manifest")
@limit_tokens
@requires("forms.read")
def manifest(revision: str) -> Response:
    """The files that go with a form of that revision of the catalogue."""
    url = url_for(".codes", revision=revision, _external=True)
    return answers.manifest([(CODES_FILE, media.md5(_codes(revision)), url)])


@blueprint.get(f"{MEDIA}/{CODES_FILE}")
@limit_tokens
@requires("forms.read")
def codes(revision: str) -> Response:
    """The defect catalogue that forms search."""
    return Response(_codes(revision), content_type="text/csv; charset=utf-8")


def _codes(revision: str) -> bytes:
    return media.codes(lists.codes_of(session(), revision))


@blueprint.route("/submission", methods=["HEAD"])
@limit_tokens
@requires("inspections.lead")
def standing() -> Response:
    """Whether one may send, how much at once, and where to."""
    return Response(status=204, headers={"Location": url_for(".submit", _external=True)})


@blueprint.post("/submission")
@limit_tokens
@requires("inspections.lead")
def submit() -> Response:
    """Take a filled-in form: 201 when it is whole, the same again 201; 202 while more of its files follow."""
    release_database()
    if request.mimetype != "multipart/form-data":
        raise UnsupportedKind("請以 multipart/form-data 送出。")
    given = instance.read(_xml_part())
    more = request.form.get(MORE_FOLLOW, "").lower() == "yes"
    try:
        taken = receiving.receive(given, _attachments(), current_actor(), more=more)
    except InvalidFields as error:
        raise InvalidFields(error.detail, errors=answers.in_words(error.errors, given.form)) from error
    if isinstance(taken, receiving.Partial):
        return answers.told(f"已收到 {taken.arrived} 個附件，共 {taken.named} 個；請繼續傳送。", 202)
    return answers.told("查核結果已收下。", 201)


@blueprint.after_request
def add_headers(response: Response) -> Response:
    """OpenRosa's own headers; and a program that sends before it reads learns why it was refused."""
    return draining.drain_behind(answers.with_version(response))


def _xml(text: str) -> Response:
    return Response(text.encode(), content_type=answers.XML)


def _xml_part() -> bytes:
    """The form itself: exactly one, and not too long."""
    parts = request.files.getlist(XML_PART)
    if len(parts) != 1:
        raise MalformedRequest(f"請附一個 {XML_PART}；收到 {len(parts)} 個。")
    data: bytes = parts[0].stream.read(MAX_XML + 1)
    if len(data) > MAX_XML:
        raise TooLarge(f"表單最多 {MAX_XML} 位元組，照片請另附。")
    return data


def _attachments() -> dict[str, IO[bytes]]:
    """Every other file by its part's name; InvalidFields for a name given twice."""
    given = [(name, file.stream) for name, file in request.files.items(multi=True) if name != XML_PART]
    found = dict(given)
    if len(found) < len(given):
        raise InvalidFields("附件重複；請再傳一次。", errors=[FieldError("files", "同名的檔案只能有一個。")])
    return found
