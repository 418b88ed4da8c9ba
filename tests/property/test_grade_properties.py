"""What holds of every grade, whatever the marks."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

import scoring
from scoring.grade_request import PARTS
from scoring.types import FINDINGS, TESTS

totals = st.lists(st.integers(0, 100), min_size=1, max_size=40)
findings = st.lists(st.sampled_from(FINDINGS), max_size=8)
days = st.dates(date(2003, 9, 12), date(2030, 12, 31)).map(date.isoformat)
bounded = settings(max_examples=150, deadline=None)


def grade(marks: list[int], on: str = "2024-05-01", **more: Any) -> dict[str, Any]:
    rows = [{"member": f"member {i}", "total": total} for i, total in enumerate(marks)]
    return scoring.run("grade", {"inspected_on": on, "marks": rows, **more})


@bounded
@given(totals, days)
def test_mean_and_score_are_the_exact_mean_rounded_half_up(marks: list[int], on: str) -> None:
    exact = Fraction(sum(marks), len(marks))
    answer = grade(marks, on)

    assert abs(Fraction(answer["mean"]) - exact) <= Fraction(1, 200)
    assert Fraction(-1, 2) < exact - answer["raw_score"] < Fraction(1, 2) or (
        answer["raw_score"] - exact == Fraction(1, 2)
    )


@bounded
@given(st.lists(st.integers(0, 100), min_size=8, max_size=8))
def test_the_mean_agrees_with_decimal_arithmetic(marks: list[int]) -> None:
    expected = (Decimal(sum(marks)) / 8).quantize(Decimal("0.01"), ROUND_HALF_UP)

    assert grade(marks)["mean"] == str(expected)


@bounded
@given(st.data(), totals, findings)
def test_the_order_of_the_marks_does_not_matter(
    data: st.DataObject, marks: list[int], found: list[str]
) -> None:
    shuffled = data.draw(st.permutations(marks))
    first, second = grade(marks, findings=found), grade(shuffled, findings=found)
    for told in (first, second):  # these name members
        del told["steps"], told["warnings"]

    assert first == second


@bounded
@given(totals, findings, findings, days)
def test_another_finding_never_raises_a_score(
    marks: list[int], some: list[str], more: list[str], on: str
) -> None:
    assert grade(marks, on, findings=some + more)["score"] <= grade(marks, on, findings=some)["score"]


@bounded
@given(totals, st.data(), findings)
def test_a_higher_mark_never_lowers_a_score(marks: list[int], data: st.DataObject, found: list[str]) -> None:
    place = data.draw(st.integers(0, len(marks) - 1))
    higher = [*marks[:place], data.draw(st.integers(marks[place], 100)), *marks[place + 1 :]]

    assert grade(higher, findings=found)["score"] >= grade(marks, findings=found)["score"]


@bounded
@given(totals, st.lists(st.sampled_from(FINDINGS), min_size=1), days)
def test_any_finding_gives_grade_c_with_at_most_69(marks: list[int], found: list[str], on: str) -> None:
    answer = grade(marks, on, findings=found)

    assert answer["grade"] == "C"
    assert answer["score"] == min(answer["raw_score"], 69)
    assert answer["forced"] == list(dict.fromkeys(found))


@bounded
@given(totals, st.sets(st.sampled_from(TESTS)), days)
def test_only_a_pending_test_at_70_or_more_since_2021_withholds(
    marks: list[int], pending: set[str], on: str
) -> None:
    answer = grade(marks, on, pending_tests=sorted(pending))

    assert answer["announceable"] is not (bool(pending) and answer["raw_score"] >= 70 and on >= "2021-03-21")


@bounded
@given(st.tuples(*(st.integers(0, high) for high in PARTS.values())))
def test_parts_count_as_their_sum(parts: tuple[int, ...]) -> None:
    rows = [{"member": "a", **dict(zip(PARTS, parts, strict=True))}]
    answer = scoring.run("grade", {"inspected_on": "2024-05-01", "marks": rows})

    assert answer["raw_score"] == sum(parts)


# --- marks that are read at once, and marks that are read with explanations -----------------------------------

odd = st.sampled_from(
    [None, True, "", " ", "x", "a\tb", "\ud800", -1, 0, 20, 21, 61, 100, 101, 10**19, [], {}]
)
names, outside = st.sampled_from(["甲", "乙", "丙", "a", "b\tc"]), {"outside": st.booleans()}
in_parts = {part: st.integers(0, most) for part, most in PARTS.items()}
good_mark = st.fixed_dictionaries({"member": names, "total": st.integers(0, 100)}, optional=outside)
good_mark |= st.fixed_dictionaries({"member": names, **in_parts}, optional=outside)
keys = st.sampled_from(["member", "total", "outside", "other", *PARTS])
changed = st.builds(lambda mark, key, value: {**mark, key: value}, good_mark, keys, odd)
shortened = st.builds(lambda mark, gone: {k: mark[k] for k in mark if k != gone}, good_mark, keys)
one_wrong = st.builds(
    lambda marks, wrong: [*marks, wrong], st.lists(good_mark, max_size=2), changed | shortened
)


def answered(**request: Any) -> object:
    """The answer, or all that an error tells."""
    try:
        return scoring.run("grade", {"inspected_on": "2024-05-01", **request})
    except scoring.ScoringError as wrong:
        return wrong.as_dict(), wrong.rule, wrong.inputs


@settings(max_examples=600, deadline=None)
@given(st.lists(good_mark, max_size=4) | one_wrong | st.lists(good_mark | odd, max_size=3) | odd)
def test_marks_read_at_once_are_answered_like_marks_read_with_explanations(marks: object) -> None:
    assert answered(marks=marks) == answered(marks=marks, outside=[])


@bounded
@given(st.lists(st.integers(0, 100), min_size=1, max_size=5, unique=True))
def test_parts_count_like_their_sum(parts: list[int]) -> None:
    halves = [(total - total * 3 // 5, total * 3 // 5) for total in parts]
    split = [dict(zip(PARTS, (rest // 2, work, rest - rest // 2), strict=True)) for rest, work in halves]
    rows = [{"member": f"member {i}", **each} for i, each in enumerate(split)]

    assert scoring.run("grade", {"inspected_on": "2024-05-01", "marks": rows}) == grade(parts)
