"""From the cells of one row to a tender, or to all that is wrong with it: the same for every kind of file."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any, TypeVar

from inspect_app.core.delimited import UnreadableFile
from inspect_app.tenders.reading import cells
from inspect_app.tenders.reading.cells import CellError
from inspect_app.tenders.reading.columns import MONEY, Layout
from inspect_app.tenders.reading.types import (
    ParsedFile,
    Progress,
    ProgressRow,
    Rejection,
    TenderRow,
)

MAX_ROWS = 200_000
EVERY = 1000
"""Rows between two words of progress: an import hears of a cancellation after so many."""
UNLIKE = frozenset({"number", "name", "budget_twd", "contract_twd"})
"""Fields whose cells rarely repeat down a list; those of the others are read once for each different text."""
REPEATED = 4096
NUMBER_LIMIT, NAME_LIMIT, ORGANISATION_LIMIT, CATEGORY_LIMIT, STATUS_LIMIT = 40, 200, 120, 60, 20
CODE_LIMIT = 21

T = TypeVar("T")
Reading = Callable[[str], Any]
_Month = tuple[str, str, str | None]
_Column = tuple[str, int, Reading]


class Gathering:
    """A file being read: what was accepted and rejected so far, and where each key and month stood first."""

    def __init__(
        self, layout: Layout, total: int, progress: Progress | None = None, counted: str = "行"
    ) -> None:
        self.layout = layout
        self.read = 0
        self.counted = counted
        self._total, self._progress = total, progress
        self._rows: list[TenderRow] = []
        self._rejected: list[Rejection] = []
        self._tenders = _Rows(layout, self._rejected)
        self._first: dict[_Month, int] = {}

    def take(
        self,
        line: int,
        row: Sequence[str],
        done: int,
        *,
        problem: str = "",
        given: frozenset[str] | None = None,
        place: str = "",
    ) -> None:
        """One row; `done` of the total is read with it, `given` is the row's own where rows differ in it."""
        self.read += 1
        if self.read > MAX_ROWS:
            raise UnreadableFile(f"檔案超過 {MAX_ROWS:,} 列；請分成數個檔案匯入。")
        if self._progress and self.read % EVERY == 0:
            self._progress(self.read, done, self._total)
        if problem or len(row) != len(self.layout.header):
            self._rejected.append(Rejection(line, "", problem or self._wrong_width(row), place))
            return
        tender = self._tenders.tender(line, row, given or self.layout.given, place)
        if tender:
            self._accept(tender, place)

    def reject(self, line: int, reason: str, place: str = "") -> None:
        """Something that counts as one row read and refused."""
        self.read += 1
        self._rejected.append(Rejection(line, "", reason, place))

    def reject_fields(self, line: int, wrong: Iterable[tuple[str, str]], place: str) -> None:
        """One row refused for each of these fields, with its reason."""
        self.read += 1
        self._rejected += [Rejection(line, field, reason, place) for field, reason in wrong]

    def result(self, **facts: Any) -> ParsedFile:
        """The file as read; `facts` are the reader's own of `ParsedFile` (reader, encoding, made_on, …)."""
        if self._progress:
            self._progress(self.read, self._total, self._total)
        layout = self.layout
        told: dict[str, Any] = {"columns": layout.titles(), "counted": self.counted} | facts
        told = {"ignored_columns": layout.ignored, "unit": layout.unit} | told
        return ParsedFile(read=self.read, rows=tuple(self._rows), rejected=tuple(self._rejected), **told)

    def _wrong_width(self, row: Sequence[str]) -> str:
        return f"這一列有 {len(row)} 格，欄名有 {len(self.layout.header)} 欄；兩者應相同。"

    def _accept(self, tender: TenderRow, place: str) -> None:
        """A tender may stand in the file once for every month; a second time for one month is rejected."""
        month = tender.progress.month if tender.progress else None
        key = (tender.agency, tender.number, month)
        first = self._first.get(key)
        if first is None:
            self._first[key] = tender.line
            self._rows.append(tender)
            return
        column = self.layout.header[self.layout.columns["number"]]
        same = "、標案編號與月份" if month else "與標案編號"
        reason = f"與第 {first} {self.counted}的主辦機關{same}相同；請只留一列。"
        self._rejected.append(Rejection(tender.line, column, reason, place))


