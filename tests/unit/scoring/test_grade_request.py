"""What a request of `grade` must look like, and how the error names what is wrong."""

from typing import Any

import pytest
import scoring_builders as builders

import scoring
from scoring import grade_request

DAY = "2024-05-01"
PARTS = {"quality_system": 17, "workmanship": 49, "progress": 16}


def request(**changes: Any) -> dict[str, Any]:
    return {"inspected_on": DAY, "marks": [{"member": "a", "total": 80}], **changes}


def refused(asked: Any) -> tuple[str, str]:
    with pytest.raises(scoring.ScoringError) as error:
        scoring.run("grade", asked)
    assert error.value.detail
    return error.value.code, error.value.field


def marked(**mark: Any) -> dict[str, Any]:
    return request(marks=[{"member": "a", "total": 80}, {"member": "b", **mark}])


@pytest.mark.parametrize("asked", [None, [], "x", 1, 1.5, float("nan")])
def test_a_request_is_an_object(asked: object) -> None:
    assert refused(asked) == ("invalid_input", "")


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        (request(extra=1), "extra"),
        (request(marks=[{"member": "a", "total": 80, "mark": 1}]), "marks[0].mark"),
        ({"no": 1, "inspected_on": 5, "marks": 5}, "no"),
    ],
)
def test_an_unknown_key_is_reported_before_the_types_of_its_object(asked: object, field: str) -> None:
    assert refused(asked) == ("unknown_field", field)


def test_an_unknown_key_comes_before_a_rule_that_is_not_in_force() -> None:
    assert refused(request(inspected_on="1999-01-01", extra=1)) == ("unknown_field", "extra")


def test_a_rule_between_fields_comes_before_a_rule_that_is_not_in_force() -> None:
    twice = [{"member": "a", "total": 80}, {"member": "a", "total": 81}]

    assert refused(request(inspected_on="1999-01-01", marks=twice)) == ("invalid_input", "marks[1].member")


def test_types_come_before_rules_between_fields() -> None:
    both = {"findings": ["safety", "asphalt_core"], "pending_tests": ["asphalt_core", "safety"]}

    assert refused(request(**both)) == ("invalid_input", "pending_tests[1]")


@pytest.mark.parametrize(
    "day", ["2024-5-1", "20240501", "2024-02-30", "2024-05-01T00:00", "٢٠٢٤-05-01", "", 1, None]
)
def test_a_day_is_written_in_full(day: object) -> None:
    assert refused(request(inspected_on=day)) == ("invalid_input", "inspected_on")


@pytest.mark.parametrize("key", ["inspected_on", "marks"])
def test_a_required_key_is_named_when_missing(key: str) -> None:
    asked = request()
    del asked[key]

    assert refused(asked) == ("invalid_input", key)


@pytest.mark.parametrize("marks", [[], None, {}, "a", 1])
def test_marks_are_a_list_with_at_least_one(marks: object) -> None:
    assert refused(request(marks=marks)) == ("invalid_input", "marks")


@pytest.mark.parametrize("total", [-1, 101, 80.0, "80", True, None, 10**19, [80]])
def test_a_total_is_a_whole_number_from_0_to_100(total: object) -> None:
    assert refused(marked(total=total)) == ("invalid_input", "marks[1].total")


@pytest.mark.parametrize(("part", "over"), [("quality_system", 21), ("workmanship", 61), ("progress", 21)])
def test_a_part_of_a_mark_is_a_whole_number_up_to_its_own_maximum(part: str, over: int) -> None:
    assert scoring.run("grade", marked(**PARTS | {part: over - 1}))["mean"]
    for wrong in (over, -1, True, "1", None):
        assert refused(marked(**PARTS | {part: wrong})) == ("invalid_input", f"marks[1].{part}")


@pytest.mark.parametrize("part", PARTS)
def test_the_parts_of_a_mark_come_together(part: str) -> None:
    some = {key: value for key, value in PARTS.items() if key != part}

    assert refused(marked(**some)) == ("invalid_input", f"marks[1].{part}")


@pytest.mark.parametrize("parts", [PARTS, {"progress": 16}])
def test_a_mark_has_a_total_or_parts_never_both(parts: dict[str, int]) -> None:
    assert refused(marked(total=82, **parts)) == ("invalid_input", "marks[1].total")


def test_a_mark_has_a_total_or_parts_never_neither() -> None:
    assert refused(marked()) == ("invalid_input", "marks[1].total")


@pytest.mark.parametrize("member", ["", " ", "\u3000", 1, None, "\ud800"])
def test_a_member_is_a_name(member: object) -> None:
    assert refused(request(marks=[{"member": member, "total": 80}])) == ("invalid_input", "marks[0].member")


def test_members_are_compared_exactly() -> None:
    marks = [{"member": name, "total": 80} for name in ("a", "A", " a", "é", "e\u0301")]

    assert scoring.run("grade", request(marks=marks))["mean"] == "80.00"


@pytest.mark.parametrize(
    ("key", "value", "field"),
    [
        ("findings", ["cracks"], "findings[0]"),
        ("findings", ["safety", 1], "findings[1]"),
        ("findings", None, "findings"),
        ("findings", "safety", "findings"),
        ("pending_tests", ["safety"], "pending_tests[0]"),
        ("pending_tests", [["asphalt_core"]], "pending_tests[0]"),
    ],
)
def test_findings_and_tests_are_words_of_article_8(key: str, value: object, field: str) -> None:
    assert refused(request(**{key: value})) == ("invalid_input", field)


