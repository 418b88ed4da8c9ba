"""What happens to a defect (作業辦法 art. 9 and 10): issued, answered, under review, corrected, closed — in that order."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask

from inspect_app.core import audit
from inspect_app.core.clock import FixedClock
from inspect_app.core.database import session
from inspect_app.photos.pictures import stripping
from tests.inspections_builders import (
    DEADLINE,
    AsUser,
    Ids,
    Visit,
    defect_body,
    errors,
    expect,
    jpeg,
    sha256,
)

STAGES = {"before": [sha256(1)], "during": [sha256(2)], "after": [sha256(3)]}
LATER = "2027-01-15"


@pytest.fixture
def visit(as_user: AsUser, people: Ids) -> Visit:
    """Issued, with a defect; the contractor has sent the photos of his correction."""
    visit = Visit.issued(as_user, people, defects=[defect_body()])
    for number in (1, 2, 3):
        expect(visit.send_photo(number, "contractor"), 201)
    return visit


def id_of(visit: Visit) -> str:
    return str(visit.api("staff").get("/defects").get_json()["items"][0]["id"])


def read(visit: Visit, username: str = "staff") -> dict[str, Any]:
    return dict(expect(visit.api(username).get(f"/defects/{id_of(visit)}"), 200).get_json())


def post(visit: Visit, username: str, part: str, body: dict[str, Any], if_match: str | None = None) -> Any:
    headers = {} if if_match is None else {"If-Match": if_match}
    return visit.api(username).post(f"/defects/{id_of(visit)}{part}", body, headers=headers)


def correct(visit: Visit, username: str = "contractor", **changes: Any) -> Any:
    return post(visit, username, "/corrections", {"note": "已修補", "photos": STAGES} | changes)


def review(visit: Visit, username: str, result: str = "pass", note: str | None = None) -> Any:
    return post(visit, username, "/reviews", {"result": result, "note": note})


def extend(visit: Visit, until: str = LATER, username: str = "staff") -> Any:
    body = {"correct_by": until, "reason": "雨季", "document": "測查字第 2 號"}
    return post(visit, username, "/extensions", body)


@pytest.mark.every_database
def test_a_defect_goes_from_issued_to_closed(visit: Visit) -> None:
    seen = [read(visit)["state"]]
    for answer in (correct(visit), review(visit, "agency"), review(visit, "staff")):
        seen.append(expect(answer, 201).get_json()["state"])
    expect(visit.close(), 200)
    seen.append(read(visit)["state"])

    assert seen == ["issued", "answered", "under_review", "corrected", "closed"]


def test_before_issue_a_defect_is_found(as_user: AsUser, people: Ids) -> None:
    visit = Visit.submitted(as_user, people, defects=[defect_body()])

    assert (read(visit)["state"], read(visit)["correct_by"]) == ("found", None)


def test_a_defect_shows_what_was_done_and_by_whom(visit: Visit) -> None:
    expect(correct(visit), 201)
    expect(review(visit, "agency", "fail", "照片模糊"), 201)

    assert [(step["kind"], step["by"], step["note"]) for step in read(visit)["steps"]] == [
        ("correction", "辛工地", "已修補"),
        ("review", "己主辦", "照片模糊"),
    ]


# -- the order -------------------------------------------------------------------------------------------------

TO_REACH = {"issued": 0, "answered": 1, "under_review": 2, "corrected": 3}
ACTIONS = ("correct", "agency reviews", "staff review", "extend", "close")
ALLOWED: dict[str, set[str]] = {
    "issued": {"correct", "extend"},
    "answered": {"agency reviews", "extend"},
    "under_review": {"staff review", "extend"},
    "corrected": {"close"},
    "closed": set(),
}


def bring_to(visit: Visit, state: str) -> None:
    ways: list[Callable[[], Any]] = [
        lambda: correct(visit),
        lambda: review(visit, "agency"),
        lambda: review(visit, "staff"),
    ]
    for go in ways[: TO_REACH.get(state, 3)]:
        expect(go(), 201)
    if state == "closed":
        expect(visit.close(), 200)


def tried(visit: Visit, action: str) -> int:
    acts = {
        "correct": lambda: correct(visit),
        "agency reviews": lambda: review(visit, "agency"),
        "staff review": lambda: review(visit, "staff"),
        "extend": lambda: extend(visit),
        "close": visit.close,
    }
    return int(acts[action]().status_code)


@pytest.mark.parametrize("state", ALLOWED)
def test_in_each_state_only_its_own_steps_are_taken(visit: Visit, state: str) -> None:
    bring_to(visit, state)

    refused = set(ACTIONS) - ALLOWED[state]

    assert {action: tried(visit, action) for action in refused} == dict.fromkeys(refused, 409)


@pytest.mark.parametrize(
    ("state", "action"), [(state, act) for state, acts in ALLOWED.items() for act in sorted(acts)]
)
def test_in_each_state_its_own_steps_are_taken(visit: Visit, state: str, action: str) -> None:
    bring_to(visit, state)

    assert tried(visit, action) in (200, 201)


def test_before_issue_nobody_answers(as_user: AsUser, people: Ids) -> None:
    visit = Visit.submitted(as_user, people, defects=[defect_body()])

    assert correct(visit).status_code == 404
    assert extend(visit).status_code == 409


@pytest.mark.every_database
@pytest.mark.parametrize(("by", "state"), [("agency", "answered"), ("staff", "under_review")])
def test_a_correction_sent_back_is_answered_anew(visit: Visit, by: str, state: str) -> None:
    bring_to(visit, state)

    assert review(visit, by, "fail", "請補強").get_json()["state"] == "issued"
    assert correct(visit).get_json()["state"] == "answered"


def test_the_visit_closes_when_the_last_defect_is_corrected(as_user: AsUser, people: Ids) -> None:
    visit = Visit.issued(as_user, people, defects=[defect_body(), defect_body()])
    for number in (1, 2, 3):
        expect(visit.send_photo(number, "contractor"), 201)
    ids = [row["id"] for row in visit.api("staff").get("/defects").get_json()["items"]]

    closed = []
    for defect in ids:
        for username, part, body in (
            ("contractor", "corrections", {"note": "已修補", "photos": STAGES}),
            ("agency", "reviews", {"result": "pass"}),
            ("staff", "reviews", {"result": "pass"}),
        ):
            expect(visit.api(username).post(f"/defects/{defect}/{part}", body), 201)
        closed.append(visit.close().status_code)

    assert closed == [409, 200]


# -- corrections -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("how", ["left out", "empty"])
def test_a_correction_needs_photos_before_during_and_after(visit: Visit, stage: str, how: str) -> None:
    photos = {name: shas for name, shas in STAGES.items() if name != stage}
    if how == "empty":
        photos[stage] = []

    assert errors(correct(visit, photos=photos)) == [f"photos.{stage}"]


def test_a_photo_that_has_not_come_is_named(visit: Visit) -> None:
    photos = STAGES | {"after": [sha256(3), sha256(9)]}

    assert errors(correct(visit, photos=photos)) == ["photos.after[1]"]


def test_one_photo_may_serve_two_stages(visit: Visit) -> None:
    photos = {"before": [sha256(1)], "during": [sha256(1)], "after": [sha256(2)]}

    assert correct(visit, photos=photos).status_code == 201


WRONG: dict[str, tuple[dict[str, Any], list[str]]] = {
    "no note": ({"note": None}, ["note"]),
    "an empty note": ({"note": ""}, ["note"]),
    "a long note": ({"note": "字" * 2001}, ["note"]),
    "no photos": ({"photos": None}, ["photos"]),
    "a list of photos": ({"photos": [sha256(1)]}, ["photos"]),
    "no hash": ({"photos": STAGES | {"before": ["x"]}}, ["photos.before[0]"]),
    "another stage": ({"photos": STAGES | {"later": []}}, ["photos.later"]),
    "a new field": ({"state": "closed"}, ["state"]),
}


@pytest.mark.parametrize(("changes", "fields"), WRONG.values(), ids=WRONG.keys())
def test_a_correction_that_cannot_be_meant_is_named(
    visit: Visit, changes: dict[str, Any], fields: list[str]
) -> None:
    assert errors(correct(visit, **changes)) == fields


@pytest.mark.parametrize("username", ["agency", "staff", "leader", "auditor", "supervisor"])
def test_who_reads_the_defect_sees_the_photos_of_its_correction(visit: Visit, username: str) -> None:
    expect(correct(visit), 201)

    answer = visit.api(username).get(f"/photos/{sha256(3)}", size="original")

    inspected = username in ("agency", "supervisor")
    sent = stripping.stripped(jpeg(3), "image/jpeg", 1) if inspected else jpeg(3)
    assert (answer.status_code, answer.data) == (200, sent)


# -- reviews and extensions ------------------------------------------------------------------------------------


@pytest.mark.parametrize("result", ["ok", "", None, True])
def test_a_review_passes_or_fails(visit: Visit, result: Any) -> None:
    bring_to(visit, "answered")

    assert errors(review(visit, "agency", result)) == ["result"]


@pytest.mark.every_database
def test_an_extension_sets_a_later_deadline_with_its_document(visit: Visit) -> None:
    row = expect(extend(visit), 201).get_json()

    assert (row["state"], row["correct_by"]) == ("issued", LATER)
    assert row["steps"][0]["detail"] == {"from": DEADLINE, "to": LATER, "document": "測查字第 2 號"}


@pytest.mark.parametrize("until", [DEADLINE, "2026-12-01"])
def test_an_extension_is_later_than_the_deadline(visit: Visit, until: str) -> None:
    assert errors(extend(visit, until)) == ["correct_by"]


def test_an_extension_does_not_end_in_the_past(visit: Visit, fixed_clock: FixedClock) -> None:
    fixed_clock.instant = datetime(2027, 2, 1, 1, tzinfo=UTC)
    visit.clients.clear()  # the sessions of last year have run out
    refused = extend(visit, "2027-01-31")

    assert errors(refused) == ["correct_by"]
    assert refused.get_json()["errors"][0]["reason"] == "不可早於今天。"
    assert extend(visit, "2027-02-01").status_code == 201


@pytest.mark.parametrize("missing", ["correct_by", "reason", "document"])
def test_an_extension_says_until_when_why_and_in_which_document(visit: Visit, missing: str) -> None:
    body = {"correct_by": LATER, "reason": "雨季", "document": "測查字第 2 號"}
    del body[missing]

    assert errors(post(visit, "staff", "/extensions", body)) == [missing]


# -- versions and history ----------------------------------------------------------------------------------------


def test_a_step_on_what_has_changed_is_refused(visit: Visit) -> None:
    seen = visit.api("staff").get(f"/defects/{id_of(visit)}").headers["ETag"]
    expect(extend(visit), 201)

    answer = post(visit, "contractor", "/corrections", {"note": "已修補", "photos": STAGES}, seen)

    assert answer.status_code == 412


def test_each_step_leaves_one_event_with_its_actor(app: Flask, visit: Visit) -> None:
    answers = [extend(visit), correct(visit), review(visit, "agency"), review(visit, "staff")]

    with app.app_context():
        events = audit.history(session(), "inspection", visit.id)
    by_request = {event.request_id: (event.action, event.actor_name) for event in events}
    assert [by_request[answer.headers["X-Request-Id"]] for answer in answers] == [
        ("defect.issued", "乙承辦"),
        ("defect.answered", "辛工地"),
        ("defect.under_review", "己主辦"),
        ("defect.corrected", "乙承辦"),
    ]