class _Rows:
    """The rows of one file: each column is found, and its reader chosen, once; `problems` gathers what is wrong."""

    def __init__(self, layout: Layout, problems: list[Rejection]) -> None:
        self._layout = layout
        self._fields = tuple(_columns(layout))
        self._absent = dict.fromkeys(_readers(layout))
        self._places = layout.columns
        self._has_months = "month" in layout.columns
        self._problems = problems

    def tender(self, line: int, row: Sequence[str], given: frozenset[str], where: str) -> TenderRow | None:
        """A row's tender; None if it has problems, of which every one is noted."""
        before = len(self._problems)
        said: dict[str, Any] = dict(self._absent)
        for field, place, read in self._fields:
            try:
                said[field] = read(row[place])
            except CellError as error:
                self._note(line, field, error, where)
        progress = self._progress(line, row, where) if self._has_months else None
        if len(self._problems) > before:
            return None
        kind_given = said["kind"] is not None
        said["kind"] = said["kind"] or cells.kind_of_name(said["name"])
        return TenderRow(line=line, kind_given=kind_given, progress=progress, given=given, **said)

    def _progress(self, line: int, row: Sequence[str], where: str) -> ProgressRow | None:
        """None where the row has no month: such a row is a tender without progress."""
        year, month = self._text(row, "year"), self._text(row, "month")
        if not year and not month:
            return None
        blank = "year" if year == "" else "month"
        found = {
            "when": self._try(line, row, blank, lambda _: cells.month(year, month or ""), where),
            "planned": self._try(line, row, "planned", cells.percent, where),
            "actual": self._try(line, row, "actual", cells.percent, where),
        }
        filed = self._try(line, row, "filed_at", cells.filed, where) if "filed_at" in self._places else None
        if None in found.values():
            return None
        return ProgressRow(found["when"], found["planned"], found["actual"], filed)

    def _text(self, row: Sequence[str], field: str) -> str | None:
        """The cleaned cell; None if the file has no such column."""
        place = self._places.get(field)
        return None if place is None else cells.clean(row[place])

    def _try(self, line: int, row: Sequence[str], field: str, read: Callable[[str], T], where: str) -> Any:
        try:
            return read(cells.clean(row[self._places[field]]))
        except CellError as error:
            self._note(line, field, error, where)
            return None

    def _note(self, line: int, field: str, error: CellError, where: str) -> None:
        column = self._layout.header[self._places[field]]
        self._problems.append(Rejection(line, column, str(error), where))


def _readers(layout: Layout) -> dict[str, Reading]:
    """How the cells of a tender's own fields are read, in the order in which problems are told."""
    organisation = cells.optional_text(ORGANISATION_LIMIT)
    money = {name: _money(layout, name) for name in MONEY}
    return {
        "number": cells.required_text(NUMBER_LIMIT),
        "name": cells.required_text(NAME_LIMIT),
        "agency": cells.required_text(ORGANISATION_LIMIT),
        "kind": cells.kind,
        "supervisor": organisation,
        "contractor": organisation,
        "pcm": organisation,
        **money,
        "category": cells.optional_text(CATEGORY_LIMIT),
        "status": cells.optional_text(STATUS_LIMIT),
        "agency_code": cells.optional_text(CODE_LIMIT),
    }


def _money(layout: Layout, field: str) -> Reading:
    if layout.marked:
        return cells.marked_money(layout.assumed)
    return cells.money(layout.units.get(field, layout.unit))


def _columns(layout: Layout) -> Iterator[_Column]:
    """The columns a file has, each with its place and its reader of raw cells."""
    for field, read in _readers(layout).items():
        if field in layout.columns:
            from_cell = _cleaned(read)
            if field not in UNLIKE:
                from_cell = lru_cache(REPEATED)(from_cell)
            yield field, layout.columns[field], from_cell


def _cleaned(read: Reading) -> Reading:
    clean = cells.clean
    return lambda cell: read(clean(cell))
