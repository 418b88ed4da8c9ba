"""Receiving what a tablet sends: whole or not at all, once however often it is sent, nothing lost."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from inspect_app.core.clock import FixedClock
from inspect_app.core.database import db, session
from tests.inspections_builders import (
    ITEMS,
    TEAM,
    AsUser,
    Ids,
    Visit,
    defect_body,
    expect,
    sha256,
    submission_body,
)

Body = dict[str, Any]


@pytest.fixture
def visit(as_user: AsUser, people: Ids) -> Visit:
    return Visit.started(as_user, people)


def rows(app: Flask) -> dict[str, int]:
    """How many rows every table has."""
    with app.app_context():
        tables = db.metadata.sorted_tables
        return {
            table.name: session().scalar(select(func.count()).select_from(table)) or 0 for table in tables
        }


def with_photos(people: Ids, *numbers: int) -> Body:
    return submission_body(people, photos=[{"sha256": sha256(number)} for number in numbers])


# -- received, and received again ----------------------------------------------------------------------------


@pytest.mark.every_database
def test_a_submission_is_received(visit: Visit) -> None:
    body = submission_body(visit.people)

    answer = visit.submit(body)

    receipt = answer.get_json()
    assert answer.status_code == 201
    assert (receipt["id"], receipt["state"], receipt["missing"]) == (body["id"], "submitted", [])
    assert len(receipt["sha256"]) == 64
    assert receipt["received_at"] == "2026-11-23T01:00:00+00:00"


@pytest.mark.every_database
def test_sent_again_it_has_the_same_receipt(visit: Visit, fixed_clock: FixedClock) -> None:
    body = submission_body(visit.people)
    first = visit.submit(body)
    fixed_clock.instant += timedelta(minutes=5)

    again = visit.submit(body)

    assert (again.status_code, again.get_json()) == (200, first.get_json())


def test_sent_again_nothing_is_written(app: Flask, visit: Visit) -> None:
    body = submission_body(visit.people, defects=[defect_body()])
    expect(visit.submit(body), 201)
    before = rows(app)

    expect(visit.submit(body), 200)

    assert rows(app) == before


def backwards(value: Any) -> Any:
    """The same JSON with every object's keys in the other order."""
    if isinstance(value, dict):
        return {key: backwards(inner) for key, inner in reversed(value.items())}
    return [backwards(inner) for inner in value] if isinstance(value, list) else value


