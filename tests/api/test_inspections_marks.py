"""Marks (評分): each member his own, before the submission; who sees whose."""

from typing import Any

import pytest

from tests.inspections_builders import AsUser, Ids, Visit, errors, expect, marks, submission_body


@pytest.fixture
def visit(as_user: AsUser, people: Ids) -> Visit:
    return Visit.started(as_user, people)


def put(visit: Visit, body: Any, username: str = "member1") -> Any:
    return visit.api(username).put(visit.path(f"/marks/{visit.people[username]}"), body)


def seen_by(visit: Visit, username: str) -> dict[str, int]:
    """The totals a person sees, by member's username."""
    names = {str(id_): name for name, id_ in visit.people.items()}
    return {names[mark["member"]]: mark["total"] for mark in visit.read(username)["marks"]}


@pytest.mark.every_database
def test_a_member_marks(visit: Visit) -> None:
    answer = visit.mark("member1", 84)

    assert (answer.status_code, answer.get_json()["total"]) == (201, 84)


def test_a_mark_may_be_given_in_its_three_parts(visit: Visit) -> None:
    answer = put(visit, {"quality_system": 17, "workmanship": 49, "progress": 16})

    assert answer.status_code == 201
    assert answer.get_json() == {
        "member": str(visit.people["member1"]),
        "total": None,
        "quality_system": 17,
        "workmanship": 49,
        "progress": 16,
    }


def test_the_leader_marks_too(visit: Visit) -> None:
    assert visit.mark("leader", 82).status_code == 201


def test_a_mark_may_be_changed_before_the_submission(visit: Visit) -> None:
    expect(visit.mark("member1", 84), 201)

    assert visit.mark("member1", 80).status_code == 200
    assert seen_by(visit, "member1") == {"member1": 80}


def test_a_mark_may_be_given_before_the_start(as_user: AsUser, people: Ids) -> None:
    assert Visit.planned(as_user, people).mark("member1", 84).status_code == 201


@pytest.mark.parametrize("member", ["member2", "leader", "staff"])
def test_nobody_marks_for_another(visit: Visit, member: str) -> None:
    assert visit.mark("member1", 84, member=member).status_code == 403


def test_the_leader_does_not_mark_for_a_member(visit: Visit) -> None:
    assert visit.mark("leader", 84, member="member1").status_code == 403


@pytest.mark.parametrize("username", ["staff", "auditor", "agency", "contractor", "admin"])
def test_only_inspectors_mark(visit: Visit, username: str) -> None:
    assert visit.mark(username, 84).status_code == 403


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "above 100": ({"total": 101}, "total"),
    "below 0": ({"total": -1}, "total"),
    "a fraction": ({"total": 84.5}, "total"),
    "text": ({"total": "84"}, "total"),
    "true": ({"total": True}, "total"),
    "nothing": ({}, "total"),
    "quality above 20": ({"quality_system": 21, "workmanship": 49, "progress": 16}, "quality_system"),
    "workmanship above 60": ({"quality_system": 17, "workmanship": 61, "progress": 16}, "workmanship"),
    "progress above 20": ({"quality_system": 17, "workmanship": 49, "progress": 21}, "progress"),
    "a part missing": ({"quality_system": 17, "workmanship": 49}, "progress"),
    "both": ({"total": 82, "quality_system": 17, "workmanship": 49, "progress": 16}, "total"),
    "unknown": ({"total": 84, "note": "可"}, "note"),
    "member": ({"total": 84, "member": "x"}, "member"),
}


@pytest.mark.parametrize(("body", "field"), WRONG.values(), ids=WRONG.keys())
def test_a_mark_that_cannot_be_meant_is_named(visit: Visit, body: dict[str, Any], field: str) -> None:
    assert errors(put(visit, body)) == [field]


def test_after_the_submission_no_mark_is_changed(visit: Visit) -> None:
    expect(visit.submit(), 201)

    assert visit.mark("member1", 90).status_code == 409


def test_after_the_submission_no_mark_is_added(visit: Visit) -> None:
    expect(visit.submit(), 201)

    assert visit.mark("member2", 90).status_code == 409


@pytest.mark.every_database
def test_a_submission_with_another_mark_than_the_members_own_is_refused(visit: Visit) -> None:
    expect(visit.mark("member1", 60), 201)

    answer = visit.submit()

    assert answer.status_code == 409
    assert "丁委員" in answer.get_json()["detail"]
    assert visit.read()["state"] == "started"


def test_a_submission_that_leaves_a_members_own_mark_out_is_refused(visit: Visit) -> None:
    expect(visit.mark("member2", 60), 201)

    answer = visit.submit()

    assert answer.status_code == 409
    assert "戊委員" in answer.get_json()["detail"]


def test_a_submission_with_the_members_own_mark_is_taken(visit: Visit) -> None:
    expect(visit.mark("member1", 84), 201)

    assert visit.submit().status_code == 201


# -- who sees whose --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("username", ["staff", "leader"])
def test_staff_and_the_leader_see_every_mark(visit: Visit, username: str) -> None:
    expect(visit.submit(), 201)

    body = visit.read(username)["marks"]

    assert len(body) == 2


def test_a_member_sees_his_own_mark_only(visit: Visit) -> None:
    expect(visit.submit(), 201)

    assert seen_by(visit, "member1") == {"member1": 84}


def test_a_member_who_gave_none_sees_none(visit: Visit) -> None:
    expect(visit.submit(), 201)

    assert seen_by(visit, "member2") == {}


def test_the_score_shows_a_member_no_mark_of_another(visit: Visit) -> None:
    expect(visit.submit(submission_body(visit.people, marks=marks(visit.people, leader=77, member1=84))), 201)

    assert '"total":77' not in visit.get("member1", "/score").text.replace(" ", "")


ISSUED = {"staff": 2, "leader": 2, "auditor": 2, "member1": 1, "member2": 0}
INSPECTED = dict.fromkeys(("agency", "supervisor", "contractor", "pcm"), 0)


@pytest.mark.parametrize(("username", "number"), (ISSUED | INSPECTED).items())
def test_after_issue_each_sees_what_is_his_to_see(
    as_user: AsUser, people: Ids, username: str, number: int
) -> None:
    visit = Visit.issued(as_user, people)

    assert len(visit.read(username)["marks"]) == number
