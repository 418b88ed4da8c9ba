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
        ((69, 70, 69, 72), [("a", 69, 70, "B", "B"), ("b", 70, 70, "B", "B")][:0] + [("d", 72, 69, "B", "C")]),
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
