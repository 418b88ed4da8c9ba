"""JSON texts: the public procurement API's records (openfun), and rows under our own names."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from inspect_app.core.delimited import UnreadableFile
from inspect_app.tenders.reading import cells, items
from inspect_app.tenders.reading.gathering import Gathering
from inspect_app.tenders.reading.types import Choices, ParsedFile, Progress, Reader, Unit

MAX_ITEMS = 2_000_000
MAX_COMMAS = 6_000_000
"""Objects and lists, and commas, in one text: what would become more values than memory is for."""

FIELDS = (
    "number", "name", "agency", "agency_code", "supervisor", "contractor", "pcm", "kind", "budget_twd",
    "contract_twd", "category", "status", "month", "planned", "actual", "filed_at",
)  # fmt: skip
AMOUNTS = frozenset({"budget_twd", "contract_twd"})

_BROKEN = "JSON 不完整或損壞；請重新下載。"
_TOO_MUCH = "JSON 的內容過多；請分成數個檔案匯入。"
_NOT_ROWS = '應為 {"rows": […]}，每一列是一個物件。'
_NOT_RECORDS = "檔案中沒有 openfun 的標案紀錄（records）；請確認是採購公告 API 的 JSON。"
_NOT_OBJECT = "這一筆不是物件；應為 {欄名: 值}。"
_GOODS = "財物類採購不是工程或勞務標案，未匯入。"
_PERCENT = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,2})?")
_ISO_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}")

Said = dict[str, str | None]

# -- rows under our own names ----------------------------------------------------------------------------------


def rows(data: bytes, unit: Unit | None, mapping: Choices | None, progress: Progress | None) -> ParsedFile:
    """`{"rows": [{…}]}` or the bare list: the names and types of the API's tenders and progress, strictly.

    Amounts are whole TWD, percents decimal strings, the month "YYYY-MM", filed_at an ISO instant or day.
    """
    del unit, mapping
    found = _loaded(data)
    found = found.get("rows") if isinstance(found, dict) and set(found) == {"rows"} else found
    if not isinstance(found, list):
        raise UnreadableFile(_NOT_ROWS)
    layout = items.layout(FIELDS, dict(zip(FIELDS, FIELDS, strict=True)), Unit.TWD)
    gathering = Gathering(layout, len(found), progress, "筆")
    for number, each in enumerate(found, 1):
        wrong = list(_wrong(each))
        if wrong:
            gathering.reject_fields(number, wrong, f"rows[{number - 1}]")
            continue
        said: Said = {name: "" if value is None else str(value) for name, value in each.items()}
        row, given = items.row(FIELDS, said)
        gathering.take(number, row, number, given=given, place=f"rows[{number - 1}]")
    return gathering.result(reader=Reader.ROWS, encoding="utf-8", ignored_columns=())


def _wrong(row: Any) -> Iterator[tuple[str, str]]:
    """Fields of a row that are unknown or of another type than the API's, with the reason."""
    if not isinstance(row, dict):
        yield "", _NOT_OBJECT
        return
    for name, value in row.items():
        if name not in FIELDS:
            yield name[: cells.SHOWN], "沒有這個欄位；請刪去或改用 API 文件中的欄名。"
        elif value is not None and (reason := _type_problem(name, value)):
            yield name, reason
    if row.get("month") is None and any(
        row.get(name) is not None for name in ("planned", "actual", "filed_at")
    ):
        yield "month", "有進度而沒有月份；應為 YYYY-MM。"


def _type_problem(name: str, value: Any) -> str:
    if name in AMOUNTS:
        whole = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= cells.MAX_TWD
        return "" if whole else "應為 0 到 10^15 的整數（元）。"
    if not isinstance(value, str):
        return "應為字串。"
    if name in ("planned", "actual") and not _PERCENT.fullmatch(value):
        return '應為小數字串，0 到 999.99，例："62.50"。'
    return "應為 YYYY-MM。" if name == "month" and not _ISO_MONTH.fullmatch(value) else ""


# -- openfun ---------------------------------------------------------------------------------------------------

TOLD: Mapping[str, tuple[str, ...]] = {
    "name": ("採購資料:標案名稱", "已公告資料:標案名稱", "無法決標公告:標案名稱"),
    "agency": ("機關資料:機關名稱",),
    "agency_code": ("機關資料:機關代碼",),
    "kind": ("採購資料:標的分類", "已公告資料:標的分類", "採購資料:採購性質"),
    "budget_twd": ("採購資料:預算金額", "已公告資料:預算金額"),
    "contract_twd": ("決標資料:總決標金額", "決標資料:契約金額"),
}
"""Field to the keys «block:field» of a record's detail; the first that is not blank counts."""

_OPENFUN_FIELDS = ("number", "name", "agency", "agency_code", "contractor", "kind", "budget_twd", "contract_twd",
                   "category")  # fmt: skip
