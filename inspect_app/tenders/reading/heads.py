"""Where a table begins: the header below lines of titles, and the day the file was made, told among them."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from inspect_app.core.delimited import Record, UnreadableFile
from inspect_app.tenders.reading import cells
from inspect_app.tenders.reading.columns import KEYS, known
from inspect_app.tenders.reading.types import Choices

SEARCHED = 30
"""Rows at the top of a file among which the header is looked for."""
ENOUGH = 2
"""Key fields that make a row a header."""

_MADE = re.compile(r"(?:製表|列印|匯出|產製|資料|報表)(?:日期|時間|日)[::]?(.*)")


def found_in(
    records: Iterator[Record], choices: Choices | None
) -> tuple[Record, list[Record], list[Record]] | None:
    """The header, the rows above it and those read after it; None where no row is like a header."""
    first: list[Record] = []
    for record in records:
        first.append(record)
        if len(known(record.cells, choices).intersection(KEYS)) >= ENOUGH:
            return record, first[:-1], []
        if len(first) == SEARCHED:
            break
    return (first[0], [], first[1:]) if first else None


def header(found: tuple[Record, list[Record], list[Record]] | None) -> Record:
    """The record that is the header, or the first if none is; UnreadableFile if there is nothing at all."""
    if found is None or (found[0].line != 1 and not found[1]):
        raise UnreadableFile("檔案沒有欄名；第 1 行應為欄名，例如「標案編號,標案名稱,主辦機關」。")
    if found[0].problem:
        raise UnreadableFile(f"第 {found[0].line} 行：{found[0].problem}")
    return found[0]


def made_on(above: Iterable[Record]) -> date | None:
    """The day of 製表日期 or its like, in a cell of its own or with the label; None if it is not told."""
    for record in above:
        told = [_half_width(cell) for cell in record.cells]
        for cell, after in zip(told, [*told[1:], ""], strict=True):
            if label := _MADE.search(cell):
                return _day(label[1] or after)
    return None


def _half_width(cell: str) -> str:
    return cells.clean(cell).replace("：", ":").strip()


def _day(text: str) -> date | None:
    """The day at the beginning of a text that may go on with a time."""
    words: Sequence[str] = text.replace("T", " ").strip().split(" ")
    for some in (text.strip(), words[0]):
        try:
            return cells.day(some)
        except cells.CellError:
            continue
    return None
