"""A process of its own that takes a workbook apart: what it may use is limited, and it may die of it.

calamine allots a sheet's whole rectangle: one cell in the last corner of an empty sheet is 500 GB. No look at
the file's parts beforehand could be sure, so the memory and the time are limited here, by the system.
Workbook on standard input; frames of msgpack, each after its length in four bytes, on standard output.
"""

import resource
import sys
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from itertools import islice
from typing import Any

import msgspec
from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

MEMORY = 1 << 30
SECONDS = 60
ROWS = 500
WIDEST = 1000
"""Cells of a row that are told: more than a list may have columns, so that too many are noticed."""


def main() -> None:
    """Tell every visible sheet, ["sheet", name, rows], then its rows that say something, [line, cells]."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    try:
        _tell_book(sys.stdin.buffer.read())
        _tell(["end"])
    except PasswordError:
        _tell(["error", "password"])
    except MemoryError:
        _tell(["error", "memory"])
    except (CalamineError, ValueError, OSError, OverflowError):
        _tell(["error", "broken"])


def _tell_book(data: bytes) -> None:
    book = CalamineWorkbook.from_filelike(BytesIO(data))
    for told in book.sheets_metadata:
        if told.visible == SheetVisibleEnum.Visible:
            _tell_sheet(book.get_sheet_by_name(told.name))


def _tell_sheet(sheet: Any) -> None:
    _tell(["sheet", sheet.name, sheet.total_height])
    rows = enumerate(sheet.iter_rows(), 1)
    while some := list(islice(rows, ROWS)):
        told = ((line, [_text(value) for value in row[:WIDEST]]) for line, row in some)
        _tell(["rows", [[line, row] for line, row in told if any(row)]])


def _tell(frame: list[Any]) -> None:
    body = msgspec.msgpack.encode(frame)
    sys.stdout.buffer.write(len(body).to_bytes(4, "big") + body)


def _text(value: Any) -> str:
    """A cell as text: whole numbers without a point, others in the 15 digits that a sheet keeps, days as ISO."""
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        return _digits(value)
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds")
    return value.isoformat() if isinstance(value, date) else str(value)


def _digits(value: float) -> str:
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return f"{Decimal(format(value, '.15g')):f}"


if __name__ == "__main__":
    main()
