"""作業辦法 art. 7 and 8, sentence by sentence; day by day they stand in articles/第7條.yaml and 第8條.yaml."""

from typing import Any

import pytest
from scoring_builders import ask

import scoring

SINCE_2021 = "2024-05-01"
BEFORE_2021 = "2020-06-01"


def grade(*totals: int, on: str = SINCE_2021, **more: Any) -> dict[str, Any]:
    marks = [{"member": f"member {i}", "total": total} for i, total in enumerate(totals)]
    return scoring.run("grade", {"inspected_on": on, "marks": marks, **more})


def step_of(answer: dict[str, Any], rule: str) -> dict[str, Any]:
    return next(step for step in answer["steps"] if step["rule"] == rule)


# --- art. 7: the mean, its rounding, the grades -----------------------------------------------------------


def test_the_score_is_the_mean_of_all_members_marks() -> None:
    assert grade(70, 80, 93)["mean"] == "81.00"


@pytest.mark.parametrize(
    ("totals", "score", "label"),
    [
        ((69,), 69, "丙等"),
        ((69, 69, 70), 69, "丙等"),
        ((69, 70), 70, "乙等"),
        ((70,), 70, "乙等"),
        ((79,), 79, "乙等"),
        ((79, 79, 80), 79, "乙等"),
        ((79, 80), 80, "甲等"),
        ((89,), 89, "甲等"),
        ((89, 89, 90), 89, "甲等"),
        ((89, 90), 90, "優等"),
        ((90,), 90, "優等"),
        ((100,), 100, "優等"),
        ((0,), 0, "丙等"),
    ],
)
def test_a_half_goes_up_before_the_grade_is_read(totals: tuple[int, ...], score: int, label: str) -> None:
    answer = grade(*totals)

    assert (answer["score"], answer["label"]) == (score, label)


def test_the_printed_mean_is_rounded_half_up_too() -> None:
    assert grade(*[80] * 7, 81)["mean"] == "80.13"


def test_the_score_comes_from_the_exact_mean_not_from_the_printed_one() -> None:
    answer = grade(*[79] * 75, *[80] * 74)

    assert (answer["mean"], answer["raw_score"]) == ("79.50", 79)
    assert step_of(answer, "grade.raw_score")["inputs"] == {"mean": "11845/149"}


def test_three_parts_of_a_mark_are_added() -> None:
    parts = {"member": "a", "quality_system": 17, "workmanship": 49, "progress": 16}

    assert scoring.run("grade", {"inspected_on": SINCE_2021, "marks": [parts]})["mean"] == "82.00"


# --- art. 8: what must be graded C ------------------------------------------------------------------------


@pytest.mark.parametrize("on", ["2003-09-12", BEFORE_2021, SINCE_2021])
@pytest.mark.parametrize("finding", ["concrete_core", "asphalt_core", "subgrade_compaction"])
def test_a_failed_test_turns_70_or_more_into_69(finding: str, on: str) -> None:
    answer = grade(70, on=on, findings=[finding])

    assert (answer["raw_score"], answer["score"], answer["grade"]) == (70, 69, "C")


def test_a_failed_test_leaves_a_score_below_70() -> None:
    answer = grade(69, findings=["asphalt_core"])

    assert (answer["score"], answer["grade"], answer["forced"]) == (69, "C", ["asphalt_core"])
    assert grade(41, findings=["asphalt_core"])["score"] == 41


@pytest.mark.parametrize("finding", ["main_structure", "main_material", "safety"])
def test_the_69_of_a_finding_without_a_test_is_a_local_reading(finding: str) -> None:
    answer = grade(88, findings=[finding])

    assert (answer["score"], answer["grade"]) == (69, "C")
    assert step_of(answer, "grade.other_finding")["inputs"]["reading"] == "local.other_findings"


@pytest.mark.parametrize(("on", "article"), [(BEFORE_2021, "第8條第2項"), (SINCE_2021, "第8條第3項")])
def test_the_69_of_a_failed_test_is_cited_from_the_text_of_the_day(on: str, article: str) -> None:
    step = step_of(grade(88, on=on, findings=["concrete_core"]), "grade.failed_test")

    assert step["article"].endswith(article)
    assert "reading" not in step["inputs"]


def test_every_finding_is_named_once_in_the_order_given() -> None:
    answer = grade(88, findings=["safety", "concrete_core", "safety", "main_material"])

    assert answer["forced"] == ["safety", "concrete_core", "main_material"]


def test_before_2021_a_pending_test_withholds_nothing_by_a_local_reading() -> None:
    answer = grade(90, on=BEFORE_2021, pending_tests=["concrete_core"])

    assert answer["announceable"] is True
    assert step_of(answer, "grade.announceable")["inputs"]["reading"] == "local.pending_where_silent"


# --- the version in force ---------------------------------------------------------------------------------


def test_before_2003_there_is_no_rule_of_grading_and_the_error_says_from_when() -> None:
    with pytest.raises(scoring.RuleNotInForce) as refused:
        grade(80, on="0001-01-01")

    assert (refused.value.code, refused.value.field) == ("rule_not_in_force", "inspected_on")
    assert "2003-09-12" in refused.value.detail


@pytest.mark.parametrize(
    ("totals", "mean"),
    [((84, 83), "83.50"), ((80, 80, 79), "239/3"), ((80, 80, 80), "80.00"), ((81, 80, 80, 80), "80.25")],
)
def test_the_exact_mean_stands_in_the_step_that_rounds_it(totals: tuple[int, ...], mean: str) -> None:
    marks = [{"member": str(number), "total": total} for number, total in enumerate(totals)]
    answer = ask("grade", inspected_on="2024-05-01", marks=marks)

    assert step_of(answer, "grade.raw_score")["inputs"] == {"mean": mean}


def test_an_eighth_is_told_exactly() -> None:
    marks = [{"member": str(number), "total": 81 if number < 5 else 80} for number in range(8)]
    answer = ask("grade", inspected_on="2024-05-01", marks=marks)

    assert (answer["mean"], step_of(answer, "grade.raw_score")["inputs"]) == ("80.63", {"mean": "645/8"})


@pytest.mark.parametrize(
    ("findings", "rule", "article"),
    [([], "grade.grade", "第7條"), (["safety"], "grade.forced_grade", "第8條")],
)
def test_the_last_step_cites_what_gave_the_grade(findings: list[str], rule: str, article: str) -> None:
    marks = [{"member": "甲", "total": 90}, {"member": "乙", "total": 78}, {"member": "丙", "total": 78}]
    answer = ask("grade", inspected_on="2024-05-01", marks=marks, findings=findings)

    assert article in step_of(answer, rule)["article"]
    assert [step["rule"] for step in answer["steps"]].count(rule) == 1
    deciding = [each for each in answer["warnings"] if each["rule"] == "warning.deciding_mark"]
    assert bool(deciding) is not bool(findings)  # no mark decides a grade that a finding forces
