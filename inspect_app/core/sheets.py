"""Tables given out as files: CSV that spreadsheet programs open rightly, XLSX, and rows for JSON."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from flask import Response
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.worksheet import Worksheet

CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet program would take for the beginning of a formula."""
WIDEST = 40

Cell = str | int | Decimal | date | datetime | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: `title` (at most 31 characters), the columns' names, and rows of as many cells."""

    title: str
    head: tuple[str, ...]
    rows: Sequence[tuple[Cell, ...]]


def as_csv(sheet: Sheet) -> bytes:
    """UTF-8 with a BOM, for without it Excel takes it for another encoding; a text that begins like a formula gets '."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(sheet.head)
    writer.writerows([_inert(cell) for cell in row] for row in sheet.rows)
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(sheets: Iterable[Sheet]) -> bytes:
    """A workbook; text stays text, so that nothing in it is ever a formula, and the head stays in view."""
    book = Workbook(write_only=True)
    for sheet in sheets:
        _add(book, sheet)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def as_items(sheet: Sheet) -> list[dict[str, str | int | None]]:
    """The rows as objects by column name, days and decimals as text."""
    return [dict(zip(sheet.head, map(_plain, row), strict=True)) for row in sheet.rows]


def saved(content: bytes, media_type: str, name: str) -> Response:
    """An answer that is saved as a file of this name."""
    response = Response(content, content_type=media_type)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def _inert(cell: Cell) -> str | int | None:
    plain = _plain(cell)
    return f"'{plain}" if isinstance(cell, str) and cell.startswith(FORMULA) else plain


def _plain(cell: Cell) -> str | int | None:
    if isinstance(cell, (date, datetime)):
        return cell.isoformat()
    return str(cell) if isinstance(cell, Decimal) else cell


def _add(book: Workbook, sheet: Sheet) -> None:
    page = book.create_sheet(sheet.title)
    page.freeze_panes = "A2"
    for place, name in enumerate(sheet.head):
        widest = max([_width(name), *(_width(row[place]) for row in sheet.rows)])
        page.column_dimensions[_letter(place)].width = min(widest, WIDEST) + 2
    head = [WriteOnlyCell(page, name) for name in sheet.head]
    for cell in head:
        cell.font, cell.alignment = Font(bold=True), Alignment(wrap_text=True, vertical="top")
    page.append(head)
    for row in sheet.rows:
        page.append([_written(page, cell) for cell in row])


def _written(page: Worksheet, cell: Cell) -> object:
    """A text as a cell whose kind is text: left to itself, openpyxl makes a formula of one that begins with `=`."""
    if not isinstance(cell, str):
        return cell
    written = WriteOnlyCell(page, cell)
    written.data_type = "s"
    return written


def _width(cell: Cell) -> int:
    """How wide a cell is in half-width characters."""
    return sum(1 if char.isascii() else 2 for char in str("" if cell is None else cell))


def _letter(place: int) -> str:
    """A column's name by its place from 0: A to Z, then AA and on."""
    before, own = divmod(place, 26)
    return (_letter(before - 1) if before else "") + chr(ord("A") + own)
