"""Notes as a CSV file: UTF-8 with its mark, so that spreadsheets read it; no cell is a formula."""

import csv
import io
from collections.abc import Iterable

from inspect_app.scrutiny.showing import Shown
from inspect_app.scrutiny.words import STATES

HEADS = (
    *("主辦機關", "標案編號", "標案名稱", "疑義", "程度", "起月", "訖月"),
    *("說明", "數值", "狀態", "理由"),
)
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_bytes(notes: Iterable[Shown]) -> bytes:
    """A row a note, in the order given."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADS)
    writer.writerows([_safe(cell) for cell in _cells(note)] for note in notes)
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _cells(shown: Shown) -> tuple[str, ...]:
    note, tender = shown.note, shown.note.tender_row
    return (
        *(tender.agency, tender.number, tender.name, shown.title, "明顯" if note.strong else "一般"),
        *(note.first, note.last, shown.sentence, shown.values, STATES[note.state]),
        (shown.review.reason or "") if shown.review else "",
    )


def _safe(cell: str) -> str:
    """Text that a spreadsheet would calculate is marked as text."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell
