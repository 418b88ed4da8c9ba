"""From the forms of imports to plain values."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from inspect_app.core.problems import FieldError, InvalidFields
from inspect_app.tenders.imports import readers
from inspect_app.tenders.imports.looking import Way
from inspect_app.tenders.imports.models import STATES, Source
from inspect_app.tenders.imports.queries import Wanted
from inspect_app.tenders.imports.sources import SourceData
from inspect_app.tenders.imports.words import UNITS

MAX_COLUMNS = 300
NAME_LIMIT, PATTERN_LIMIT, URL_LIMIT = 60, 120, 500
STAY = "有欄位需要更正；您的輸入都還在。"


def wanted(args: Mapping[str, str]) -> Wanted:
    """What a list's address narrows it to; a value that is none of the choices narrows nothing."""
    state = args.get("state", "")
    q = args.get("q", "").strip()[:100] or None
    return Wanted(state if state in STATES else None, source_id(args.get("source", "")), q)


def source_id(text: str) -> UUID | None:
    """A source's id; None for anything else."""
    try:
        return UUID(text)
    except ValueError:
        return None


def unit(form: Mapping[str, str]) -> str | None:
    """The chosen unit of money; None leaves it to the columns' names."""
    given = form.get("unit", "")
    return given if given in UNITS else None


def mapping(form: Mapping[str, str]) -> dict[str, str]:
    """What every column was said to be: its title to a field, "" for a column not used."""
    found: dict[str, str] = {}
    for number in range(MAX_COLUMNS):
        title = form.get(f"title-{number}")
        if title is None:
            break
        field = form.get(f"column-{number}", "")
        found[title[:500]] = field if field in readers.FIELDS else ""
    return found


def way(form: Mapping[str, str], reader: str) -> Way:
    """How a list is to be read, as the form of its columns says."""
    return Way(reader, unit(form), mapping(form), bool(form.get("strict")))


def name(form: Mapping[str, str], field: str) -> str:
    """A source's name, "" for none; InvalidFields when it is too long."""
    given = form.get(field, "").strip()
    if len(given) > NAME_LIMIT:
        raise InvalidFields(STAY, errors=[FieldError(field, f"最多 {NAME_LIMIT} 個字。")])
    return given


def source_data(form: Mapping[str, str], before: Source | None) -> SourceData:
    """The form of a source; its mapping stays as it was but for columns the form leaves out."""
    text = {key: form.get(key, "").strip() for key in ("name", "pattern", "url", "reader")}
    errors = [
        FieldError(key, f"最多 {limit} 個字。")
        for key, limit in (("name", NAME_LIMIT), ("pattern", PATTERN_LIMIT), ("url", URL_LIMIT))
        if len(text[key]) > limit
    ]
    if not text["name"]:
        errors.append(FieldError("name", "名稱必填；例：標案管理系統自選欄位表。"))
    if errors:
        raise InvalidFields(STAY, errors=errors)
    kept = dict(before.mapping) if before and not form.get("forget") else {}
    return SourceData(
        name=text["name"], reader=text["reader"] if text["reader"] in readers.LABELS else readers.AUTO,
        unit=unit(form), mapping=kept, strict=bool(form.get("strict")), pattern=text["pattern"] or None,
        url=text["url"] or None, daily=bool(form.get("daily")),
    )  # fmt: skip


def source_values(source: Source) -> dict[str, Any]:
    """What is known of a source, as form values."""
    fields = ("name", "reader", "unit", "pattern", "url")
    flags = {flag: "yes" for flag in ("strict", "daily") if getattr(source, flag)}
    return {key: getattr(source, key) or "" for key in fields} | flags
