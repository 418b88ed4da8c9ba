"""An official sheet of the catalogue (XLSX, CSV or TSV), read into lines and refusals. Pure: no database, no clock."""

from collections.abc import Callable, Iterator, Mapping
from itertools import chain, islice
from typing import TypeVar

from openpyxl.utils import get_column_letter

from inspect_app.catalogue import sheet_cells, sheet_xlsx
from inspect_app.catalogue.sheet_cells import CellError
from inspect_app.catalogue.sheet_columns import MAX_COLUMNS, WITHIN, named, understand
from inspect_app.catalogue.sheet_types import BLANK, Cell, Layout, Line, Refusal, Row, Sheet, Table
from inspect_app.core.delimited import Record, UnreadableFile, encoding_of, records

MAX_BYTES = 16 * 1024 * 1024
MAX_ROWS = 100_000
MAX_LINES = 5000
"""Codes in one sheet; the catalogue has less than a thousand."""
MAX_REFUSED = 1000

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_OLD = "這是舊的 XLS 檔，或設有密碼；請用試算表軟體另存為沒有密碼的 XLSX 檔。"
_TOO_BIG = f"檔案超過 {MAX_BYTES // 1024 // 1024} MiB；這不是缺失目錄，請檢查檔案。"

T = TypeVar("T")


def read(data: bytes, told: Mapping[str, str], wanted: str | None = None) -> Sheet:
    """Every row of the sheet, as a line, refused with its reasons, or skipped.

    `told` maps names of columns to fields (code, wording, points, parent); `wanted` names a workbook's sheet.
    UnreadableFile when nothing can be used: no sheet, no header, far too much of anything.
    """
    table = _table(data, told, wanted)
    ahead = list(islice(table.rows, WITHIN))
    layout = understand(ahead, told)
    reading = _Reading(table, layout)
    for row in chain(ahead, table.rows):
        if row.line > layout.line:
            reading.take(row)
    return reading.result()


def _table(data: bytes, told: Mapping[str, str], wanted: str | None) -> Table:
    if len(data) > MAX_BYTES:
        raise UnreadableFile(_TOO_BIG)
    if data.startswith(_OLE):
        raise UnreadableFile(_OLD)
    if data.startswith(_ZIP):
        return sheet_xlsx.read(data, wanted)
    if wanted is not None:
        raise UnreadableFile("只有 XLSX 檔有工作表；請不要用 --sheet。")
    return Table(_text_rows(data, told), "", letters=False)


def _text_rows(data: bytes, told: Mapping[str, str]) -> Iterator[Row]:
    encoding = encoding_of(data)
    delimiter = _delimiter(data, encoding, told)
    for count, record in enumerate(records(data, encoding, delimiter)):
        if count >= MAX_ROWS:
            raise UnreadableFile(f"檔案超過 {MAX_ROWS:,} 列；這不是缺失目錄，請檢查檔案。")
        yield _text_row(record)


def _delimiter(data: bytes, encoding: str, told: Mapping[str, str]) -> str:
    """The one by which a row names the most columns, else the more frequent one: titles and notes have commas too."""

    def names(delimiter: str) -> tuple[int, int]:
        first = islice(records(data, encoding, delimiter), WITHIN)
        rows = (Row(each.line, tuple(map(Cell, each.cells[:MAX_COLUMNS]))) for each in first)
        return named(rows, told), data.count(delimiter.encode(), 0, 2000)

    return max((",", "\t"), key=names)


def _text_row(record: Record) -> Row:
    if len(record.cells) > MAX_COLUMNS:
        raise UnreadableFile(f"第 {record.line} 行超過 {MAX_COLUMNS} 欄；請刪去不用的欄再匯入。")
    return Row(record.line, tuple(map(Cell, record.cells)), record.problem)


class _Reading:
    """Rows sorted into lines, refusals and what is skipped, as they come."""

    def __init__(self, table: Table, layout: Layout) -> None:
        self._table, self._layout = table, layout
        self._lines: dict[str, Line] = {}
        self._refused: list[Refusal] = []
        self._skipped: list[int] = []

    def take(self, row: Row) -> None:
        if row.problem:
            self._refuse(row, "", row.problem)
        elif self._says_nothing(row):
            self._skipped.append(row.line)
        elif (line := self._line(row)) is not None:
            self._add(line)

    def result(self) -> Sheet:
        if not self._lines and not self._refused:
            raise UnreadableFile("欄名之下沒有任何缺失編號；請檢查檔案。")
        return Sheet(
            self._table.name,
            self._layout,
            tuple(self._lines.values()),
            tuple(self._refused),
            tuple(self._skipped),
            self._table.hidden,
        )

    def _says_nothing(self, row: Row) -> bool:
        """Headings, notes and the header once more: no code, and no points that would belong to one."""
        if row.is_blank:
            return True
        code, points = self._cell(row, "code"), self._cell(row, "points")
        if sheet_cells.plain(code) == self._layout.header[self._layout.columns["code"]]:
            return True
        has_points = points.kind != "merged" and bool(sheet_cells.plain(points))
        return not has_points and not sheet_cells.is_like_a_code(code)

    def _line(self, row: Row) -> Line | None:
        """The row's line; None if it has problems, of which every one is noted."""
        before = len(self._refused)
        code, behind = self._try(row, "code", sheet_cells.code) or ("", "")
        wording = self._try(row, "wording", sheet_cells.wording) or behind
        points = self._try(row, "points", sheet_cells.points) or ""
        if len(self._refused) == before:
            self._check(row, code, wording)
        return Line(row.line, code, wording, points) if len(self._refused) == before else None

    def _check(self, row: Row, code: str, wording: str) -> None:
        if not wording:
            self._refuse(row, "wording", "沒有文字；請補上公告的文字。")
        parent = code.rpartition(".")[0]
        if "parent" in self._layout.columns and self._cell(row, "parent").text:
            told = self._try(row, "parent", sheet_cells.code)
            if told and told[0] != parent:
                self._refuse(row, "parent", f"{code} 的上層應是 {parent or '（沒有）'}，不是 {told[0]}。")

    def _add(self, line: Line) -> None:
        first = self._lines.setdefault(line.code, line)
        if first is not line:
            reason = f"{line.code} 與第 {first.line} 行重複；請只留一列。"
            self._note(Refusal(line.line, self._place(line.line, "code"), reason))
        if len(self._lines) > MAX_LINES:
            raise UnreadableFile(f"編號超過 {MAX_LINES:,} 項；這不是缺失目錄，請檢查檔案。")

    def _try(self, row: Row, field: str, read: Callable[[Cell], T]) -> T | None:
        try:
            return read(self._cell(row, field))
        except CellError as error:
            self._refuse(row, field, str(error))
            return None

    def _cell(self, row: Row, field: str) -> Cell:
        place = self._layout.columns[field]
        return row.cells[place] if place < len(row.cells) else BLANK

    def _refuse(self, row: Row, field: str, reason: str) -> None:
        self._note(Refusal(row.line, self._place(row.line, field) if field else "", reason))

    def _note(self, refusal: Refusal) -> None:
        if len(self._refused) >= MAX_REFUSED:
            raise UnreadableFile(
                f"有問題的地方超過 {MAX_REFUSED:,} 處，第一處在第 {self._refused[0].line} 行："
                f"{self._refused[0].reason}請先更正，或核對欄名。"
            )
        self._refused.append(refusal)

    def _place(self, line: int, field: str) -> str:
        """The cell's address in a workbook, else the name of its column."""
        place = self._layout.columns[field]
        return f"{get_column_letter(place + 1)}{line}" if self._table.letters else self._layout.header[place]
