"""What a panel is told to look at: a mark that decides the grade, too few outside experts, a single member."""

import pytest
from scoring_builders import Json, ask


def warnings(*totals: int, outside: int | None = None) -> list[Json]:
    """The warnings for marks by members a, b, c, ...; the first `outside` of them, or all, are outside experts."""
    experts = len(totals) if outside is None else outside
    marks = [
        {"member": chr(ord("a") + place), "total": total, "outside": place < experts}
        for place, total in enumerate(totals)
    ]
    found: list[Json] = ask("grade", inspected_on="2024-05-01", marks=marks)["warnings"]
    return found


@pytest.mark.parametrize(
    ("totals", "told"),
    [
        ((0, 90), [("a", 0, 90, "C", "OUTSTANDING")]),
        ((60, 90, 60), [("b", 90, 60, "B", "C")]),
        ((75, 50, 75), [("b", 50, 75, "C", "B")]),
        ((82, 80, 78), [("a", 82, 79, "A", "B")]),
        ((69, 70, 69, 72), [("d", 72, 69, "B", "C")]),
        ((72, 66, 72), [("a", 72, 69, "B", "C"), ("c", 72, 69, "B", "C")]),
        ((81, 78), [("a", 81, 78, "A", "B")]),
    ],
)
def test_a_mark_decides_when_the_others_earn_another_grade_better_or_worse(
    totals: tuple[int, ...], told: list[tuple[str, int, int, str, str]]
) -> None:
    expected = [
        ({"member": member, "total": total, "without": without, "grade": grade}, other)
        for member, total, without, grade, other in told
    ]
    found = warnings(*totals)

    assert [(each["inputs"], each["value"]) for each in found] == expected
    assert {each["rule"] for each in found} == {"warning.deciding_mark"}


@pytest.mark.parametrize("totals", [(0, 0), (0, 0, 0), (100, 100), (80, 80), (80, 82, 81), (69, 0, 69)])
def test_where_no_mark_decides_nothing_is_told(totals: tuple[int, ...]) -> None:
    assert warnings(*totals) == []


@pytest.mark.parametrize(
    ("members", "outside", "is_enough"),
    [
        *((2, 0, False), (3, 0, False), (3, 1, True), (3, 2, True), (3, 3, True)),
        *((4, 1, False), (4, 2, True), (6, 1, False), (6, 2, True), (7, 2, False), (7, 3, True)),
    ],
)
def test_outside_experts_may_be_a_third_or_more_but_not_fewer(
    members: int, outside: int, is_enough: bool
) -> None:
    told = [
        (each["rule"], each["inputs"], each["value"]) for each in warnings(*[84] * members, outside=outside)
    ]
    too_few = ("warning.outside_share", {"outside": outside, "count": members}, "1/3")

    assert told == ([] if is_enough else [too_few])


def test_a_single_member_is_too_few_and_two_are_not() -> None:
    (told,) = warnings(84)

    assert (told["rule"], told["inputs"], told["value"]) == ("warning.few_members", {"count": 1}, 2)
    assert warnings(84, 84) == []


def test_a_single_member_who_is_no_outside_expert_is_told_of_both() -> None:
    assert [each["rule"] for each in warnings(84, outside=0)] == [
        "warning.outside_share",
        "warning.few_members",
    ]
