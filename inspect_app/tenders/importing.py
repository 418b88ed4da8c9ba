"""A CSV file of tenders, read into rows and rejections. Pure: no database, no request, no clock.

The columns are those of the public progress data (pcc_no, name, implementation_department, …) and of the
tender system's own lists (標案編號, 標案名稱, 主辦機關, …).
"""

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, BinaryIO, TypeVar

from inspect_app.core.delimited import Record, UnreadableFile, encoding_of, read_bytes, records
from inspect_app.tenders import import_cells
from inspect_app.tenders.import_cells import CellError
from inspect_app.tenders.import_columns import Layout, understand
from inspect_app.tenders.import_types import (
    ParsedFile,
    ProgressRow,
    Rejection,
    TenderRow,
    Unit,
)

__all__ = ["ParsedFile", "ProgressRow", "Rejection", "TenderRow", "Unit", "UnreadableFile", "parse"]

MAX_ROWS = 200_000
UNLIKE = frozenset({"number", "name", "budget_twd", "contract_twd"})
"""Fields whose cells rarely repeat down a list; those of the others are read once for each different text."""
REPEATED = 4096
EACH = 1000
Progress = Callable[[int, int, int], None]
"""Told now and then how many rows were read, and how much of how much is done; what it raises ends the reading."""
NUMBER_LIMIT, NAME_LIMIT, ORGANISATION_LIMIT, CATEGORY_LIMIT, STATUS_LIMIT = 40, 200, 120, 60, 20

T = TypeVar("T")
Reader = Callable[[str], Any]
_Month = tuple[str, str, str | None]
_Column = tuple[str, int, Reader]


def parse(source: bytes | BinaryIO, unit: Unit | None, progress: Progress | None = None) -> ParsedFile:
    """Every row of a CSV file in UTF-8 or Big5, either accepted or rejected with all its problems.

    `unit` is that of money columns whose names do not carry one. UnreadableFile when nothing can be
    used: not text, no header, a key column missing, a column twice, or the unit not known.
    `progress` is told every 1,000 rows.
    """
    data = read_bytes(source)
    encoding = encoding_of(data)
    found = records(data, encoding)
    layout = understand(_header(found), unit)
    reading = _Reading(layout)
    total = data.count(b"\n")
    for number, record in enumerate(found):
        if progress and number % EACH == 0:
            progress(number, record.line, total)
        reading.take(record)
    return reading.result(encoding)


def _header(found: Iterator[Record]) -> list[str]:
    first = next(found, None)
    if first is None or first.line != 1:
        raise UnreadableFile("檔案沒有欄名；第 1 行應為欄名，例如「標案編號,標案名稱,主辦機關」。")
    if first.problem:
        raise UnreadableFile(f"第 1 行：{first.problem}")
    return first.cells


