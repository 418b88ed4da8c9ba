"""The rows of one sheet of an XLSX workbook, of bounded size whatever the file says."""

import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, time, timedelta
from typing import Any

import openpyxl
from openpyxl.utils import range_boundaries

from inspect_app.catalogue.sheet_columns import MAX_COLUMNS
from inspect_app.catalogue.sheet_types import BLANK, Cell, Row, Table
from inspect_app.core.delimited import UnreadableFile

MAX_UNPACKED = 64 * 1024 * 1024
"""Bytes of all parts of the workbook together; the whole catalogue takes less than one MiB."""
MAX_PARTS = 1000
MAX_ROWS = 100_000
MAX_MERGED = 20_000

_MERGED = re.compile(
    rb"<(?:\w+:)?mergeCell\s[^<>]*?ref\s*=\s*[\"']([A-Z]{1,3}[0-9]{1,7}:[A-Z]{1,3}[0-9]{1,7})[\"']"
)
_BROKEN = "檔案不是完整的 XLSX（可能下載未完成）；請重新下載，或用試算表軟體開啟後另存。"
_TOO_BIG = f"檔案解開後超過 {MAX_UNPACKED // 1024 // 1024} MiB；這不是缺失目錄，請檢查檔案。"
_TOO_WIDE = f"工作表超過 {MAX_COLUMNS} 欄；請刪去不用的欄再匯入。"
_TOO_LONG = f"工作表超過 {MAX_ROWS:,} 列；請刪去不用的列再匯入。"

Place = tuple[int, int]


def read(data: bytes, wanted: str | None) -> Table:
    """The rows that say something of the sheet `wanted`, or of the only visible one.

    UnreadableFile for what is no workbook, is too big, or leaves open which sheet is meant.
    """
    _check_size(data)
    with _named_errors():
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
        sheets = {sheet.title: sheet for sheet in book.worksheets}
        hidden = tuple(name for name, sheet in sheets.items() if sheet.sheet_state != "visible")
        sheet: Any = sheets[_chosen(tuple(sheets), hidden, wanted)]
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            covered = _covered(archive.read(sheet._worksheet_path))
    return Table(_guarded(_rows(sheet, covered)), sheet.title, letters=True, hidden=hidden)


@contextmanager
def _named_errors() -> Iterator[None]:
    """UnreadableFile for whatever a damaged part leads to: openpyxl and zipfile raise many things."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except UnreadableFile:
        raise
    except Exception as error:
        raise UnreadableFile(_BROKEN) from error


def _guarded(rows: Iterator[Row]) -> Iterator[Row]:
    while True:
        with _named_errors():
            row = next(rows, None)
        if row is None:
            return
        yield row


def _check_size(data: bytes) -> None:
    """Believe the directory: zipfile unpacks no more of a part than is declared there."""
    with _named_errors(), zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = archive.infolist()
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise UnreadableFile(_TOO_BIG)


def _chosen(names: tuple[str, ...], hidden: tuple[str, ...], wanted: str | None) -> str:
    visible = [name for name in names if name not in hidden]
    known = "、".join(visible)
    if wanted is not None:
        if wanted in hidden:
            raise UnreadableFile(f"工作表「{wanted}」是隱藏的；請先取消隱藏並核對內容。")
        if wanted not in names:
            raise UnreadableFile(f"沒有工作表「{wanted}」；檔案中有：{known}。")
        return wanted
    if len(visible) != 1:
        raise UnreadableFile(f"請以 --sheet 指定工作表：{known or '（沒有看得見的工作表）'}。")
    return visible[0]


def _covered(xml: bytes) -> dict[Place, Place]:
    """Cells that a merged cell covers, by row and column: the cell whose value they share.

    A cell covered sideways only shares nothing: it belongs to a heading.
    """
    found: dict[Place, Place] = {}
    for reference in _MERGED.findall(xml):
        left, top, _, bottom = (part or 0 for part in range_boundaries(reference.decode("ascii")))
        if left > MAX_COLUMNS:
            continue
        if len(found) + bottom - top > MAX_MERGED:
            raise UnreadableFile(f"合併儲存格超過 {MAX_MERGED:,} 格；請取消合併再匯入。")
        found |= {(row, left): (top, left) for row in range(top + 1, bottom + 1)}
    return found


def _rows(sheet: Any, covered: dict[Place, Place]) -> Iterator[Row]:
    sheet.reset_dimensions()
    shared: dict[Place, str] = dict.fromkeys(covered.values(), "")
    gap: object = None
    for line, cells in enumerate(sheet.iter_rows(max_row=MAX_ROWS + 1, max_col=MAX_COLUMNS + 1), 1):
        if cells is gap:  # the same tuple for every row that the file leaves out
            continue
        read = tuple(_cell(cell) for cell in cells)
        if any(place > MAX_COLUMNS and cell.text for place, cell in enumerate(read, 1)):
            raise UnreadableFile(_TOO_WIDE)
        row = Row(line, _with_shared(line, read, covered, shared) if covered else _trimmed(read))
        if row.is_blank:
            gap = cells
            continue
        if line > MAX_ROWS:
            raise UnreadableFile(_TOO_LONG)
        yield row


def _with_shared(
    line: int, cells: tuple[Cell, ...], covered: dict[Place, Place], shared: dict[Place, str]
) -> tuple[Cell, ...]:
    """The row with what merged cells above reach down to it."""
    given = []
    for column, cell in enumerate(cells, 1):
        place = (line, column)
        if place in shared:
            shared[place] = cell.text
        given.append(Cell(shared[covered[place]], "merged") if place in covered else cell)
    return _trimmed(tuple(given))


def _trimmed(cells: tuple[Cell, ...]) -> tuple[Cell, ...]:
    """Without the blank cells at the end."""
    last = max((place for place, cell in enumerate(cells, 1) if cell.text), default=0)
    return cells[:last]


def _cell(cell: Any) -> Cell:
    value = cell.value
    if value is None:
        return BLANK
    if cell.data_type == "f":
        return Cell(f"{value}"[:100] or "=", "formula")
    if cell.data_type == "e" or isinstance(value, bool | date | time | timedelta):
        return Cell(f"{value}"[:100], "unusable")
    if isinstance(value, int | float):
        return Cell(_digits(value), "number")
    return Cell(str(value))


def _digits(value: float) -> str:
    """A number as a sheet shows it: 4 for 4.0."""
    whole = isinstance(value, float) and value.is_integer() and abs(value) < 1e15
    return str(int(value)) if whole else str(value)[:40]
