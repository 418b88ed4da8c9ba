"""From form fields to the same data the API takes, by the same schema."""

import unicodedata
from collections.abc import Mapping
from typing import Any, BinaryIO, cast

import marshmallow as ma

from inspect_app.core.problems import FieldError, InvalidFields, flatten
from inspect_app.tenders.models import Tender
from inspect_app.tenders.queries import TenderFilter
from inspect_app.tenders.schemas import FIELDS, TenderIn
from inspect_app.tenders.service import TenderData

AMOUNTS = ("budget_twd", "contract_twd")


def wanted(args: Mapping[str, str]) -> TenderFilter:
    """What a list's address narrows it to; a value that is none of the choices narrows nothing."""
    given = {name: args.get(name, "").strip()[:200] or None for name in ("q", "kind", "status", "agency")}
    own = {"yes": True, "no": False}.get(args.get("own", ""))
    budget = "unknown" if args.get("budget") == "unknown" else None
    return TenderFilter(**given, own=own, budget=budget)


def tender_data(form: Mapping[str, str]) -> TenderData:
    """The form as a tender's data; InvalidFields with every field's mistake."""
    typed: dict[str, Any] = {name: form.get(name, "").strip() or None for name in FIELDS}
    typed["own"] = form.get("own") != "no"
    for name in AMOUNTS:
        typed[name] = _amount(typed[name])
    given = {name: value for name, value in typed.items() if value is not None}
    try:
        return cast(TenderData, TenderIn().load(given))
    except ma.ValidationError as error:
        errors = tuple(flatten(error.messages))
        raise InvalidFields("有欄位需要更正；您的輸入都還在。", errors=errors) from error


def _amount(text: str | None) -> int | str | None:
    """Whole TWD with or without commas, full-width digits too; anything else goes on as it is, to be refused."""
    plain = unicodedata.normalize("NFKC", text or "").replace(",", "").removesuffix("元").strip()
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 20 else text


def values(row: Tender) -> dict[str, str]:
    """What is known of a tender, as form values."""
    known = {name: getattr(row, name) for name in FIELDS}
    shown = {name: "" if value is None else str(value) for name, value in known.items()}
    amounts = {name: f"{known[name]:,}" for name in AMOUNTS if known[name] is not None}
    return shown | amounts | {"own": "yes" if row.own else "no"}


def uploaded(files: Mapping[str, Any]) -> BinaryIO:
    """The chosen file's bytes; InvalidFields when none was chosen."""
    file = files.get("file")
    if file is None or not file.filename:
        raise InvalidFields("請選擇要匯入的檔案。", errors=[FieldError("file", "尚未選擇檔案。")])
    return cast(BinaryIO, file.stream)
