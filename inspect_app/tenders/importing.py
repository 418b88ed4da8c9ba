"""A CSV file of tenders, read into rows and rejections. Pure: no database, no request, no clock.

The columns are those of the public progress data (pcc_no, name, implementation_department, …) and of the
tender system's own lists (標案編號, 標案名稱, 主辦機關, …).
"""

from collections.abc import Callable, Iterator
from typing import BinaryIO, TypeVar

from inspect_app.tenders import import_cells
from inspect_app.tenders.import_cells import CellError
from inspect_app.tenders.import_columns import Layout, understand
from inspect_app.tenders.import_text import Record, encoding_of, read_bytes, records
from inspect_app.tenders.import_types import (
    ParsedFile,
    ProgressRow,
    Rejection,
    TenderRow,
    Unit,
    UnreadableFile,
)

__all__ = ["ParsedFile", "ProgressRow", "Rejection", "TenderRow", "Unit", "UnreadableFile", "parse"]

MAX_ROWS = 200_000
NUMBER_LIMIT, NAME_LIMIT, ORGANISATION_LIMIT, CATEGORY_LIMIT, STATUS_LIMIT = 40, 200, 120, 60, 20

_number = import_cells.required_text(NUMBER_LIMIT)
_name = import_cells.required_text(NAME_LIMIT)
_agency = import_cells.required_text(ORGANISATION_LIMIT)
_organisation = import_cells.optional_text(ORGANISATION_LIMIT)
_category = import_cells.optional_text(CATEGORY_LIMIT)
_status = import_cells.optional_text(STATUS_LIMIT)
_money = {unit: import_cells.money(unit) for unit in Unit}

T = TypeVar("T")
_Month = tuple[str, str, str | None]


def parse(source: bytes | BinaryIO, unit: Unit | None) -> ParsedFile:
    """Every row of a CSV file in UTF-8 or Big5, either accepted or rejected with all its problems.

    `unit` is that of money columns whose names do not carry one. UnreadableFile when nothing can be
    used: not text, no header, a key column missing, a column twice, or the unit not known.
    """
    data = read_bytes(source)
    encoding = encoding_of(data)
    found = records(data, encoding)
    layout = understand(_header(found), unit)
    reading = _Reading(layout)
    for record in found:
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
        self._first: dict[_Month, int] = {}

    def take(self, record: Record) -> None:
        self._read += 1
        if self._read > MAX_ROWS:
            raise UnreadableFile(f"檔案超過 {MAX_ROWS:,} 列；請分成數個檔案匯入。")
        problem = record.problem or self._wrong_width(record)
        if problem:
            self._rejected.append(Rejection(record.line, "", problem))
            return
        row = _Row(record, self._layout)
        tender = row.tender()
        if tender is None:
            self._rejected.extend(row.problems)
        else:
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


class _Row:
    """One row being read; gathers every problem instead of stopping at the first."""

    def __init__(self, record: Record, layout: Layout) -> None:
        self._record = record
        self._layout = layout
        self.problems: list[Rejection] = []

    def tender(self) -> TenderRow | None:
        """The row's tender; None if it has problems."""
        number, name, agency = self._key()
        kind = self._get("kind", import_cells.kind)
        money = _money[self._layout.unit]
        row = TenderRow(
            line=self._record.line,
            number=number,
            name=name,
            agency=agency,
            supervisor=self._get("supervisor", _organisation),
            contractor=self._get("contractor", _organisation),
            pcm=self._get("pcm", _organisation),
            kind=kind or import_cells.kind_of_name(name),
            kind_given=kind is not None,
            budget_twd=self._get("budget_twd", money),
            contract_twd=self._get("contract_twd", money),
            category=self._get("category", _category),
            status=self._get("status", _status),
            progress=self._progress(),
            given=self._layout.given,
        )
        return None if self.problems else row

    def _key(self) -> tuple[str, str, str]:
        """Blank where it is a problem: such a row is never used."""
        number, name = self._get("number", _number), self._get("name", _name)
        return number or "", name or "", self._get("agency", _agency) or ""

    def _progress(self) -> ProgressRow | None:
        """None where the row has no month: such a row is a tender without progress."""
        year, month = self._text("year"), self._text("month")
        if not year and not month:
            return None
        when = self._month(year, month or "")
        planned = self._get("planned", import_cells.percent)
        actual = self._get("actual", import_cells.percent)
        if when is None or planned is None or actual is None:
            return None
        return ProgressRow(when, planned, actual)

    def _month(self, year: str | None, month: str) -> str | None:
        blank = "year" if year == "" else "month"
        return self._get(blank, lambda _: import_cells.month(year, month))

    def _text(self, field: str) -> str | None:
        """The cleaned cell; None if the file has no such column."""
        place = self._layout.columns.get(field)
        return None if place is None else import_cells.clean(self._record.cells[place])

    def _get(self, field: str, read: Callable[[str], T]) -> T | None:
        text = self._text(field)
        if text is None:
            return None
        try:
            return read(text)
        except CellError as error:
            column = self._layout.header[self._layout.columns[field]]
            self.problems.append(Rejection(self._record.line, column, str(error)))
            return None