_TITLES = {
    "number": "job_number", "name": "標案名稱", "agency": "機關名稱", "agency_code": "機關代碼",
    "contractor": "得標廠商", "kind": "標的分類", "budget_twd": "預算金額", "contract_twd": "總決標金額",
    "category": "標的分類",
}  # fmt: skip
_BIDDER = re.compile(r"投標廠商:投標廠商([0-9]{1,4}):廠商名稱")
_AWARDED = ("決標公告", "定期彙送", "決標")
_KIND = re.compile(r"\s*(工程|勞務|財物)")


def openfun(data: bytes, unit: Unit | None, mapping: Choices | None, progress: Progress | None) -> ParsedFile:
    """The records of one answer (a list, a single tender) of the API, those of one tender merged by date.

    A later record replaces what it tells; only an award tells amount and contractor of the contract.
    Amounts without a unit are in 元, as the API's are.
    """
    del mapping
    found = _records(_loaded(data))
    layout = items.layout(_OPENFUN_FIELDS, _TITLES, unit or Unit.TWD)
    gathering = Gathering(layout, len(found), progress, "筆")
    merged: dict[tuple[str, str], Said] = {}
    places: dict[tuple[str, str], int] = {}
    for number, record in sorted(enumerate(found, 1), key=lambda each: _date(each[1])):
        said = _told(record) if isinstance(record, dict) else None
        if said is None:
            gathering.reject(number, _NOT_OBJECT, f"records[{number - 1}]")
            continue
        key = (said["agency_code"] or said["agency"] or "", said["number"] or f"\0{number}")
        merged.setdefault(key, {}).update({name: value for name, value in said.items() if value})
        places.setdefault(key, number)
    for key, said in sorted(merged.items(), key=lambda each: places[each[0]]):
        _take(gathering, places[key], said)
    return gathering.result(reader=Reader.OPENFUN, encoding="utf-8", ignored_columns=())


def _take(gathering: Gathering, number: int, said: Said) -> None:
    place = f"records[{number - 1}] {said.get('number') or ''}".strip()[: 2 * cells.SHOWN]
    if said.get("kind") == "財物":
        gathering.reject(number, _GOODS, place)
        return
    named = {"name": said.get("name") or said.get("title")}
    row, given = items.row(_OPENFUN_FIELDS, said | named)
    gathering.take(number, row, number, given=given, place=place)


def _records(found: Any) -> list[Any]:
    if isinstance(found, dict):
        found = found.get("records", [found] if "job_number" in found else None)
    if not isinstance(found, list):
        raise UnreadableFile(_NOT_RECORDS)
    return found


def _date(record: Any) -> str:
    """For sorting: "20230829"; "" where a record has none."""
    date = record.get("date") if isinstance(record, dict) else None
    return str(date) if isinstance(date, str | int) else ""


def _told(record: Mapping[str, Any]) -> Said:
    detail, brief = _object(record.get("detail")), _object(record.get("brief"))
    said: Said = {name: _first(detail, keys) for name, keys in TOLD.items()}
    said["number"] = _text(record.get("job_number")) or _first(
        detail, ("採購資料:標案案號", "已公告資料:標案案號")
    )
    said["title"] = _text(brief.get("title"))
    said["agency"] = said["agency"] or _text(record.get("unit_name"))
    said["agency_code"] = _text(record.get("unit_id")) or said["agency_code"]
    said["category"] = said["kind"] or _text(brief.get("category"))
    kind = _KIND.match(said["category"] or "")
    said["kind"] = kind[1] if kind else None
    is_award = (_text(brief.get("type")) or "").startswith(_AWARDED)
    said["contractor"] = "、".join(_winners(detail)) or None if is_award else None
    said["contract_twd"] = said["contract_twd"] if is_award else None
    return said


def _winners(detail: Mapping[str, Any]) -> Iterator[str]:
    for key, value in detail.items():
        found = _BIDDER.fullmatch(key)
        if found and _text(detail.get(f"投標廠商:投標廠商{found[1]}:是否得標")) == "是" and _text(value):
            yield _text(value) or ""


def _first(detail: Mapping[str, Any], keys: tuple[str, ...]) -> str | None:
    return next((text for key in keys if (text := _text(detail.get(key)))), None)


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str | None:
    """A string or whole number as cleaned text; None for blank and for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return cells.clean(str(value)) or None


# -- both ------------------------------------------------------------------------------------------------------


def _loaded(data: bytes) -> Any:
    """The value of a JSON text in UTF-8 (or UTF-16, by its mark); UnreadableFile for what is none or too much."""
    if data.count(b"{") + data.count(b"[") > MAX_ITEMS or data.count(b",") > MAX_COMMAS:
        raise UnreadableFile(_TOO_MUCH)
    try:
        text = data.decode("utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig")
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise UnreadableFile(f"第 {error.lineno} 行：{_BROKEN}") from error
    except (ValueError, RecursionError) as error:
        raise UnreadableFile(_BROKEN) from error