def test_a_test_has_failed_or_is_pending_not_both() -> None:
    both = request(findings=["safety", "asphalt_core"], pending_tests=["asphalt_core"])

    assert refused(both) == ("invalid_input", "pending_tests")


def test_outside_experts_are_named_in_the_steps_and_change_no_figure() -> None:
    listed = scoring.run("grade", request(outside=["a"]))
    in_the_mark = scoring.run("grade", request(marks=[{"member": "a", "total": 80, "outside": True}]))

    assert listed == in_the_mark
    assert listed["steps"][0]["inputs"]["marks"] == [{"member": "a", "total": 80, "outside": True}]  # type: ignore[index]


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        (request(outside=["z"]), "outside[0]"),
        (request(outside="a"), "outside"),
        (request(outside=["a", ""]), "outside[1]"),
        (request(outside=["a"], marks=[{"member": "a", "total": 1, "outside": False}]), "outside[0]"),
        (marked(total=80, outside=1), "marks[1].outside"),
    ],
)
def test_outside_experts_are_members_who_gave_a_mark(asked: object, field: str) -> None:
    assert refused(asked) == ("invalid_input", field)


def test_an_unknown_command_names_the_known_ones() -> None:
    with pytest.raises(scoring.ScoringError, match="grade"):
        scoring.run("grades", {})


def test_of_two_tests_both_failed_and_pending_the_first_is_named() -> None:
    tests = ["asphalt_core", "concrete_core"]
    error = builders.refused("grade", builders.good("grade", findings=tests, pending_tests=tests))

    assert (error.rule, error.inputs) == ("grade.both", {"test": "asphalt_core"})
    assert "asphalt_core" in error.detail


@pytest.mark.parametrize(
    ("progress", "field"), [(21, "progress"), (-1, "progress"), (0, "total"), (20, "total")]
)
def test_a_part_beside_a_total_is_looked_at_before_both_are_refused(progress: int, field: str) -> None:
    asked = request(marks=[{"member": "甲", "total": 80, "progress": progress}])

    assert refused(asked) == ("invalid_input", f"marks[0].{field}")


def test_a_name_that_cannot_be_shown_is_taken_as_it_is() -> None:
    marks = [{"member": "a\tb", "total": 80}, {"member": "\u202ec", "total": 81, "outside": True}]
    answer = scoring.run("grade", request(marks=marks))

    assert [row["member"] for row in answer["steps"][0]["inputs"]["marks"]] == ["a\tb", "\u202ec"]  # type: ignore[index]


SUMS = [
    {"quality_system": quality, "workmanship": work, "progress": progress}
    for quality in (0, 1, 3, 20)
    for work in (0, 1, 2, 60)
    for progress in (0, 1, 2, 20)
]


@pytest.mark.parametrize("parts", SUMS, ids=lambda parts: "+".join(map(str, parts.values())))
def test_a_mark_in_parts_is_their_sum(parts: dict[str, int]) -> None:
    visit = grade_request.read(request(marks=[{"member": "a", **parts}]))

    assert visit.marks == (("a", sum(parts.values()), False),)


@pytest.mark.parametrize(
    "mark",
    [
        *({"total": total} for total in (0, 1, 50, 100)),
        *({"total": 80, "outside": outside} for outside in (True, False)),
        *SUMS,
        *({**PARTS, "outside": outside} for outside in (True, False)),
    ],
    ids=lambda mark: ",".join(map(str, mark.values())),
)
def test_a_mark_as_they_usually_come_is_read_at_once(
    monkeypatch: pytest.MonkeyPatch, mark: dict[str, Any]
) -> None:
    asked = request(marks=[{"member": "a", "total": 80}, {"member": "乙", **mark}])
    explained = grade_request.read({**asked, "outside": []})
    monkeypatch.setattr(grade_request, "_rows", _never)

    assert grade_request.read(asked) == explained


def test_many_usual_marks_are_read_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grade_request, "_rows", _never)
    asked = request(marks=[{"member": f"member {number}", "total": number % 101} for number in range(700)])

    assert len(grade_request.read(asked).marks) == 700


def _never(_: object) -> None:
    pytest.fail("a usual mark went to the reader that explains what is wrong, which takes far longer")


@pytest.mark.parametrize(
    "mark",
    [{"total": -1}, {"total": 101}, {"total": True}, {"total": 80, "outside": 1}, {"total": 80, "x": 1}],
)
def test_a_mark_that_stands_alone_is_looked_at_as_closely(mark: dict[str, Any]) -> None:
    wrong = [key for key in mark if (key, mark[key]) != ("total", 80)]

    assert refused(request(marks=[{"member": "a", **mark}]))[1] == f"marks[0].{wrong[0]}"


def test_who_is_not_listed_as_an_outside_expert_is_none() -> None:
    marks = [{"member": "a", "total": 80}, {"member": "b", "total": 81}, {"member": "c", "total": 82}]
    visit = grade_request.read(request(marks=marks, outside=["b"]))

    assert [mark.outside for mark in visit.marks] == [False, True, False]