class _Reading:
    """A file being read: what was accepted and rejected so far, and where each key and month stood first."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._read = 0
        self._rows: list[TenderRow] = []
        self._rejected: list[Rejection] = []
        self._tenders = _Rows(layout, self._rejected)
        self._first: dict[_Month, int] = {}

    def take(self, record: Record) -> None:
        self._read += 1
        if self._read > MAX_ROWS:
            raise UnreadableFile(f"檔案超過 {MAX_ROWS:,} 列；請分成數個檔案匯入。")
        problem = record.problem or self._wrong_width(record)
        if problem:
            self._rejected.append(Rejection(record.line, "", problem))
            return
        tender = self._tenders.tender(record)
        if tender:
            self._accept(tender)

    def result(self, encoding: str) -> ParsedFile:
        layout = self._layout
        return ParsedFile(
            self._read, tuple(self._rows), tuple(self._rejected), layout.ignored, encoding, layout.unit
        )

    def _wrong_width(self, record: Record) -> str:
        expected, actual = len(self._layout.header), len(record.cells)
        return "" if actual == expected else f"這一列有 {actual} 格，欄名有 {expected} 欄；兩者應相同。"

    def _accept(self, tender: TenderRow) -> None:
        """A tender may stand in the file once for every month; a second time for one month is rejected."""
        month = tender.progress.month if tender.progress else None
        first = self._first.setdefault((tender.agency, tender.number, month), tender.line)
        if first == tender.line:
            self._rows.append(tender)
            return
        column = self._layout.header[self._layout.columns["number"]]
        same = "、標案編號與月份" if month else "與標案編號"
        reason = f"與第 {first} 行的主辦機關{same}相同；請只留一列。"
        self._rejected.append(Rejection(tender.line, column, reason))


class _Rows:
    """The rows of one file: each column is found, and its reader chosen, once; `problems` gathers what is wrong."""

    def __init__(self, layout: Layout, problems: list[Rejection]) -> None:
        self._layout = layout
        self._fields = tuple(_columns(layout))
        self._absent = dict.fromkeys(_readers(layout.unit))
        self._places = layout.columns
        self._problems = problems

    def tender(self, record: Record) -> TenderRow | None:
        """A row's tender; None if it has problems, of which every one is noted."""
        before = len(self._problems)
        said: dict[str, Any] = dict(self._absent)
        for field, place, read in self._fields:
            try:
                said[field] = read(record.cells[place])
            except CellError as error:
                self._note(record, field, error)
        progress = self._progress(record) if "month" in self._places else None
        if len(self._problems) > before:
            return None
        kind_given = said["kind"] is not None
        said["kind"] = said["kind"] or import_cells.kind_of_name(said["name"])
        given = self._layout.given
        return TenderRow(line=record.line, kind_given=kind_given, progress=progress, given=given, **said)

    def _progress(self, record: Record) -> ProgressRow | None:
        """None where the row has no month: such a row is a tender without progress."""
        year, month = self._text(record, "year"), self._text(record, "month")
        if not year and not month:
            return None
        blank = "year" if year == "" else "month"
        when = self._try(record, blank, lambda _: import_cells.month(year, month or ""))
        planned = self._try(record, "planned", import_cells.percent)
        actual = self._try(record, "actual", import_cells.percent)
        if when is None or planned is None or actual is None:
            return None
        return ProgressRow(when, planned, actual)

    def _text(self, record: Record, field: str) -> str | None:
        """The cleaned cell; None if the file has no such column."""
        place = self._places.get(field)
        return None if place is None else import_cells.clean(record.cells[place])

    def _try(self, record: Record, field: str, read: Callable[[str], T]) -> T | None:
        try:
            return read(import_cells.clean(record.cells[self._places[field]]))
        except CellError as error:
            self._note(record, field, error)
            return None

    def _note(self, record: Record, field: str, error: CellError) -> None:
        column = self._layout.header[self._places[field]]
        self._problems.append(Rejection(record.line, column, str(error)))


def _readers(unit: Unit) -> dict[str, Reader]:
    """How the cells of a tender's own fields are read, in the order in which problems are told."""
    organisation = import_cells.optional_text(ORGANISATION_LIMIT)
    money = import_cells.money(unit)
    return {
        "number": import_cells.required_text(NUMBER_LIMIT),
        "name": import_cells.required_text(NAME_LIMIT),
        "agency": import_cells.required_text(ORGANISATION_LIMIT),
        "kind": import_cells.kind,
        "supervisor": organisation,
        "contractor": organisation,
        "pcm": organisation,
        "budget_twd": money,
        "contract_twd": money,
        "category": import_cells.optional_text(CATEGORY_LIMIT),
        "status": import_cells.optional_text(STATUS_LIMIT),
    }


def _columns(layout: Layout) -> Iterator[_Column]:
    """The columns a file has, each with its place and its reader of raw cells."""
    for field, read in _readers(layout.unit).items():
        if field in layout.columns:
            from_cell = _cleaned(read)
            if field not in UNLIKE:
                from_cell = lru_cache(REPEATED)(from_cell)
            yield field, layout.columns[field], from_cell


def _cleaned(read: Reader) -> Reader:
    clean = import_cells.clean
    return lambda cell: read(clean(cell))
