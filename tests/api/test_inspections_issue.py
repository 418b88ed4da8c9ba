"""Issue and close: what stands in the way, and who may read what from then on."""

from datetime import timedelta
from typing import Any

import pytest

from inspect_app.core.clock import FixedClock
from tests.inspections_builders import (
    DEADLINE,
    AsUser,
    Ids,
    Visit,
    defect_body,
    errors,
    expect,
    sha256,
    strangers,
)


@pytest.fixture
def visit(as_user: AsUser, people: Ids) -> Visit:
    return Visit.submitted(as_user, people, defects=[defect_body()])


@pytest.fixture
def issued(visit: Visit) -> Visit:
    expect(visit.issue(), 200)
    return visit


@pytest.mark.every_database
def test_issuing_sets_the_day_the_deadline_and_the_document(visit: Visit) -> None:
    row = expect(visit.issue(), 200).get_json()

    assert (row["state"], row["issued_at"]) == ("issued", "2026-11-23T01:00:00+00:00")
    assert (row["correct_by"], row["document"]) == (DEADLINE, "測查字第 1 號")


def test_issuing_opens_the_defects(issued: Visit) -> None:
    rows = issued.api("agency").get("/defects").get_json()["items"]

    assert [(row["state"], row["correct_by"]) for row in rows] == [("issued", DEADLINE)]


@pytest.mark.every_database
def test_nothing_is_issued_while_a_photo_is_missing(as_user: AsUser, people: Ids) -> None:
    visit = Visit.submitted(as_user, people, photos=[{"sha256": sha256(1)}])

    answer = visit.issue()

    assert (answer.status_code, answer.get_json()["missing"]) == (409, [sha256(1)])
    assert visit.read()["state"] == "incomplete"


def test_with_the_photo_it_is_issued(as_user: AsUser, people: Ids) -> None:
    visit = Visit.submitted(as_user, people, photos=[{"sha256": sha256(1)}])
    expect(visit.send_photo(1), 201)

    assert visit.issue().status_code == 200


@pytest.mark.every_database
def test_nothing_is_issued_while_the_grade_may_not_be_announced(as_user: AsUser, people: Ids) -> None:
    visit = Visit.submitted(as_user, people, pending_tests=["concrete_core"])

    answer = visit.issue()

    assert answer.status_code == 409
    assert "第 8 條" in answer.get_json()["detail"]


@pytest.mark.parametrize("stage", ["planned", "started"])
def test_nothing_is_issued_before_the_submission(as_user: AsUser, people: Ids, stage: str) -> None:
    made = {"planned": Visit.planned, "started": Visit.started}[stage]

    assert made(as_user, people).issue().status_code == 409


def test_nothing_is_issued_twice(issued: Visit, fixed_clock: FixedClock) -> None:
    before = issued.read()
    fixed_clock.instant += timedelta(hours=1)

    assert issued.issue("2026-12-31").status_code == 409
    assert issued.read() == before


@pytest.mark.parametrize("day", ["2026-11-22", "2025-12-20"])
def test_the_deadline_is_not_in_the_past(visit: Visit, day: str) -> None:
    assert errors(visit.issue(day)) == ["correct_by"]


def test_the_deadline_may_be_today(visit: Visit) -> None:
    assert visit.issue("2026-11-23").status_code == 200


def test_today_is_the_day_in_taipei(visit: Visit, fixed_clock: FixedClock) -> None:
    fixed_clock.instant = fixed_clock.instant.replace(hour=16)  # 2026-11-24 00:00 in Taipei
    visit.clients.clear()  # the morning's tokens have run out

    assert errors(visit.issue("2026-11-23")) == ["correct_by"]


WRONG: list[tuple[dict[str, Any], list[str]]] = [
    ({}, ["correct_by", "document"]),
    ({"correct_by": DEADLINE}, ["document"]),
    ({"correct_by": DEADLINE, "document": " "}, ["document"]),
    ({"correct_by": DEADLINE, "document": "字" * 121}, ["document"]),
    ({"correct_by": "115年12月20日", "document": "1"}, ["correct_by"]),
    ({"correct_by": DEADLINE, "document": "1", "score": 90}, ["score"]),
]


@pytest.mark.parametrize(("body", "fields"), WRONG)
def test_a_decision_that_cannot_be_meant_is_named(
    visit: Visit, body: dict[str, Any], fields: list[str]
) -> None:
    assert sorted(errors(visit.post("staff", "/issue", body))) == fields


