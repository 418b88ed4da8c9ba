"""The score over the API (作業辦法 art. 7 and 8): its steps, the tests it waits for, who sees what of it."""

from typing import Any

import pytest
from sqlalchemy import select

import scoring
from inspect_app.inspections.models import Submission
from tests.conftest import Write
from tests.inspections_builders import TODAY, AsUser, Ids, Visit, errors, expect, marks, submission_body

INSPECTED = ("agency", "supervisor", "contractor", "pcm")


@pytest.fixture
def waiting(as_user: AsUser, people: Ids) -> Visit:
    """Marked 83, with a core test pending."""
    return Visit.submitted(as_user, people, pending_tests=["concrete_core"])


def score(visit: Visit, username: str = "staff") -> dict[str, Any]:
    return visit.read(username, "/score")


def test_before_a_submission_there_is_no_score(as_user: AsUser, people: Ids) -> None:
    assert Visit.started(as_user, people).get("staff", "/score").status_code == 409


@pytest.mark.every_database
def test_the_score_is_the_engines_answer(as_user: AsUser, people: Ids) -> None:
    visit = Visit.submitted(as_user, people)
    request = {
        "inspected_on": "2026-11-20",
        "marks": [
            {"member": str(people["leader"]), "outside": False, "total": 82},
            {"member": str(people["member1"]), "outside": True, "total": 84},
        ],
    }

    assert score(visit) == scoring.run("grade", request)


def test_every_step_names_its_article(as_user: AsUser, people: Ids) -> None:
    steps = score(Visit.submitted(as_user, people))["steps"]

    assert [step["rule"] for step in steps] == ["grade.mean", "grade.raw_score", "grade.grade"]
    assert all("第" in step["article"] for step in steps)


def test_the_mean_is_over_those_who_marked(as_user: AsUser, people: Ids) -> None:
    visit = Visit.submitted(as_user, people, marks=marks(people, leader=80, member1=81, member2=85))

    assert (score(visit)["mean"], score(visit)["score"]) == ("82.00", 82)


GRADES = [(90, "OUTSTANDING", "優等"), (89, "A", "甲等"), (79, "B", "乙等"), (69, "C", "丙等")]


@pytest.mark.parametrize(("total", "grade", "label"), GRADES)
def test_the_grade_follows_the_score(
    as_user: AsUser, people: Ids, total: int, grade: str, label: str
) -> None:
    found = score(Visit.submitted(as_user, people, marks=marks(people, leader=total)))

    assert (found["score"], found["grade"], found["label"]) == (total, grade, label)


# -- tests (抽驗) --------------------------------------------------------------------------------------------


@pytest.mark.every_database
def test_while_a_test_is_pending_the_grade_may_not_be_announced(waiting: Visit) -> None:
    assert score(waiting)["announceable"] is False


def test_below_70_it_may_be_announced_all_the_same(as_user: AsUser, people: Ids) -> None:
    low = marks(people, leader=69)
    visit = Visit.submitted(as_user, people, marks=low, pending_tests=["concrete_core"])

    assert score(visit)["announceable"] is True


@pytest.mark.every_database
def test_a_test_passed_lets_the_grade_be_announced(waiting: Visit) -> None:
    found = expect(waiting.decide("concrete_core", "pass"), 200).get_json()

    assert (found["score"], found["grade"], found["announceable"]) == (83, "A", True)
    assert score(waiting) == found


@pytest.mark.every_database
def test_a_test_failed_makes_it_69_and_grade_c(waiting: Visit) -> None:
    found = expect(waiting.decide("concrete_core", "fail"), 200).get_json()

    assert (found["raw_score"], found["score"], found["label"]) == (83, 69, "丙等")
    assert (found["forced"], found["announceable"]) == (["concrete_core"], True)


def test_a_failed_test_does_not_raise_a_lower_score(as_user: AsUser, people: Ids) -> None:
    low = marks(people, leader=60)
    visit = Visit.submitted(as_user, people, marks=low, pending_tests=["concrete_core"])

    assert visit.decide("concrete_core", "fail").get_json()["score"] == 60


def test_every_test_must_be_decided(as_user: AsUser, people: Ids) -> None:
    visit = Visit.submitted(as_user, people, pending_tests=["concrete_core", "subgrade_compaction"])

    assert visit.decide("concrete_core", "pass").get_json()["announceable"] is False
    assert visit.decide("subgrade_compaction", "pass").get_json()["announceable"] is True


