"""Many stored inspections graded at once, in columns: the same figures as `grades.grade`, without its steps.

    rescore(Inspections.of(visits)).score

Needs numpy (the extra `vectorised`); nothing else here imports it. Whole numbers only, as everywhere.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scoring import lawbook
from scoring.grades import Visit
from scoring.lawbook import Law
from scoring.parameters import (
    FailedTests,
    ForcedFindings,
    Grades,
    OtherFindings,
    PendingTests,
    PendingWhereSilent,
)
from scoring.types import FINDINGS, GRADES, TESTS

Whole = NDArray[np.int32]
Days = NDArray[np.datetime64]

FINDING_BITS = {name: 1 << place for place, name in enumerate(FINDINGS)}
TEST_BITS = {name: 1 << place for place, name in enumerate(TESTS)}

_GROUPS = (Grades, ForcedFindings, FailedTests, PendingTests, OtherFindings, PendingWhereSilent)
_NEVER = 101  # above every score


@dataclass(frozen=True, slots=True, eq=False)
class Inspections:
    """N inspections in columns.

    `totals` (N, most members) are the members' totals, 0 to 100, of which the first `counts` (N) count, at least one;
    `findings` and `pending_tests` (N) are sums of FINDING_BITS and TEST_BITS; `inspected_on` (N) are days.
    Any whole type will do; it is kept as 32 bits. ValueError, naming the column, where a value is out of its
    range or a column has another length.
    """

    totals: Whole
    counts: Whole
    findings: Whole
    pending_tests: Whole
    inspected_on: Days

    def __post_init__(self) -> None:
        if self.totals.ndim != 2:
            raise ValueError("totals: give a row for each inspection.")
        _check("totals", self.totals, 0, 100, len(self.totals))
        _check("counts", self.counts, 1, self.totals.shape[1], len(self.totals))
        _check("findings", self.findings, 0, sum(FINDING_BITS.values()), len(self.totals))
        _check("pending_tests", self.pending_tests, 0, sum(TEST_BITS.values()), len(self.totals))
        for name in ("totals", "counts", "findings", "pending_tests"):
            object.__setattr__(self, name, getattr(self, name).astype(np.int32, copy=False))
        if self.inspected_on.dtype != np.dtype("datetime64[D]") or len(self.inspected_on) != len(self.totals):
            raise ValueError("inspected_on: give a day (datetime64[D]) for each inspection.")

    @classmethod
    def of(cls, visits: Sequence[Visit]) -> "Inspections":
        """Return visits as columns."""
        most = max((len(visit.marks) for visit in visits), default=1)
        rows = [[mark.total for mark in visit.marks] for visit in visits]
        return cls(
            totals=_whole([row + [0] * (most - len(row)) for row in rows]).reshape(-1, most),
            counts=_whole([len(row) for row in rows]),
            findings=_whole([_bits(visit.findings, FINDING_BITS) for visit in visits]),
            pending_tests=_whole([_bits(visit.pending_tests, TEST_BITS) for visit in visits]),
            inspected_on=np.array([visit.inspected_on for visit in visits], dtype="datetime64[D]"),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """Their scores: `raw_score` and `score` are whole, `grade` is the place in GRADES."""

    raw_score: Whole
    score: Whole
    grade: Whole
    announceable: NDArray[np.bool_]


class _Rules(NamedTuple):
    """What the law of each time says, a row for each: `floors` are the bands' least scores, best first."""

    floors: Whole
    forced: Whole
    tested: Whole
    failed_from: Whole
    failed_as: Whole
    other_from: Whole
    other_as: Whole
    withheld_from: Whole


def rescore(stored: Inspections) -> Scores:
    """Return the scores of inspections, each under the law of its day; RuleNotInForce before 2003-09-12."""
    time, law = _laws(stored.inspected_on)
    raw_score = _half_up_mean(stored.totals, stored.counts)
    findings, tested = stored.findings, law.tested[time]
    score = np.minimum(
        _capped(raw_score, findings & tested, law.failed_from[time], law.failed_as[time]),
        _capped(raw_score, findings & ~tested, law.other_from[time], law.other_as[time]),
    )
    earned = np.zeros_like(score)
    for floor in law.floors.T:
        earned += score < floor[time]
    return Scores(
        raw_score=raw_score,
        score=score,
        grade=np.where(findings > 0, law.forced[time], earned),
        announceable=(stored.pending_tests == 0) | (raw_score < law.withheld_from[time]),
    )


def _half_up_mean(totals: Whole, counts: Whole) -> Whole:
    """Return each row's mean as a whole number, a half upwards."""
    counting = np.arange(totals.shape[1], dtype=np.int32) < counts[:, None]
    sums = np.where(counting, totals, 0).sum(axis=1, dtype=np.int32)
    means: Whole = (2 * sums + counts) // (2 * counts)
    return means


def _capped(raw_score: Whole, found: Whole, from_mark: Whole, counted_as: Whole) -> Whole:
    return np.where((found > 0) & (raw_score >= from_mark), counted_as, raw_score)


def _laws(days: Days) -> tuple[NDArray[np.intp], _Rules]:
    """Return the number of each day's law among those that hold on any of the days, and their rules in columns."""
    changes = sorted({day for kind in _GROUPS for day in lawbook.book()[kind.group].days})
    starts = [changes[0] - timedelta(days=1), *changes]  # the first stands for all days before any law
    place = np.searchsorted(np.array(changes, dtype=days.dtype), days, side="right")
    held = np.flatnonzero(np.bincount(place, minlength=len(starts)))
    number = np.zeros(len(starts), dtype=np.intp)
    number[held] = np.arange(len(held))
    rows = [_rules(lawbook.at(starts[i])) for i in held.tolist()]
    return number[place], _Rules(*(_whole([row[i] for row in rows]) for i in range(len(_Rules._fields))))


def _rules(law: Law) -> tuple[object, ...]:
    """Return what the law of a time says, in the order of _Rules."""
    rules, local = law.inspection, law.local
    withheld_from = rules.pending_tests.withheld_from
    if withheld_from is None:
        withheld_from = local.pending_where_silent.withheld_from
    return (
        [band.from_mark for band in rules.grades.bands],
        GRADES.index(rules.forced_findings.grade),
        _bits(rules.forced_findings.tested, FINDING_BITS),
        rules.failed_tests.from_mark,
        rules.failed_tests.counted_as,
        local.other_findings.from_mark,
        local.other_findings.counted_as,
        _NEVER if withheld_from is None else withheld_from,
    )


def _bits(names: Iterable[str], bits: dict[str, int]) -> int:
    return sum([bits[name] for name in names])


def _whole(values: Sequence[object]) -> Whole:
    return np.array(values, dtype=np.int32)


def _check(name: str, column: Whole, low: int, high: int, rows: int) -> None:
    if column.dtype.kind not in "iu" or len(column) != rows:
        raise ValueError(f"{name}: give whole numbers, one for each of {rows} inspections.")
    if column.size and not (low <= column.min() and column.max() <= high):
        raise ValueError(f"{name}: give whole numbers from {low} to {high}.")
