"""Official sheets for tests: the published catalogue with invented words, as CSV and as XLSX, changed as a test needs."""

import csv
import io
from collections.abc import Callable, Iterable
from typing import Any

from openpyxl import Workbook

from forms.catalogue import catalogue

HEADER = ("缺失編號", "缺失內容", "扣點")
Rows = list[list[Any]]


def words(code: str) -> str:
    """Invented official words for a code."""
    return f"（測試用文字）{code} 未依契約規定辦理。"


def rows() -> Rows:
    """The whole published catalogue, header first."""
    return [list(HEADER), *([line.code, words(line.code), line.points] for line in catalogue().codes)]


def few(*lines: tuple[Any, ...]) -> Rows:
    """A header and these lines: code, words, points."""
    return [list(HEADER), *(list(line) for line in lines)]


def delimited(given: Iterable[Iterable[Any]], delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(given)
    return out.getvalue().encode(encoding)


def xlsx(given: Iterable[Iterable[Any]], change: Callable[[Workbook], None] = lambda _: None) -> bytes:
    """A workbook of one sheet; `change` may do to it what people do."""
    book = Workbook()
    for row in given:
        book.active.append(list(row))
    change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
