"""A filled-in form as it comes: XML read safely, as fields by name and repeats by name."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException, ElementTree

from forms.errors import UnknownForm
from forms.published import load
from forms.schema import FormDefinition
from inspect_app.core.problems import FieldError, InvalidFields, MalformedRequest, NotFound
from inspect_app.openrosa import xform
from inspect_app.openrosa.xlsform import sheets

Lookup = Callable[[str, int], FormDefinition]
DEEPEST = 8
ADVICE = "表單內容無法收下；平板上的資料仍在，請洽系統管理者。"


@dataclass(slots=True)
class Record:
    """A repetition, or the form itself: answers by question, repetitions by repeat; groups count for nothing."""

    fields: dict[str, str] = field(default_factory=dict)
    repeats: dict[str, list["Record"]] = field(default_factory=dict)

    def text(self, name: str) -> str | None:
        """An answer without white space around it; None when there is none."""
        return self.fields.get(name, "").strip() or None

    def each(self, name: str) -> list["Record"]:
        return self.repeats.get(name, [])


@dataclass(frozen=True, slots=True)
class Instance:
    """A filled-in form; its id is the submission's."""

    id: UUID
    form: FormDefinition
    inspection_id: UUID
    record: Record


def read(data: bytes, published: Lookup = load) -> Instance:
    """The form in an XML file, filled in after a checklist that `published` finds.

    MalformedRequest for what is no XML or has a document type, NotFound for an unknown form or version,
    InvalidFields for a missing id and for elements that the form does not have.
    """
    root = _parsed(data)
    code, visit = xform.parted(root.get("id", ""))
    form = _form(code, root.get("version", ""), published)
    record = _Reader(form).record(root)
    inspection_id = _uuid(record.text("inspection"), "inspection")
    if visit and visit != str(inspection_id):
        raise _invalid("inspection", "與表單的查核不同；請重新下載表單。")
    return Instance(_instance_id(root), form, inspection_id, record)


def _parsed(data: bytes) -> Element:
    try:
        root: Element = ElementTree.fromstring(data, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise MalformedRequest("xml_submission_file 不是完整的 XML，或含有文件類型宣告。") from error
    return root


def _form(code: str, version: str, published: Lookup) -> FormDefinition:
    number = int(version) if version.isascii() and version.isdigit() and len(version) < 6 else 0
    try:
        return published(code, number)
    except UnknownForm as error:
        raise NotFound(f"{error}請在平板上重新下載表單。") from error


def _instance_id(root: Element) -> UUID:
    """The id in the metadata; older programs give it as an attribute."""
    found = next((node.text for node in root.iter() if _name(node) == "instanceID"), root.get("instanceID"))
    return _uuid((found or "").strip().removeprefix("uuid:"), "instanceID")


def _uuid(text: str | None, where: str) -> UUID:
    try:
        return UUID(text or "")
    except ValueError as error:
        raise _invalid(where, "不是有效的識別碼（UUID）。") from error


def _invalid(where: str, reason: str) -> InvalidFields:
    return InvalidFields(ADVICE, errors=[FieldError(where, reason)])


class _Reader:
    """One form's names: what it asks, and what may be repeated."""

    def __init__(self, form: FormDefinition) -> None:
        rows = sheets(form).survey
        self.repeats = {row.name for row in rows if row.type == "begin_repeat"}
        self.known = {row.name for row in rows} | {"marks_count", "markName", "markWho"}

    def record(self, node: Element, depth: int = 1) -> Record:
        found = Record()
        for child, inside in self._children(node, depth):
            name = _name(child)
            if name in self.repeats:
                found.repeats.setdefault(name, []).append(self.record(child, inside + 1))
            elif len(child) == 0:
                self._take(found, name, child.text or "")
        return found

    def _children(self, node: Element, depth: int) -> Iterator[tuple[Element, int]]:
        """What stands in a node, groups opened; the metadata is for programs."""
        if depth > DEEPEST:
            raise _invalid(_name(node), "層數太多。")
        for child in node:
            name = _name(child)
            if name == "meta":
                continue
            yield child, depth
            if len(child) and name not in self.repeats:
                yield from self._children(child, depth + 1)

    def _take(self, found: Record, name: str, text: str) -> None:
        if not text.strip():
            return
        if name not in self.known:
            raise _invalid(name[:60], "這份表單沒有這一項。")
        if name in found.fields:
            raise _invalid(name, "出現兩次。")
        found.fields[name] = text


def _name(node: Any) -> str:
    """An element's name without its namespace; a comment has none."""
    return node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""
