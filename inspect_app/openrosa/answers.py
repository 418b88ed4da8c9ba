"""What OpenRosa programs are answered: XML, with its version in the headers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement, tostring

from flask import Response

from forms.schema import FormDefinition
from inspect_app.core.problems import FieldError, Problem
from inspect_app.core.settings import current_settings
from inspect_app.openrosa.letters import legal

RESPONSE = "http://openrosa.org/http/response"
FORM_LIST = "http://openrosa.org/xforms/xformsList"
MANIFEST = "http://openrosa.org/xforms/xformsManifest"
XML = "text/xml; charset=utf-8"
SUBMITTED, FAILED = "submit_success", "submit_error"
HEADS = 16
"""Programs count the files alone; this part of what a request may hold is left for what stands around them."""
TOLD = 5
"""How many faults a tablet's message can show."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A form as a tablet's list tells it."""

    form_id: str
    name: str
    version: int
    hash: str
    url: str
    manifest_url: str


def told(message: str, status: int, nature: str = SUBMITTED) -> Response:
    """A message for whoever holds the tablet."""
    root = Element("OpenRosaResponse", xmlns=RESPONSE)
    SubElement(root, "message", nature=nature).text = message
    return document(root, status)


def refusal(problem: Problem) -> Response:
    """A problem in OpenRosa's own form; without a token it says how to come with one."""
    faults = "".join(f"\n{each.field}：{each.reason}" for each in problem.errors[:TOLD])
    if (more := len(problem.errors) - TOLD) > 0:
        faults += f"\n另有 {more} 項。"
    response = told(f"{problem.title}：{problem.detail}{faults}", problem.status, FAILED)
    if problem.status == 401:
        response.headers["WWW-Authenticate"] = 'Basic realm="chahe", charset="UTF-8"'
    return with_version(response)


def in_words(errors: Iterable[FieldError], form: FormDefinition) -> list[FieldError]:
    """Faults of answers under the words of their question: a tablet shows no ids."""
    return [FieldError(_question(each.field, form), each.reason) for each in errors]


def _question(field: str, form: FormDefinition) -> str:
    kind, _, rest = field.partition(".")
    item = form.by_id.get(rest.partition(".")[0]) if kind == "answers" else None
    return f"「{item.text}」" if item else field


def form_list(forms: Iterable[Listed]) -> Response:
    """The forms that a tablet may download."""
    root = Element("xforms", xmlns=FORM_LIST)
    for form in forms:
        texts = {
            "formID": form.form_id,
            "name": form.name,
            "version": str(form.version),
            "hash": form.hash,
            "downloadUrl": form.url,
            "manifestUrl": form.manifest_url,
        }
        _append(root, "xform", texts)
    return document(root)


def manifest(files: Sequence[tuple[str, str, str]]) -> Response:
    """The files that go with a form: name, hash, address."""
    root = Element("manifest", xmlns=MANIFEST)
    for name, hash_, url in files:
        _append(root, "mediaFile", {"filename": name, "hash": hash_, "downloadUrl": url})
    return document(root)


def document(root: Element, status: int = 200) -> Response:
    """An XML document as an answer."""
    for node in root.iter():
        node.text = legal(node.text or "") or None
    return Response(tostring(root, encoding="utf-8", xml_declaration=True), status, content_type=XML)


def with_version(response: Response) -> Response:
    """The headers that every answer has."""
    response.headers["X-OpenRosa-Version"] = "1.0"
    limit = current_settings().max_body_bytes
    response.headers["X-OpenRosa-Accept-Content-Length"] = str(limit - limit // HEADS)
    response.headers["Content-Language"] = "zh-TW"
    return response


def _append(root: Element, kind: str, texts: dict[str, str]) -> None:
    node = SubElement(root, kind)
    for name, text in texts.items():
        SubElement(node, name).text = text
