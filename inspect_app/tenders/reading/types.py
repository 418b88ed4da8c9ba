"""What a file of tenders turns into, whoever wrote it. Values only."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Literal, NamedTuple

Kind = Literal["work", "service"]
Progress = Callable[[int, int, int], None]
"""Told now and then how many rows were read, and how much of how much (bytes, lines or rows) is done.

Whatever it raises ends the reading: that is how a reading is cancelled.
"""


class Unit(StrEnum):
    """The unit a file's money columns are in."""

    TWD = "twd"
    THOUSAND_TWD = "thousand_twd"


class Reader(StrEnum):
    """The kinds of files that are read; the values are kept with imports and never change."""

    CSV = "csv"
    WORKBOOK = "workbook"
    XML = "xml"
    OPENFUN = "openfun"
    ROWS = "rows"


class Choice(NamedTuple):
    """What a person says a column is: a field of `columns.NAMES`, or None to leave the column out.

    `unit` counts for money only; None is the unit in the column's name, else that of the file.
    """

    field: str | None
    unit: Unit | None = None


Choices = Mapping[str, Choice]
"""A column's title, as `ParsedFile.columns` gives it, to what it is; other titles are recognised by name."""


@dataclass(frozen=True, slots=True)
class ProgressRow:
    """Planned and actual progress in percent (0 to 999.99) at the end of `month`, "YYYY-MM".

    `filed_at` is when it was filed (填報), where the file tells; of a bare date, its first instant in Taipei.
    """

    month: str
    planned: Decimal
    actual: Decimal
    filed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TenderRow:
    """One accepted row. `line` is where it starts, counted as `ParsedFile.counted` says.

    `given` names the attributes the file (of XML and JSON: this tender) carries: an update leaves the
    others alone. `kind_given` is false where the kind was read from the name. `status` is that of the
    row's month where it has one; the months of a tender come in order, its last one's status is its own.
    """

    line: int
    number: str
    name: str
    agency: str
    supervisor: str | None
    contractor: str | None
    pcm: str | None
    kind: Kind
    kind_given: bool
    budget_twd: int | None
    contract_twd: int | None
    category: str | None
    status: str | None
    progress: ProgressRow | None
    given: frozenset[str]
    agency_code: str | None = None


@dataclass(frozen=True, slots=True)
class Rejection:
    """One problem of one row. `field` is the column as the file names it, "" for the whole row.

    `place` says in words where, for files in which a line says little (XML, JSON); "" in tables.
    """

    line: int
    field: str
    reason: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class ParsedFile:
    """A file read to its end: `read` rows, of which `rows` are accepted; a refused row has 1 or more rejections.

    `columns` are the titles found, in order, each with the field it was taken for ("" for none);
    `ignored_columns` are those of none. `made_on` is the day the file says it was made (製表日期).
    `counted` is what `line` counts: 行 lines of text, 列 rows of a sheet, 筆 items of a list.
    """

    read: int
    rows: tuple[TenderRow, ...]
    rejected: tuple[Rejection, ...]
    ignored_columns: tuple[str, ...]
    encoding: str
    unit: Unit
    reader: Reader = Reader.CSV
    columns: tuple[tuple[str, str], ...] = ()
    made_on: date | None = None
    counted: str = "行"
