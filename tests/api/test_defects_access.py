"""Whose defects: only the side a defect was found against answers it, only those concerned read it."""

from typing import Any
from uuid import uuid4

import pytest

from tests.conftest import Write
from tests.inspections_builders import AsUser, Ids, Visit, defect_body, expect, sha256, strangers

STAGES = {"before": [sha256(1)], "during": [sha256(2)], "after": [sha256(3)]}
SIDES = ("contractor", "supervisor", "pcm", "agency")
READERS = dict.fromkeys((*SIDES, "staff", "leader", "member1", "member2", "auditor"), 200)
STRANGERS = dict.fromkeys(("other_contractor", "other_agency", "other_leader", "other_member"), 404)


def issued(as_user: AsUser, people: Ids, *found: dict[str, Any]) -> Visit:
    """Issued with these defects, the correction's photos already sent by every side."""
    visit = Visit.issued(as_user, people, defects=list(found))
    for number in (1, 2, 3):
        expect(visit.send_photo(number, "contractor"), 201)
    return visit


def answered_by(visit: Visit, username: str, defect: str) -> int:
    body = {"note": "已修補", "photos": STAGES}
    return visit.api(username).post(f"/defects/{defect}/corrections", body).status_code


@pytest.mark.parametrize("party", SIDES)
def test_only_the_side_it_was_found_against_answers(as_user: AsUser, people: Ids, party: str) -> None:
    found = defect_body(party=party)
    visit = issued(as_user, people, found)

    refused = {side: answered_by(visit, side, found["id"]) for side in SIDES if side != party}

    assert refused == dict.fromkeys(refused, 403)
    assert answered_by(visit, party, found["id"]) == 201


@pytest.mark.parametrize("side", ["supervisor", "pcm"])
def test_a_side_deducted_along_with_it_answers_too(as_user: AsUser, people: Ids, side: str) -> None:
    found = defect_body(party="contractor", also=["supervisor", "pcm"])
    visit = issued(as_user, people, found)

    assert answered_by(visit, side, found["id"]) == 201


@pytest.mark.parametrize(
    ("username", "status"), {"staff": 403, "leader": 403, "auditor": 403, "other_contractor": 404}.items()
)
def test_nobody_else_answers(as_user: AsUser, people: Ids, username: str, status: int) -> None:
    found = defect_body()
    visit = issued(as_user, people, found)

    assert answered_by(visit, username, found["id"]) == status


REVIEWERS = {"contractor": 403, "supervisor": 403, "leader": 403, "auditor": 403, "other_agency": 404}


@pytest.mark.parametrize(("username", "status"), REVIEWERS.items())
def test_only_its_agency_and_staff_review(
    as_user: AsUser, people: Ids, write: Write, username: str, status: int
) -> None:
    with write() as session:
        people.update(strangers(session))
    found = defect_body()
    visit = issued(as_user, people, found)

    answer = visit.api(username).post(f"/defects/{found['id']}/reviews", {"result": "pass"})

    assert answer.status_code == status


@pytest.mark.parametrize("username", [*SIDES, "leader", "auditor", "admin"])
def test_only_staff_extend(as_user: AsUser, people: Ids, username: str) -> None:
    found = defect_body()
    visit = issued(as_user, people, found)
    body = {"correct_by": "2027-01-15", "reason": "雨季", "document": "1"}

    assert visit.api(username).post(f"/defects/{found['id']}/extensions", body).status_code == 403


@pytest.mark.parametrize(("username", "status"), (READERS | STRANGERS | {"admin": 403}).items())
def test_who_reads_a_defect(as_user: AsUser, people: Ids, write: Write, username: str, status: int) -> None:
    with write() as session:
        people.update(strangers(session))
    found = defect_body()
    visit = Visit.issued(as_user, people, defects=[found])

    assert visit.api(username).get(f"/defects/{found['id']}").status_code == status


def test_a_defect_nobody_knows_is_not_found(as_user: AsUser) -> None:
    assert as_user("staff").get(f"/defects/{uuid4()}").status_code == 404


@pytest.mark.every_database
def test_each_side_lists_the_defects_of_its_own_tenders(as_user: AsUser, people: Ids) -> None:
    first = Visit.issued(as_user, people, defects=[defect_body(), defect_body(code="4.01.01", points=2)])
    Visit.submitted(as_user, people, defects=[defect_body()])

    rows = first.api("contractor").get("/defects").get_json()["items"]

    assert [(row["inspection"], row["code"]) for row in rows] == [
        (first.id, "5.01.01"),
        (first.id, "4.01.01"),
    ]


FILTERS: list[tuple[dict[str, str], int]] = [
    ({}, 3),
    ({"state": "issued"}, 2),
    ({"state": "found"}, 1),
    ({"open": "true"}, 2),
    ({"open": "false"}, 1),
    ({"code": "4.01.01"}, 1),
    ({"state": "closed"}, 0),
]


def test_a_list_is_narrowed(as_user: AsUser, people: Ids) -> None:
    Visit.issued(as_user, people, defects=[defect_body(), defect_body(code="4.01.01", points=2)])
    visit = Visit.submitted(as_user, people, defects=[defect_body()])

    found = [len(visit.api("staff").get("/defects", **query).get_json()["items"]) for query, _ in FILTERS]

    assert found == [number for _, number in FILTERS]


def test_the_earliest_deadline_comes_first(as_user: AsUser, people: Ids) -> None:
    later, earlier = defect_body(), defect_body()
    visit = Visit.submitted(as_user, people, defects=[later])
    expect(visit.issue("2026-12-31"), 200)
    other = Visit.submitted(as_user, people, defects=[earlier])
    expect(other.issue("2026-12-01"), 200)
    unissued = Visit.submitted(as_user, people, defects=[defect_body()])

    rows = unissued.api("staff").get("/defects").get_json()["items"]

    assert [row["correct_by"] for row in rows] == ["2026-12-01", "2026-12-31", None]
