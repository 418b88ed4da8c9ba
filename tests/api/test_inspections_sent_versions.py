"""Every version of a submission stays readable, whole, for those who may see all marks; amending an old page is noticed."""

import hashlib
import json
from typing import Any
from uuid import uuid4

import pytest

from tests.inspections_builders import AsUser, Ids, Visit, defect_body, errors, expect, marks, submission_body

INSPECTED = ("agency", "supervisor", "contractor", "pcm")


@pytest.fixture
def bodies(people: Ids) -> list[dict[str, Any]]:
    """What was sent first, and what it was amended to."""
    return [submission_body(people, defects=[defect_body(note=note)]) for note in ("初版", "更正")]


@pytest.fixture
def visit(as_user: AsUser, people: Ids, bodies: list[dict[str, Any]]) -> Visit:
    visit = Visit.started(as_user, people)
    expect(visit.submit(bodies[0]), 201)
    expect(visit.amend(bodies[1]), 201)
    return visit


def version(visit: Visit, username: str, body: dict[str, Any]) -> Any:
    return visit.get(username, f"/submissions/{body['id']}")


@pytest.mark.every_database
@pytest.mark.parametrize("username", ["staff", "leader"])
def test_each_version_is_read_as_it_was_sent(
    visit: Visit, bodies: list[dict[str, Any]], username: str
) -> None:
    found = [expect(version(visit, username, body), 200).get_json() for body in bodies]

    assert [row["body"] for row in found] == bodies
    assert [(row["version"], row["reason"]) for row in found] == [(1, None), (2, "漏列委員評分")]
    assert {row["received_by"] for row in found} == {str(visit.people["leader"])}


def test_the_hash_is_that_of_the_body_shown(visit: Visit, bodies: list[dict[str, Any]]) -> None:
    row = version(visit, "staff", bodies[0]).get_json()

    text = json.dumps(row["body"], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert hashlib.sha256(text.encode()).hexdigest() == row["sha256"]


def test_the_versions_are_listed_oldest_first_without_their_bodies(visit: Visit) -> None:
    page = visit.read("staff", "/submissions")

    assert [row["version"] for row in page["items"]] == [1, 2]
    assert "body" not in page["items"][0]
    assert page["next"] is None


def test_a_member_reads_his_own_mark_alone(visit: Visit, bodies: list[dict[str, Any]]) -> None:
    seen = version(visit, "member1", bodies[0]).get_json()["body"]

    assert [mark["member"] for mark in seen["marks"]] == [str(visit.people["member1"])]
    assert {**seen, "marks": bodies[0]["marks"]} == bodies[0]
    assert version(visit, "member2", bodies[0]).get_json()["body"]["marks"] == []


def test_the_auditor_reads_them_once_issued(visit: Visit, bodies: list[dict[str, Any]]) -> None:
    before = [
        version(visit, "auditor", bodies[0]).status_code,
        visit.get("auditor", "/submissions").status_code,
    ]
    expect(visit.issue(), 200)

    assert before == [404, 404]
    assert version(visit, "auditor", bodies[0]).get_json()["body"] == bodies[0]
    assert len(visit.read("auditor", "/submissions")["items"]) == 2


@pytest.mark.parametrize("username", INSPECTED)
def test_the_inspected_never_read_them(visit: Visit, bodies: list[dict[str, Any]], username: str) -> None:
    expect(visit.issue(), 200)

    answers = (version(visit, username, bodies[0]), visit.get(username, "/submissions"))
    assert [answer.status_code for answer in answers] == [404, 404]


def test_a_version_of_another_visit_is_not_found(visit: Visit, bodies: list[dict[str, Any]]) -> None:
    other = Visit.submitted(visit.as_user, visit.people)

    assert version(other, "staff", bodies[0]).status_code == 404
    assert other.get("staff", f"/submissions/{uuid4()}").status_code == 404


# -- If-Match ----------------------------------------------------------------------------------------------


def amend(visit: Visit, body: dict[str, Any], if_match: str) -> Any:
    given = {"reason": "漏列委員評分", "submission": body}
    return visit.post("leader", "/amendments", given, if_match)


def test_an_amendment_of_what_has_changed_is_refused(visit: Visit, people: Ids) -> None:
    seen = visit.etag()
    expect(amend(visit, submission_body(people), seen), 201)

    late = amend(visit, submission_body(people), seen)

    assert late.status_code == 412
    assert len(visit.read("staff", "/submissions")["items"]) == 3


def test_the_same_amendment_again_is_answered_though_its_version_is_old(visit: Visit, people: Ids) -> None:
    seen, body = visit.etag(), submission_body(people)
    expect(amend(visit, body, seen), 201)

    assert amend(visit, body, seen).status_code == 200


# -- what the engine finds wrong, in Chinese -----------------------------------------------------------------


def test_a_mark_the_rules_refuse_is_explained_in_chinese(as_user: AsUser, people: Ids) -> None:
    visit = Visit.started(as_user, people)
    refused = visit.submit(submission_body(people, marks=marks(people, leader=101)))

    assert errors(refused) == ["marks[0].total"]
    assert refused.get_json()["errors"][0]["reason"] == "應為 0 到 100 的整數。"


def test_a_members_own_mark_is_explained_in_chinese(as_user: AsUser, people: Ids) -> None:
    refused = Visit.started(as_user, people).mark("member1", 101)

    assert refused.get_json()["errors"] == [{"field": "total", "reason": "應為 0 到 100 的整數。"}]
