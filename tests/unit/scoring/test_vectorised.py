"""Columns of stored inspections: the figures of the pure function, row by row."""

import random
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring import RuleNotInForce, lawbook
from scoring.grades import Visit, grade
from scoring.types import FINDINGS, GRADES, TESTS, Mark
from scoring.vectorised import FINDING_BITS, Inspections, rescore

FIRST, LAST = date(2003, 9, 12), date(2027, 12, 31)
Row = tuple[int, int, str, bool]


def pure(visit: Visit) -> Row:
    result = grade(visit, lawbook.at(visit.inspected_on))
    return result.raw_score, result.score, result.band.grade, result.announceable


def in_columns(visits: list[Visit]) -> list[Row]:
    scores = rescore(Inspections.of(visits))
    columns = (scores.raw_score, scores.score, scores.grade, scores.announceable)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return [(raw, score, GRADES[place], announceable) for raw, score, place, announceable in rows]


def visit(
    on: date, totals: list[int], findings: tuple[str, ...] = (), pending: tuple[str, ...] = ()
) -> Visit:
    return Visit(on, tuple(Mark(f"m{i}", total) for i, total in enumerate(totals)), findings, pending)


def columns(**changed: object) -> Inspections:
    right: dict[str, object] = {
        "totals": np.array([[84, 0], [79, 80]]),
        "counts": np.array([1, 2]),
        "findings": np.array([0, 1]),
        "pending_tests": np.array([1, 0]),
        "inspected_on": np.array(["2024-05-01", "2019-05-01"], dtype="datetime64[D]"),
    }
    return Inspections(**(right | changed))  # type: ignore[arg-type]


visits = st.builds(
    lambda on, totals, order, cut: visit(
        on, totals, tuple(order[:cut]), tuple(set(TESTS) - set(order[:cut]))
    ),
    st.dates(FIRST, LAST),
    st.lists(st.integers(0, 100), min_size=1, max_size=9),
    st.permutations(FINDINGS),
    st.integers(0, len(FINDINGS)),
)


@given(st.lists(visits, max_size=20))
@settings(max_examples=150, deadline=None)
def test_every_row_equals_the_pure_function(stored: list[Visit]) -> None:
    assert in_columns(stored) == [pure(each) for each in stored]


def test_a_hundred_thousand_inspections_of_twenty_years_equal_the_pure_function() -> None:
    dice = random.Random(8)  # noqa: S311 - sample data
    stored = [
        visit(
            FIRST + timedelta(days=dice.randrange((LAST - FIRST).days)),
            [dice.randint(60, 95) for _ in range(dice.randint(1, 7))],
            tuple(dice.sample(FINDINGS[3:], dice.choice((0, 0, 1)))) + TESTS[: dice.choice((0, 0, 1))],
            TESTS[1 : dice.choice((1, 1, 2, 3))],
        )
        for _ in range(100_000)
    ]

    assert in_columns(stored) == [pure(each) for each in stored]


@pytest.mark.parametrize(("totals", "raw"), [([79, 80], 80), ([79, 79, 80], 79), ([0], 0), ([100] * 9, 100)])
def test_a_half_goes_up(totals: list[int], raw: int) -> None:
    assert in_columns([visit(FIRST, totals)])[0][0] == raw


def test_totals_beyond_the_count_are_no_marks() -> None:
    stored = columns(totals=np.array([[84, 100], [79, 80]]))

    assert rescore(stored).raw_score.tolist() == [84, 80]


def test_a_draft_of_the_law_counts_here_too() -> None:
    text = (lawbook.LAW / "inspection" / "failed_tests.yaml").read_text("utf-8")
    draft = lawbook.draft(
        "group: inspection.failed_tests\n" + text.replace("counted_as: 69", "counted_as: 60"), ""
    )
    stored = [visit(date(2024, 5, 1), [84], ("concrete_core",))]

    with lawbook.trying([draft]):
        assert in_columns(stored) == [pure(stored[0])] == [(84, 60, "C", True)]


def test_only_whole_numbers_come_out() -> None:
    scores = rescore(columns())

    assert {scores.raw_score.dtype.kind, scores.score.dtype.kind, scores.grade.dtype.kind} == {"i"}


@pytest.mark.parametrize("kind", [np.int8, np.uint8, np.uint64])
def test_any_whole_type_gives_the_same(kind: type[np.integer[Any]]) -> None:
    totals, counts = np.full((1, 101), 79, dtype=kind), np.array([101], dtype=kind)
    days = np.array(["2024-05-01"], dtype="datetime64[D]")
    scores = rescore(Inspections(totals, counts, counts * 0, counts * 0, days))

    assert (scores.raw_score.tolist(), scores.grade.dtype.kind) == ([79], "i")


def test_an_empty_table_has_no_scores() -> None:
    assert in_columns([]) == []


@pytest.mark.parametrize("on", [FIRST - timedelta(days=1), date(2002, 9, 1), date(1990, 1, 1)])
def test_a_day_before_the_grades_is_refused(on: date) -> None:
    with pytest.raises(RuleNotInForce):
        in_columns([visit(FIRST, [80]), visit(on, [80])])


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("totals", np.array([84, 79])),
        ("totals", np.array([[101, 0], [79, 80]])),
        ("totals", np.array([[84.5, 0], [79, 80]])),
        ("counts", np.array([0, 2])),
        ("counts", np.array([1, 3])),
        ("counts", np.array([1])),
        ("findings", np.array([0, sum(FINDING_BITS.values()) + 1])),
        ("pending_tests", np.array([-1, 0])),
        ("inspected_on", np.array(["2024-05", "2019-05"], dtype="datetime64[M]")),
    ],
)
def test_a_column_out_of_its_range_is_named(name: str, column: object) -> None:
    with pytest.raises(ValueError, match=f"^{name}: "):
        columns(**{name: column})