def with_points(value: Any) -> Any:
    """The same JSON with a decimal point in every number."""
    if isinstance(value, dict):
        return {key: with_points(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [with_points(inner) for inner in value]
    return float(value) if type(value) is int else value


SAME: dict[str, Callable[[Body], bytes]] = {
    "other key order": lambda body: json.dumps(backwards(body)).encode(),
    "84.0 for 84": lambda body: json.dumps(with_points(body)).encode(),
    "spaces": lambda body: json.dumps(body, indent=4).encode(),
    "escapes": lambda body: json.dumps(body, ensure_ascii=True).encode(),
    "plain characters": lambda body: json.dumps(body, ensure_ascii=False).encode(),
}


@pytest.mark.parametrize("write_out", SAME.values(), ids=SAME.keys())
def test_a_body_equal_as_json_is_the_same(visit: Visit, write_out: Callable[[Body], bytes]) -> None:
    body = submission_body(visit.people, defects=[defect_body(note="蜂窩")])
    first = expect(visit.submit(body), 201)

    again = visit.api("leader").send(
        "PUT", visit.path("/submission"), data=write_out(body), content_type="application/json"
    )

    assert (again.status_code, again.get_json()) == (200, first.get_json())


OTHER: dict[str, Callable[[Body], Body]] = {
    "another mark": lambda body: body | {"marks": [body["marks"][0]]},
    "an empty list where there was none": lambda body: body | {"advice": []},
    "another minute": lambda body: body | {"finished_at": "2026-11-20T12:01:00+08:00"},
    "the same instant in another zone": lambda body: body | {"finished_at": "2026-11-20T04:00:00Z"},
    "another answer": lambda body: body | {"answers": body["answers"] | {ITEMS[0]: {"result": "na"}}},
}


@pytest.mark.parametrize("change", OTHER.values(), ids=OTHER.keys())
def test_another_body_under_the_same_id_is_refused(visit: Visit, change: Callable[[Body], Body]) -> None:
    body = submission_body(visit.people)
    first = expect(visit.submit(body), 201)

    answer = visit.submit(change(body))

    assert (answer.status_code, answer.get_json()["code"]) == (409, "different_body")
    assert visit.submit(body).get_json() == first.get_json()


@pytest.mark.every_database
def test_a_second_submission_under_a_new_id_is_refused(visit: Visit) -> None:
    expect(visit.submit(), 201)

    answer = visit.submit()

    assert answer.status_code == 409
    assert "amendments" in answer.get_json()["detail"]


def test_another_visits_id_is_refused(visit: Visit, as_user: AsUser) -> None:
    body = submission_body(visit.people)
    expect(visit.submit(body), 201)
    other = Visit.started(as_user, visit.people)

    assert other.submit(body).status_code == 409
    assert other.read()["state"] == "started"


@pytest.mark.every_database
def test_another_visits_defect_id_is_refused_whole(app: Flask, visit: Visit, as_user: AsUser) -> None:
    found = [defect_body(), defect_body()]
    expect(visit.submit(submission_body(visit.people, defects=found)), 201)
    other = Visit.started(as_user, visit.people)
    before = rows(app)

    refused = other.submit(submission_body(visit.people, defects=[defect_body(), found[1]]))

    assert (refused.status_code, refused.get_json()["code"]) == (409, "different_body")
    assert "缺失" in refused.get_json()["detail"]
    assert (rows(app), other.read()["state"]) == (before, "started")


@pytest.mark.parametrize("username", ["member1", "staff", "auditor", "agency", "admin"])
def test_only_the_leader_submits(visit: Visit, username: str) -> None:
    assert visit.submit(username=username).status_code == 403


def test_a_submission_needs_no_if_match(visit: Visit) -> None:
    assert (
        visit.api("leader").put(visit.path("/submission"), submission_body(visit.people)).status_code == 201
    )


def test_a_repeat_after_issue_still_has_its_receipt(visit: Visit) -> None:
    body = submission_body(visit.people)
    first = expect(visit.submit(body), 201).get_json()
    expect(visit.issue(), 200)

    again = expect(visit.submit(body), 200).get_json()

    assert again == first | {"state": "issued"}


# -- from the field, without a network -----------------------------------------------------------------------


@pytest.mark.every_database
def test_a_submission_starts_a_planned_visit_when_the_tablet_did(as_user: AsUser, people: Ids) -> None:
    visit = Visit.planned(as_user, people)
    visit.declare(*TEAM)

    expect(visit.submit(), 201)

    row = visit.read()
    assert (row["state"], row["started_at"]) == ("submitted", "2026-11-20T01:00:00+00:00")


def test_a_started_visit_keeps_its_start(visit: Visit) -> None:
    before = visit.read()["started_at"]

    expect(visit.submit(), 201)

    assert visit.read()["started_at"] == before


def test_without_every_declaration_nothing_is_accepted(app: Flask, as_user: AsUser, people: Ids) -> None:
    visit = Visit.planned(as_user, people)
    visit.declare("leader", "member1")
    before = rows(app)

    answer = visit.submit()

    assert answer.status_code == 409
    assert "戊委員" in answer.get_json()["detail"]
    assert rows(app) == before


def test_a_submission_refused_does_not_start_the_visit(app: Flask, as_user: AsUser, people: Ids) -> None:
    visit = Visit.planned(as_user, people)
    visit.declare(*TEAM)
    before = rows(app)

    expect(visit.submit(submission_body(people, defects=[defect_body(code="9.99")])), 422)

    assert visit.read()["state"] == "planned"
    assert rows(app) == before


# -- photos --------------------------------------------------------------------------------------------------


@pytest.mark.every_database
def test_a_photo_not_yet_received_leaves_it_incomplete(visit: Visit) -> None:
    receipt = expect(visit.submit(with_photos(visit.people, 1, 2)), 201).get_json()

    assert (receipt["state"], receipt["missing"]) == ("incomplete", [sha256(1), sha256(2)])


@pytest.mark.every_database
def test_the_last_photo_completes_it(visit: Visit) -> None:
    body = with_photos(visit.people, 1, 2)
    expect(visit.submit(body), 201)
    expect(visit.send_photo(1), 201)
    between = visit.submit(body).get_json()
    expect(visit.send_photo(2), 201)

    after = visit.submit(body).get_json()

    assert (between["state"], between["missing"]) == ("incomplete", [sha256(2)])
    assert (after["state"], after["missing"]) == ("submitted", [])
    assert visit.read()["state"] == "submitted"


def test_photos_that_came_first_are_not_missing(visit: Visit) -> None:
    expect(visit.send_photo(1), 201)

    receipt = visit.submit(with_photos(visit.people, 1)).get_json()

    assert (receipt["state"], receipt["missing"]) == ("submitted", [])


def test_a_photo_sent_for_another_visit_does_not_count(visit: Visit, as_user: AsUser) -> None:
    other = Visit.started(as_user, visit.people)
    expect(other.send_photo(1), 201)

    assert visit.submit(with_photos(visit.people, 1)).get_json()["missing"] == [sha256(1)]


def test_a_signature_counts_for_missing(visit: Visit) -> None:
    signatures = [{"role": "leader", "sha256": sha256(5)}]

    receipt = visit.submit(submission_body(visit.people, signatures=signatures)).get_json()

    assert receipt["missing"] == [sha256(5)]


@pytest.mark.parametrize("username", ["staff", "member1", "leader"])
def test_the_team_reads_what_is_missing(visit: Visit, username: str) -> None:
    expect(visit.submit(with_photos(visit.people, 1)), 201)

    assert visit.read(username)["missing"] == [sha256(1)]


# -- what is stored ------------------------------------------------------------------------------------------

HOSTILE = "<script>alert(1)</script>'; DROP TABLE defects; -- %s {{7*7}} \\ \" \u202e\u200b🏗\r\n\t"


@pytest.mark.every_database
def test_text_is_stored_as_it_was_written(visit: Visit) -> None:
    found = defect_body(note=HOSTILE, place=HOSTILE)

    expect(visit.submit(submission_body(visit.people, defects=[found])), 201)

    stored = visit.api("staff").get(f"/defects/{found['id']}").get_json()
    assert (stored["note"], stored["place"]) == (HOSTILE, HOSTILE)


@pytest.mark.every_database
def test_500_defects_are_taken_in_their_order(visit: Visit) -> None:
    found = [defect_body(note=f"第 {number} 項") for number in range(500)]
    expect(visit.submit(submission_body(visit.people, defects=found)), 201)
    staff, listed = visit.api("staff"), []
    query: dict[str, Any] = {"inspection": visit.id, "limit": 200}
    while True:
        page = staff.get("/defects", **query).get_json()
        listed += [row["id"] for row in page["items"]]
        if page["next"] is None:
            break
        query["cursor"] = page["next"]

    assert listed == [row["id"] for row in found]


def test_501_defects_are_too_many(visit: Visit) -> None:
    answer = visit.submit(submission_body(visit.people, defects=[defect_body() for _ in range(501)]))

    assert answer.get_json()["errors"][0]["field"] == "defects"


FULL: Body = {
    "device": {"id": "平板 7", "clock_offset_s": -1.5},
    "location": {"lat": 22.62, "lon": 120.31, "accuracy_m": 8},
    "findings": ["safety"],
    "indicators": {"environment": 80, "safety": 0, "strength": 100, "aesthetics": 80, "function": 80},
    "merits": [{"code": "0.04", "note": "工地整潔"}],
    "advice": [{"code": "7.01"}],
    "photos": [
        {
            "sha256": sha256(1),
            "bytes": 3_080_306,
            "taken_at": "2026-11-20T09:30:00+08:00",
            "caption": "一樓柱",
        }
    ],
    "signatures": [{"role": "leader", "sha256": sha256(2)}],
}


@pytest.mark.every_database
def test_everything_a_tablet_may_send_is_taken(visit: Visit) -> None:
    answers = {item: {"result": "pass"} for item in ITEMS}
    answers[ITEMS[0]] = {"result": "fail", "value": "30", "note": "不足", "photos": [sha256(1)]}  # type: ignore[dict-item]
    found = [defect_body(also=["supervisor", "pcm"], photos=[sha256(1), sha256(2)], place="一樓")]

    answer = visit.submit(submission_body(visit.people, answers=answers, defects=found, **FULL))

    assert answer.status_code == 201
    assert answer.get_json()["missing"] == [sha256(1), sha256(2)]


def send(visit: Visit, data: bytes) -> TestResponse:
    return visit.api("leader").send(
        "PUT", visit.path("/submission"), data=data, content_type="application/json"
    )


MALFORMED: dict[str, tuple[bytes, bytes]] = {
    "NUL": (b'"result": "pass"', b'"result": "pass", "note": "a\\u0000b"'),
    "a lone surrogate": (b'"result": "pass"', b'"result": "pass", "note": "\\ud800"'),
    "a repeated key": (b'"result": "pass"', b'"result": "pass", "result": "fail"'),
    "NaN": (b'"total": 84', b'"total": NaN'),
    "not UTF-8": (b'"pass"', b'"\xa4\xa4"'),
    "half": (b'"marks"', b'"marks'),
}


@pytest.mark.parametrize(("old", "new"), MALFORMED.values(), ids=MALFORMED.keys())
def test_what_is_not_strict_json_is_malformed(app: Flask, visit: Visit, old: bytes, new: bytes) -> None:
    data = json.dumps(submission_body(visit.people)).encode()
    before = rows(app)

    answer = send(visit, data.replace(old, new, 1))

    assert (answer.status_code, answer.get_json()["code"]) == (400, "malformed")
    assert rows(app) == before


def test_a_body_over_the_limit_is_too_large(make_app: Any, visit: Visit) -> None:
    client = make_app(MAX_BODY_BYTES=str(2**16)).test_client()
    headers = {"Authorization": f"Bearer {visit.api('leader').token}"}

    answer = client.put(f"/api/v1{visit.path('/submission')}", data=b"x" * 2**17, headers=headers)

    assert answer.status_code == 413


def test_an_unknown_visit_takes_nothing(visit: Visit) -> None:
    answer = visit.api("leader").put(f"/inspections/{uuid4()}/submission", submission_body(visit.people))

    assert answer.status_code == 404
