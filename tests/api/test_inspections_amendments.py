"""Amending a submission before issue: with a reason, as a new version, and every version stays readable."""

from typing import Any
from uuid import uuid4

import pytest

from tests.inspections_builders import (
    AsUser,
    Ids,
    Visit,
    defect_body,
    errors,
    expect,
    marks,
    sha256,
    submission_body,
)


@pytest.fixture
def visit(as_user: AsUser, people: Ids) -> Visit:
    return Visit.submitted(as_user, people)


def versions(visit: Visit) -> list[tuple[int, str | None]]:
    return [(row["version"], row["reason"]) for row in visit.read()["submissions"]]


@pytest.mark.every_database
def test_an_amendment_is_a_new_version_with_its_reason(visit: Visit) -> None:
    answer = visit.amend(submission_body(visit.people), "漏列委員評分")

    assert answer.status_code == 201
    assert versions(visit) == [(1, None), (2, "漏列委員評分")]


def test_every_version_keeps_its_own_hash(visit: Visit) -> None:
    first = visit.read()["submissions"][0]

    receipt = visit.amend(submission_body(visit.people)).get_json()

    rows = visit.read()["submissions"]
    assert rows[0] == first
    assert rows[1]["sha256"] == receipt["sha256"] != first["sha256"]


@pytest.mark.every_database
def test_the_newest_version_counts(visit: Visit) -> None:
    body = submission_body(visit.people, marks=marks(visit.people, leader=90, member1=92))

    expect(visit.amend(body), 201)

    assert visit.read("staff", "/score")["mean"] == "91.00"


@pytest.mark.every_database
def test_the_newest_versions_defects_replace_the_others(as_user: AsUser, people: Ids) -> None:
    kept, dropped, new = defect_body(), defect_body(), defect_body()
    visit = Visit.submitted(as_user, people, defects=[kept, dropped])

    expect(visit.amend(submission_body(people, defects=[kept | {"note": "補充"}, new])), 201)

    rows = visit.api("staff").get("/defects", inspection=visit.id).get_json()["items"]
    assert [(row["id"], row["note"]) for row in rows] == [(kept["id"], "補充"), (new["id"], None)]


@pytest.mark.parametrize("reason", ["", " ", "　\n", None, 1, "字" * 501])
def test_an_amendment_needs_a_reason(visit: Visit, reason: Any) -> None:
    assert errors(visit.amend(submission_body(visit.people), reason)) == ["reason"]
    assert len(versions(visit)) == 1


def test_an_amendment_without_the_word_is_named(visit: Visit) -> None:
    answer = visit.post("leader", "/amendments", {"submission": submission_body(visit.people)})

    assert errors(answer) == ["reason"]


@pytest.mark.every_database
def test_the_same_amendment_again_has_the_same_receipt(visit: Visit) -> None:
    body = submission_body(visit.people)
    first = expect(visit.amend(body), 201)

    again = visit.amend(body)

    assert (again.status_code, again.get_json()) == (200, first.get_json())
    assert len(versions(visit)) == 2


def test_the_same_id_for_another_reason_is_refused(visit: Visit) -> None:
    body = submission_body(visit.people)
    expect(visit.amend(body, "漏列委員評分"), 201)

    assert visit.amend(body, "更正缺失").status_code == 409


def test_the_same_id_with_another_body_is_refused(visit: Visit) -> None:
    body = submission_body(visit.people)
    expect(visit.amend(body), 201)

    assert visit.amend(body | {"advice": [{"code": "7.01"}]}).status_code == 409


def test_the_submissions_own_id_is_no_amendment(as_user: AsUser, people: Ids) -> None:
    visit = Visit.started(as_user, people)
    body = submission_body(people)
    expect(visit.submit(body), 201)

    assert visit.amend(body).status_code == 409


def test_nothing_to_amend_before_a_submission(as_user: AsUser, people: Ids) -> None:
    assert Visit.started(as_user, people).amend(submission_body(people)).status_code == 409


def test_nothing_is_amended_after_issue(visit: Visit) -> None:
    expect(visit.issue(), 200)

    answer = visit.amend(submission_body(visit.people))

    assert answer.status_code == 409
    assert len(versions(visit)) == 1


@pytest.mark.parametrize("username", ["member1", "staff", "auditor", "agency"])
def test_only_the_leader_amends(visit: Visit, username: str) -> None:
    body = {"reason": "更正", "submission": submission_body(visit.people)}

    assert visit.post(username, "/amendments", body).status_code == 403


def test_an_amendment_may_change_a_mark_and_says_why(visit: Visit) -> None:
    body = submission_body(visit.people, marks=marks(visit.people, leader=70, member1=72))

    assert visit.amend(body, "計分表誤植").status_code == 201


@pytest.mark.every_database
def test_an_amendment_that_names_a_new_photo_waits_for_it(visit: Visit) -> None:
    receipt = visit.amend(submission_body(visit.people, photos=[{"sha256": sha256(3)}])).get_json()
    expect(visit.send_photo(3), 201)

    assert (receipt["state"], receipt["missing"]) == ("incomplete", [sha256(3)])
    assert visit.read()["state"] == "submitted"


def test_an_amendment_that_no_longer_names_a_missing_photo_completes(as_user: AsUser, people: Ids) -> None:
    visit = Visit.submitted(as_user, people, photos=[{"sha256": sha256(3)}])

    receipt = visit.amend(submission_body(people)).get_json()

    assert (receipt["state"], receipt["missing"]) == ("submitted", [])


def test_another_visits_submission_id_is_refused(visit: Visit, as_user: AsUser) -> None:
    other = Visit.submitted(as_user, visit.people)
    taken = other.read()["submissions"][0]["id"]

    assert visit.amend(submission_body(visit.people, id=taken)).status_code == 409


def test_an_amendment_takes_no_further_field(visit: Visit) -> None:
    body = {"reason": "更正", "submission": submission_body(visit.people), "by": str(uuid4())}

    assert errors(visit.post("leader", "/amendments", body)) == ["by"]


# -- tests already decided -------------------------------------------------------------------------------------


def pending(visit: Visit, *tests: str) -> dict[str, Any]:
    """An amendment that leaves these tests pending; their results afterwards."""
    expect(visit.amend(submission_body(visit.people, pending_tests=list(tests))), 201)
    return {row["test"]: row["result"] for row in visit.read()["tests"]}


@pytest.fixture
def tested(as_user: AsUser, people: Ids) -> Visit:
    """A visit with two pending tests, one of them passed."""
    visit = Visit.submitted(as_user, people, pending_tests=["concrete_core", "asphalt_core"])
    expect(visit.decide("concrete_core", "pass"), 200)
    return visit


@pytest.mark.every_database
def test_a_result_stays_while_its_test_is_still_listed(tested: Visit) -> None:
    assert pending(tested, "concrete_core") == {"concrete_core": "pass"}


def test_a_recorded_result_outlives_an_amendment_that_drops_its_test(tested: Visit) -> None:
    assert pending(tested, "asphalt_core") == {"asphalt_core": None, "concrete_core": "pass"}


def test_a_test_listed_anew_keeps_its_result(tested: Visit) -> None:
    pending(tested)

    assert pending(tested, "concrete_core", "subgrade_compaction") == {
        "concrete_core": "pass",
        "subgrade_compaction": None,
    }