@pytest.mark.parametrize("part", ["/issue", "/close", "/cancel"])
def test_only_staff_decide(issued: Visit, part: str) -> None:
    others = ("leader", "member1", "auditor", "agency", "contractor", "admin")

    assert [issued.post(username, part, {}).status_code for username in others] == [403] * 6


# -- who reads it from now on ------------------------------------------------------------------------------

PARTS = ("", "/score", "/record.pdf", "/notice.pdf", "/letter.pdf")
TEAM_SEES = dict.fromkeys(PARTS, 200)
INSPECTED_SEE = TEAM_SEES | {"/letter.pdf": 404}
READERS: dict[str, dict[str, int]] = {
    **dict.fromkeys(("staff", "leader", "member1", "member2", "auditor"), TEAM_SEES),
    **dict.fromkeys(("agency", "supervisor", "contractor", "pcm"), INSPECTED_SEE),
    **dict.fromkeys(
        ("other_contractor", "other_leader", "other_member", "other_agency"), dict.fromkeys(PARTS, 404)
    ),
    "admin": dict.fromkeys(PARTS, 403),
}


@pytest.mark.parametrize("username", READERS)
def test_who_reads_what_after_issue(issued: Visit, write: Any, username: str) -> None:
    with write() as session:
        issued.people |= strangers(session)

    assert {part: issued.get(username, part).status_code for part in PARTS} == READERS[username]


@pytest.mark.parametrize(
    ("username", "number"),
    {
        "agency": 1,
        "contractor": 1,
        "auditor": 1,
        "other_contractor": 0,
        "other_agency": 0,
        "other_leader": 0,
    }.items(),
)
def test_who_finds_it_in_his_list(issued: Visit, write: Any, username: str, number: int) -> None:
    with write() as session:
        issued.people |= strangers(session)

    for query in ({}, {"state": "issued"}, {"tender": issued.tender}, {"since": "2026-11-01"}):
        rows = issued.api(username).get("/inspections", **query).get_json()["items"]
        assert len(rows) == number


@pytest.mark.parametrize("username", ["agency", "supervisor", "contractor", "pcm"])
def test_the_inspected_read_neither_declarations_nor_versions(issued: Visit, username: str) -> None:
    row = issued.read(username)

    assert (row["submissions"], row["missing"], row["outside_share"]) == ([], [], None)
    assert {(person["declared"], person["conflict"]) for person in row["team"]} == {(False, None)}


@pytest.mark.parametrize("part", ["/record.pdf", "/notice.pdf"])
def test_there_is_no_record_or_notice_before_issue(visit: Visit, part: str) -> None:
    assert visit.get("staff", part).status_code == 409


@pytest.mark.parametrize("part", ["/letter.pdf", "/record.pdf", "/notice.pdf"])
def test_a_paper_is_a_pdf(issued: Visit, part: str) -> None:
    answer = issued.get("staff", part)

    assert (answer.mimetype, answer.data[:5]) == ("application/pdf", b"%PDF-")


def test_the_letter_is_there_for_the_gate_before_the_start(as_user: AsUser, people: Ids) -> None:
    answer = Visit.planned(as_user, people).get("leader", "/letter.pdf")

    assert (answer.status_code, answer.data[:5]) == (200, b"%PDF-")


# -- closing -----------------------------------------------------------------------------------------------


@pytest.mark.every_database
def test_nothing_is_closed_while_a_defect_is_open(issued: Visit) -> None:
    answer = issued.close()

    assert answer.status_code == 409
    assert "1 項缺失" in answer.get_json()["detail"]


def test_a_visit_without_defects_is_closed(as_user: AsUser, people: Ids, fixed_clock: FixedClock) -> None:
    visit = Visit.issued(as_user, people)

    row = expect(visit.close(), 200).get_json()

    assert (row["state"], row["closed_at"]) == ("closed", "2026-11-23T01:00:00+00:00")


def test_nothing_is_closed_before_issue(visit: Visit) -> None:
    assert visit.close().status_code == 409


def test_nothing_is_closed_twice(as_user: AsUser, people: Ids) -> None:
    visit = Visit.issued(as_user, people)
    expect(visit.close(), 200)

    assert visit.close().status_code == 409


def test_the_inspected_still_read_what_is_closed(as_user: AsUser, people: Ids) -> None:
    visit = Visit.issued(as_user, people)
    expect(visit.close(), 200)

    assert visit.read("contractor")["state"] == "closed"
