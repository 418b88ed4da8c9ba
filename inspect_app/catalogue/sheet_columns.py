"""Which column of an official sheet is which: the header row is looked for, and may be told."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from inspect_app.catalogue.sheet_cells import plain
from inspect_app.catalogue.sheet_types import Cell, Layout, Row
from inspect_app.core.delimited import UnreadableFile

MAX_COLUMNS = 300
WITHIN = 50
"""The header is among so many first rows that are not blank: above it are titles and dates."""

NAMES: Mapping[str, tuple[str, ...]] = {
    "code": ("缺失編號", "編號", "缺失代碼", "代碼", "缺失代號", "代號", "code"),
    "wording": (
        "缺失內容",
        "缺失項目",
        "缺失事項",
        "缺失情形",
        "品質缺失",
        "查核缺失",
        "公告文字",
        "內容",
        "項目",
        "wording",
    ),
    "points": ("扣點", "扣點數", "扣點範圍", "扣點標準", "點數", "扣點點數", "points"),
    "parent": ("上層編號", "上層", "分類編號", "所屬分類", "parent"),
}
"""Field to the names its column goes by; the first is the one in messages."""

NEEDED = ("code", "wording", "points")
_FIELD_OF = {name: field for field, names in NAMES.items() for name in names}
_BRACKETS = re.compile(r"[(\[【].*?[)\]】]")


def understand(rows: Sequence[Row], told: Mapping[str, str]) -> Layout:
    """The layout by the first row that names all needed columns; `told` maps names of columns to fields.

    UnreadableFile when there is no such row, or two columns are the same field.
    """
    wanted = _wanted(told)
    best: dict[str, list[int]] = {}
    for row in rows:
        found = _places(row, wanted)
        if all(field in found for field in NEEDED):
            return _layout(row, found, wanted)
        best = max(best, found, key=len)
    raise UnreadableFile(_no_header(rows, best))


def named(rows: Iterable[Row], told: Mapping[str, str]) -> int:
    """How many of the needed columns the best of the rows names."""
    wanted = _wanted(told)
    return max((len(_places(row, wanted).keys() & NEEDED) for row in rows), default=0)


def _wanted(told: Mapping[str, str]) -> dict[str, str]:
    return {_name(Cell(name)): field for name, field in told.items()}


def _places(row: Row, told: Mapping[str, str]) -> dict[str, list[int]]:
    places: dict[str, list[int]] = {}
    for place, cell in enumerate(row.cells):
        name = _name(cell)
        field = told.get(name)
        if field is None and _FIELD_OF.get(name) not in told.values():
            field = _FIELD_OF.get(name)
        if field and cell.kind != "merged":
            places.setdefault(field, []).append(place)
    return places


def _layout(row: Row, found: Mapping[str, Sequence[int]], told: Mapping[str, str]) -> Layout:
    header = tuple(plain(cell)[:40] for cell in row.cells)
    if missing := [name for name in told if name not in map(_name, row.cells)]:
        raise UnreadableFile(f"第 {row.line} 行的欄名中沒有「{'、'.join(missing)}」；請核對 --map 的欄名。")
    for field, places in found.items():
        if len(places) > 1:
            names = "、".join(header[place] for place in places)
            raise UnreadableFile(
                f"第 {row.line} 行的「{names}」都像是{NAMES[field][0]}；請以 --map 欄名={field} 指定一欄。"
            )
    return Layout(row.line, header, {field: places[0] for field, places in found.items()})


def _name(cell: Cell) -> str:
    """A column's name for comparison: without blanks and brackets."""
    text = plain(cell).casefold()
    return _BRACKETS.sub("", text) or text


def _no_header(rows: Sequence[Row], best: Mapping[str, object]) -> str:
    missing = "、".join(NAMES[field][0] for field in NEEDED if field not in best)
    widest = max(rows, key=lambda row: Counter(bool(cell.text) for cell in row.cells)[True], default=None)
    names = "、".join(plain(cell)[:20] for cell in widest.cells[:20] if cell.text) if widest else ""
    seen = f"檔案中有：{names}。" if names else "檔案是空的。"
    return f"找不到欄名列，缺少：{missing}。{seen}請以 --map 欄名=code（或 wording、points）指定。"
