"""Filed months as columns, and what a rule may ask of each: how it differs from the month before, how long it is so.

Pure: rows in, arrays out, no database. All tenders of a batch stand one after the other, each tender's months in
their order; a hundred thousand tenders are looked at in whole columns.
"""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.int64]
Truth = NDArray[np.bool_]
TAIPEI = ZoneInfo("Asia/Taipei")
UNKNOWN = np.iinfo(np.int64).min
"""Where nothing can be said: no condition holds of it."""
FULL, POINT = 100_00, 1_00


class Filed(NamedTuple):
    """One month as filed; progress in hundredths of a percent."""

    tender: UUID
    month: str
    planned: int
    actual: int
    status: str | None
    filed_at: datetime | None


class Seen(NamedTuple):
    """What an issued inspection found on its day: actual less planned progress, in hundredths of a point."""

    tender: UUID
    on: date
    lead: int


@dataclass(frozen=True, slots=True)
class Months:
    """The filed months, and each field of `rules.FieldName` for every one of them.

    `spans` are the places where a note's months begin, for each span; `visits` what was seen, by place.
    """

    rows: Sequence[Filed]
    numbers: Whole
    fields: Mapping[str, Whole]
    statuses: Mapping[str, NDArray[Any]]
    spans: Mapping[str, Whole]
    visits: Mapping[int, int]


def number(month: str) -> int:
    """Months since the year 0: 2026-10 is one more than 2026-09."""
    return int(month[:4]) * 12 + int(month[5:7]) - 1


def named(number_: int) -> str:
    return f"{number_ // 12:04d}-{number_ % 12 + 1:02d}"


def months(rows: Sequence[Filed], seen: Iterable[Seen], stages: Mapping[str, int]) -> Months:
    """The columns of `rows`, which are in the order of tender and month."""
    numbers = np.fromiter((number(row.month) for row in rows), np.int64, len(rows))
    planned = np.fromiter((row.planned for row in rows), np.int64, len(rows))
    actual = np.fromiter((row.actual for row in rows), np.int64, len(rows))
    statuses = np.array([row.status or "" for row in rows], dtype=object)
    follows = _follows(rows)
    visits = _visits(rows, numbers, seen)
    fields, spans = _runs(numbers, planned, actual, statuses, follows)
    fields |= _changes(numbers, planned, actual, follows)
    fields["stage_fall"] = _stage_fall(statuses, follows, stages)
    fields["early_days"] = _early(rows)
    fields["steepness"] = _steepness(fields["actual_rise"], fields["planned_rise"], follows)
    fields["planned_pace"] = fields["planned_rise"][spans["copy_run"]]
    fields["visit_apart"] = _apart(actual - planned, follows & (fields["missed"] == 0), visits)
    before = np.where(follows, _before(statuses), "")
    return Months(rows, numbers, fields, {"status": statuses, "status_before": before}, spans, visits)


def _follows(rows: Sequence[Filed]) -> Truth:
    """Whether a row has one of its own tender before it."""
    same = (later.tender == earlier.tender for earlier, later in itertools.pairwise(rows))
    return np.fromiter((False, *same) if rows else (), np.bool_, len(rows))


def _before(column: NDArray[Any]) -> NDArray[Any]:
    return np.roll(column, 1)


def _changes(numbers: Whole, planned: Whole, actual: Whole, follows: Truth) -> dict[str, Whole]:
    """What changed since the month filed before, however long ago that is: `missed` tells."""

    def since(change: Whole) -> Whole:
        return np.where(follows, change, UNKNOWN)

    planned_rise, actual_rise = planned - _before(planned), actual - _before(actual)
    return {
        "planned": planned,
        "actual": actual,
        "planned_rise": since(planned_rise),
        "planned_fall": since(-planned_rise),
        "actual_rise": since(actual_rise),
        "actual_fall": since(-actual_rise),
        "beyond_plan": since(actual_rise - planned_rise),
        "missed": since(numbers - _before(numbers) - 1),
    }


def _steepness(actual_rise: Whole, planned_rise: Whole, follows: Truth) -> Whole:
    """A month's actual rise in percent of the steepest month of the tender's own plan, taken as a point at least."""
    begins = np.flatnonzero(~follows)
    if not len(begins):
        return planned_rise
    steepest = np.maximum(np.maximum.reduceat(planned_rise, begins), POINT)
    each = np.repeat(steepest, np.diff([*begins, len(follows)]))
    return np.where(follows, np.where(follows, actual_rise, 0) * 100 // each, UNKNOWN)


def _runs(
    numbers: Whole, planned: Whole, actual: Whole, statuses: NDArray[Any], follows: Truth
) -> tuple[dict[str, Whole], dict[str, Whole]]:
    """For how many months in a row something is so, this one counted, and where the run begins."""
    next_month = follows & (numbers - _before(numbers) == 1)
    same_status = np.equal(statuses, _before(statuses)).astype(np.bool_)
    same_actual = next_month & same_status & (actual == _before(actual))
    full = actual >= FULL
    goes_on = {
        "actual_run": same_actual,
        "copy_run": same_actual & (planned == _before(planned)),
        "full_run": follows & same_status & full & _before(full),
        "status_run": follows & same_status,
    }
    here = np.arange(len(numbers))
    starts = {name: np.maximum.accumulate(np.where(on, 0, here)) for name, on in goes_on.items()}
    lengths = {name: numbers - numbers[start] + 1 for name, start in starts.items()}
    return lengths, starts | {"one": here, "pair": np.where(follows, here - 1, here)}


def _stage_fall(statuses: NDArray[Any], follows: Truth, stages: Mapping[str, int]) -> Whole:
    """By how many stages the status went back; unknown beside a status without a stage."""
    stage = np.fromiter((stages.get(each, UNKNOWN) for each in statuses), np.int64, len(statuses))
    known = follows & (stage != UNKNOWN) & (_before(stage) != UNKNOWN)
    return np.where(known, np.where(known, _before(stage), 0) - np.where(known, stage, 0), UNKNOWN)


def _early(rows: Sequence[Filed]) -> Whole:
    """How many days before its month, begun days counted, a row was filed; 0 is after the month began."""
    return np.fromiter((_early_days(row) for row in rows), np.int64, len(rows))


def _early_days(row: Filed) -> int:
    if row.filed_at is None:
        return UNKNOWN
    first = date(int(row.month[:4]), int(row.month[5:7]), 1)
    return max(0, (first - row.filed_at.astimezone(TAIPEI).date()).days)


def _visits(rows: Sequence[Filed], numbers: Whole, seen: Iterable[Seen]) -> dict[int, int]:
    """What the last visit in a row's month found, by the row's place."""
    last = {(each.tender, each.on.year * 12 + each.on.month - 1): each.lead for each in sorted(seen)}
    if not last:
        return {}
    places = enumerate(zip(rows, numbers.tolist(), strict=True))
    return {place: last[row.tender, month] for place, (row, month) in places if (row.tender, month) in last}


def _apart(lead: Whole, next_month: Truth, visits: Mapping[int, int]) -> Whole:
    """How far a visit's figure lies outside what was filed for the ends of its month and the one before."""
    apart = np.full(len(lead), UNKNOWN, dtype=np.int64)
    for place, found in visits.items():
        ends = [int(lead[place]), int(lead[place - 1])] if next_month[place] else [int(lead[place])]
        apart[place] = max(min(ends) - found, found - max(ends), 0)
    return apart
