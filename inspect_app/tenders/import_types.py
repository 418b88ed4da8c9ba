"""What an imported file of tenders turns into. Values only."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Literal

Kind = Literal["work", "service"]


class Unit(StrEnum):
    """The unit a file's money columns are in."""

    TWD = "twd"
    THOUSAND_TWD = "thousand_twd"


@dataclass(frozen=True, slots=True)
class ProgressRow:
    """Planned and actual progress in percent (0 to 999.99) at the end of `month`, "YYYY-MM".

    `filed_at` is when it was filed (填報), where the file tells.
    """

    month: str
    planned: Decimal
    actual: Decimal
    filed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TenderRow:
    """One accepted row. `line` is the physical line where it starts, the header's being 1.

    `given` names the attributes whose columns the file carries: an update leaves the others alone.
    `kind_given` is false where the kind was read from the name.
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


@dataclass(frozen=True, slots=True)
class Rejection:
    """One problem of one row. `field` is the column as the file names it, "" for the whole row.

    `place` says in words where, for files in which a line says little; "" in tables.
    """

    line: int
    field: str
    reason: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class ParsedFile:
    """A file read to its end: `read` rows, of which `rows` are accepted; a refused row has 1 or more rejections.

    `columns` are the titles found, in order, each with the field it was taken for ("" for none). `counted` is what
    `line` counts.
    """

    read: int
    rows: tuple[TenderRow, ...]
    rejected: tuple[Rejection, ...]
    ignored_columns: tuple[str, ...]
    encoding: str
    unit: Unit
    columns: tuple[tuple[str, str], ...] = ()
    counted: str = "行"
