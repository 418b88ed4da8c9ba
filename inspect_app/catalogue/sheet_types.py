"""What an official sheet turns into. Values only."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

Kind = Literal["text", "number", "formula", "unusable", "merged"]


class Cell(NamedTuple):
    """One cell: its text, and what kind of cell said so.

    "number" and "formula" are a workbook's; "unusable" a date, a truth value or an error; "merged" is covered by a
    merged cell that reaches down to this row, whose text it repeats.
    """

    text: str = ""
    kind: Kind = "text"


BLANK = Cell()


class Row(NamedTuple):
    """One row of the file by its number there, from 1; `problem` is why it cannot be taken apart."""

    line: int
    cells: tuple[Cell, ...]
    problem: str = ""

    @property
    def is_blank(self) -> bool:
        return not self.problem and all(not cell.text or cell.kind == "merged" for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of one sheet that are not blank, read as they are asked for; `letters`: columns go by letters."""

    rows: Iterator[Row]
    name: str
    letters: bool
    hidden: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Layout:
    """Which column is which field: `columns` maps a field to its place, from 0; `header` names the columns."""

    line: int
    header: tuple[str, ...]
    columns: Mapping[str, int]

    @property
    def unused(self) -> tuple[str, ...]:
        used = set(self.columns.values())
        return tuple(name for place, name in enumerate(self.header) if name and place not in used)


@dataclass(frozen=True, slots=True)
class Line:
    """One code as the sheet has it: `points` in the catalogue's spelling, "" where none are printed."""

    line: int
    code: str
    wording: str
    points: str

    @property
    def parent(self) -> str | None:
        """The group it stands under: its code less the last part."""
        return self.code.rpartition(".")[0] or None


class Refusal(NamedTuple):
    """One problem of one row; `place` is the cell (B7) or the column, "" for the whole row."""

    line: int
    place: str
    reason: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet read to its end; `skipped` are rows that carry no code and no points, such as headings and notes."""

    name: str
    layout: Layout
    lines: tuple[Line, ...]
    refused: tuple[Refusal, ...]
    skipped: tuple[int, ...]
    hidden: tuple[str, ...]
