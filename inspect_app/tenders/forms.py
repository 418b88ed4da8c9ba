"""From form fields to the same data the API takes, by the same schema."""

from collections.abc import Mapping
from typing import Any, BinaryIO, cast

import marshmallow as ma

from inspect_app.core.problems import FieldError, InvalidFields, flatten
from inspect_app.tenders.models import Tender
from inspect_app.tenders.queries import TenderFilter
from inspect_app.tenders.reading.cells import CellError, clean, money
from inspect_app.tenders.reading.types import Unit
from inspect_app.tenders.schemas import TenderIn
from inspect_app.tenders.service import FIELDS, TenderData

AMOUNTS = ("budget_twd", "contract_twd")
LABELS = {
    "number": "標案編號",
    "name": "標案名稱",
    "agency": "主辦機關",
    "supervisor": "監造單位",
    "contractor": "承攬廠商",
    "pcm": "專案管理廠商",
    "budget_twd": "預算金額（元）",
    "contract_twd": "契約金額（元）",
    "kind": "性質",
    "own": "辦理方式",
    "category": "工程類別",
    "status": "執行狀態",
}
"""The form's fields, in its order."""
EXAMPLES = {"number": "例：115-水-001。", "name": "例：示範溪護岸整治工程。", "agency": "例：示範市工務局。"}

_money = money(Unit.TWD)


def wanted(args: Mapping[str, str]) -> TenderFilter:
    """What a list's address narrows it to; a value that is none of the choices narrows nothing."""
    given = {name: args.get(name, "").strip()[:200] or None for name in ("q", "kind", "status", "agency")}
    own = {"yes": True, "no": False}.get(args.get("own", ""))
    budget = "unknown" if args.get("budget") == "unknown" else None
    return TenderFilter(**given, own=own, budget=budget)


def tender_data(form: Mapping[str, str]) -> TenderData:
    """The form as a tender's data; InvalidFields with every field's mistake, in the form's order."""
    typed: dict[str, Any] = {name: form.get(name, "").strip() or None for name in FIELDS}
    typed["own"] = form.get("own") != "no"
    amounts, errors = _amounts(form)
    given = {name: value for name, value in (typed | amounts).items() if value is not None}
    try:
        data = TenderIn().load(given)
    except ma.ValidationError as error:
        errors += flatten(error.messages)
    if errors:
        raise InvalidFields(
            "有欄位需要更正；您的輸入都還在。", errors=[_named(error) for error in _in_order(errors)]
        )
    return cast(TenderData, data)


def _amounts(form: Mapping[str, str]) -> tuple[dict[str, int | None], list[FieldError]]:
    """Whole TWD, written as in an imported list: with or without commas, full-width digits too."""
    amounts: dict[str, int | None] = dict.fromkeys(AMOUNTS)
    errors = []
    for name in AMOUNTS:
        try:
            amounts[name] = _money(clean(form.get(name, "")))
        except CellError as error:
            errors.append(FieldError(name, str(error)))
    return amounts, errors


def _in_order(errors: list[FieldError]) -> list[FieldError]:
    return sorted(errors, key=lambda error: list(LABELS).index(error.field) if error.field in LABELS else -1)


def _named(error: FieldError) -> FieldError:
    """The mistake with its field's name and an example, so that the summary alone can be understood."""
    label, example = LABELS.get(error.field, ""), EXAMPLES.get(error.field, "")
    return FieldError(error.field, f"{label}：{error.reason}{example}" if label else error.reason)


def differences(form: Mapping[str, str], row: Tender) -> list[tuple[str, str, str]]:
    """Where a form differs from what is known now: the field's name, what was typed, what is known."""
    now = values(row)
    typed = {name: form.get(name, "").strip() for name in LABELS}
    return [(LABELS[name], typed[name], now[name]) for name in LABELS if typed[name] != now[name]]


def values(row: Tender) -> dict[str, str]:
    """What is known of a tender, as form values."""
    known = {name: getattr(row, name) for name in FIELDS}
    shown = {name: "" if value is None else str(value) for name, value in known.items()}
    amounts = {name: f"{known[name]:,}" for name in AMOUNTS if known[name] is not None}
    return shown | amounts | {"own": "yes" if row.own else "no"}


def uploaded(files: Mapping[str, Any]) -> tuple[BinaryIO, str]:
    """The chosen file's bytes and its name; InvalidFields when none was chosen."""
    file = files.get("file")
    if file is None or not file.filename:
        raise InvalidFields("請選擇要匯入的檔案。", errors=[FieldError("file", "尚未選擇檔案。")])
    return cast(BinaryIO, file.stream), str(file.filename)[:200]