def test_a_result_may_be_corrected_before_issue(waiting: Visit) -> None:
    expect(waiting.decide("concrete_core", "fail"), 200)

    assert waiting.decide("concrete_core", "pass").get_json()["score"] == 83


def test_a_result_is_shown_with_its_document(waiting: Visit) -> None:
    expect(waiting.decide("concrete_core", "pass"), 200)

    assert waiting.read("member2")["tests"] == [
        {"test": "concrete_core", "result": "pass", "decided_on": TODAY, "document": "試字第 1 號"}
    ]


def test_a_test_that_is_not_pending_has_no_result(waiting: Visit) -> None:
    assert waiting.decide("asphalt_core", "pass").status_code == 409


@pytest.mark.parametrize("test", ["safety", "nothing"])
def test_what_is_no_test_is_not_found(waiting: Visit, test: str) -> None:
    assert waiting.decide(test, "pass").status_code == 404


def test_no_result_before_the_submission(as_user: AsUser, people: Ids) -> None:
    assert Visit.started(as_user, people).decide("concrete_core", "pass").status_code == 409


def test_no_result_after_issue(waiting: Visit) -> None:
    expect(waiting.decide("concrete_core", "pass"), 200)
    expect(waiting.issue(), 200)

    assert waiting.decide("concrete_core", "fail").status_code == 409
    assert score(waiting)["score"] == 83


@pytest.mark.parametrize(("day", "status"), [("2026-11-20", 200), (TODAY, 200)])
def test_a_result_is_of_the_visits_day_at_the_earliest_and_of_today_at_the_latest(
    waiting: Visit, day: str, status: int
) -> None:
    assert waiting.decide("concrete_core", "pass", day).status_code == status


@pytest.mark.parametrize("day", ["2026-11-19", "2026-11-24", "115年11月20日", "", None])
def test_a_result_of_another_day_is_refused(waiting: Visit, day: Any) -> None:
    assert errors(waiting.decide("concrete_core", "pass", day)) == ["decided_on"]


@pytest.mark.parametrize("result", ["passed", "PASS", "", None, True])
def test_a_result_is_pass_or_fail(waiting: Visit, result: Any) -> None:
    assert errors(waiting.decide("concrete_core", result)) == ["result"]


@pytest.mark.parametrize("username", ["leader", "member1", "auditor", "agency", "admin"])
def test_only_staff_record_results(waiting: Visit, username: str) -> None:
    body = {"result": "pass", "decided_on": TODAY, "document": "試字第 1 號"}

    assert waiting.api(username).put(waiting.path("/tests/concrete_core"), body).status_code == 403


# -- frozen at issue -------------------------------------------------------------------------------------------


@pytest.mark.every_database
def test_the_issued_score_is_kept_and_not_computed_again(as_user: AsUser, people: Ids, write: Write) -> None:
    visit = Visit.submitted(as_user, people)
    before = score(visit)
    expect(visit.issue(), 200)

    with write() as session:
        (sent,) = session.scalars(select(Submission)).all()
        sent.body = sent.body.replace('"total":84', '"total":4')

    assert '"total":4' in sent.body
    assert score(visit) == before


# -- who sees what ---------------------------------------------------------------------------------------------


@pytest.fixture
def issued(as_user: AsUser, people: Ids) -> Visit:
    return Visit.issued(as_user, people)


@pytest.mark.parametrize("username", [*INSPECTED, "member1", "member2"])
def test_who_may_not_see_the_marks_sees_the_mean_without_them(issued: Visit, username: str) -> None:
    first, *others = score(issued, username)["steps"]

    assert (first["rule"], first["inputs"], first["value"]) == ("grade.mean", {}, "83.00")
    assert others == score(issued)["steps"][1:]


@pytest.mark.parametrize("username", ["staff", "leader", "auditor"])
def test_who_may_see_the_marks_sees_them_in_the_mean(issued: Visit, username: str) -> None:
    first = score(issued, username)["steps"][0]

    assert [mark["total"] for mark in first["inputs"]["marks"]] == [82, 84]


@pytest.mark.parametrize("username", INSPECTED)
def test_no_answer_tells_the_inspected_who_marked(issued: Visit, username: str) -> None:
    for part in ("", "/score"):
        text = issued.get(username, part).text
        assert not any(word in text for word in ('"total"', '"workmanship"', '"quality_system"'))


def test_the_score_of_an_amendment_is_the_score(as_user: AsUser, people: Ids) -> None:
    visit = Visit.submitted(as_user, people, pending_tests=["concrete_core"])

    expect(visit.amend(submission_body(people, marks=marks(people, leader=95))), 201)

    assert score(visit)["score"] == 95
