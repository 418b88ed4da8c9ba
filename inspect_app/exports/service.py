"""What may be exported, by name, and the quarterly return as it was built."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from inspect_app.core import roc
from inspect_app.core.auth import Actor
from inspect_app.core.problems import Conflict
from inspect_app.core.sheets import Sheet
from inspect_app.exports.fields import DEFECTS, MARKS, RECORD, RETURN, DefectRow, MarkRow, sheet
from inspect_app.exports.records import Record, record, records
from inspect_app.inspections import policy
from inspect_app.inspections.queries import InspectionFilter

Build = Callable[[Sequence[Record]], Sheet]


@dataclass(frozen=True, slots=True)
class Dataset:
    """A table one may ask for: its title, and how it is made of records."""

    title: str
    build: Build


def _records(found: Sequence[Record]) -> Sheet:
    return sheet("查核紀錄", RECORD, found)


def _marks(found: Sequence[Record]) -> Sheet:
    return sheet("委員評分", MARKS, [MarkRow(each, mark) for each in found for mark in each.marks])


def _defects(found: Sequence[Record]) -> Sheet:
    return sheet("缺失", DEFECTS, [DefectRow(each, row) for each in found for row in each.defects])


def _return(found: Sequence[Record]) -> Sheet:
    return sheet("查核結果季報", RETURN, found)


DATASETS = {
    "inspections": Dataset("查核紀錄", _records),
    "marks": Dataset("委員評分", _marks),
    "inspection-defects": Dataset("缺失", _defects),
    "quarterly-return": Dataset("查核結果季報", _return),
}


@dataclass(frozen=True, slots=True)
class Quarter:
    """A quarter of a Gregorian year, 1 to 4."""

    year: int
    number: int

    @property
    def first_day(self) -> date:
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def last_day(self) -> date:
        return (self.first_day.replace(day=28) + timedelta(days=66)).replace(day=1) - timedelta(days=1)

    @property
    def key(self) -> str:
        """As addresses name it: 2026-3."""
        return f"{self.year}-{self.number}"

    @property
    def title(self) -> str:
        """115年第3季."""
        return f"{roc.year(self.first_day)}年第{self.number}季"

    @property
    def wanted(self) -> InspectionFilter:
        """Its visits by their day."""
        return InspectionFilter(since=self.first_day, until=self.last_day)


def last_quarters(today: date, number: int) -> list[Quarter]:
    """The quarter of a day and those before it, the newest first."""
    place = today.year * 4 + (today.month - 1) // 3
    return [Quarter(each // 4, each % 4 + 1) for each in range(place, place - number, -1)]


def last_years(today: date, number: int) -> list[int]:
    """The year of a day and those before it, the newest first."""
    return list(range(today.year, today.year - number, -1))


def whole_year(year: int) -> InspectionFilter:
    """The visits of a Gregorian year."""
    return InspectionFilter(since=date(year, 1, 1), until=date(year, 12, 31))


def one(session: Session, actor: Actor, inspection_id: UUID) -> list[Record]:
    """One issued inspection; NotFound for one the actor may not know of, Conflict before the issue."""
    inspection = policy.readable(session, actor, inspection_id)
    if not inspection.is_published:
        raise Conflict("發文之後才能匯出給主管機關的欄位；請先完成發文。")
    return [record(session, inspection)]


def several(session: Session, actor: Actor, wanted: InspectionFilter) -> list[Record]:
    """The issued inspections of a time that the actor may know of, by day."""
    return list(records(session, actor, wanted))


def sheets(dataset: str, found: Sequence[Record]) -> list[Sheet]:
    """A dataset's workbook: records come with their marks and defects."""
    wanted = ("inspections", "marks", "inspection-defects") if dataset == "inspections" else (dataset,)
    return [DATASETS[name].build(found) for name in wanted]
