"""Before issue a visit is known to staff and its team alone (作業辦法 art. 13): for all others it does not exist."""

import re
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from inspect_app.core.auth import permission_of
from inspect_app.core.permissions import PERMISSIONS, PUBLIC, Role
from tests import builders
from tests.clients import PREFIX
from tests.conftest import Write
from tests.inspections_builders import (
    DEADLINE,
    ON,
    STRANGERS,
    TODAY,
    AsUser,
    Ids,
    Visit,
    defect_body,
    expect,
    plan_body,
    sha256,
    strangers,
    submission_body,
)

INSPECTED = ("agency", "supervisor", "contractor", "pcm")
OUTSIDERS = (*INSPECTED, "other_contractor", "auditor", "other_leader", "other_member", "admin")


@pytest.fixture
def everybody(people: Ids, write: Write) -> Ids:
    with write() as session:
        people.update(strangers(session))
    return people


@pytest.fixture
def planned(as_user: AsUser, everybody: Ids) -> Visit:
    return Visit.planned(as_user, everybody)


@pytest.fixture
def submitted(planned: Visit) -> Visit:
    """The stage with the most to tell: a defect, a photo received, marks, a score."""
    planned.declare("leader", "member1", "member2")
    expect(planned.send_photo(1), 201)
    found = [defect_body(photos=[sha256(1)])]
    body = submission_body(planned.people, defects=found, photos=[{"sha256": sha256(1)}])
    expect(planned.submit(body), 201)
    return planned


# -- roles and routes ----------------------------------------------------------------------------------------

READS = dict.fromkeys(("read", "versions", "version", "score", "letter", "record", "notice"), 404)
ACTS = (
    "replan",
    "declare",
    "cancel",
    "start",
    "mark",
    "submit",
    "amend",
    "test",
    "issue",
    "send on",
    "close",
)
NEVER = dict.fromkeys(ACTS, 403)
NOT_MINE = dict.fromkeys(("declare", "mark"), 404)
EXPECTED: dict[str, dict[str, int]] = {
    **dict.fromkeys((*INSPECTED, "other_contractor", "auditor"), READS | NEVER),
    "other_member": READS | NEVER | NOT_MINE,
    "other_leader": READS | NEVER | NOT_MINE | dict.fromkeys(("start", "submit", "amend"), 404),
    "admin": dict.fromkeys(READS, 403) | NEVER,
}


def tried(visit: Visit, username: str, id_: str) -> dict[str, TestResponse]:
    """Every route of a visit as a person finds it, with bodies that would do."""
    api, people, base = visit.api(username), visit.people, f"/inspections/{id_}"
    body = submission_body(people)
    result = {"result": "pass", "decided_on": TODAY, "document": "1"}
    return {
        "read": api.get(base),
        "versions": api.get(f"{base}/submissions"),
        "version": api.get(f"{base}/submissions/{uuid4()}"),
        "score": api.get(f"{base}/score"),
        "letter": api.get(f"{base}/letter.pdf"),
        "record": api.get(f"{base}/record.pdf"),
        "notice": api.get(f"{base}/notice.pdf"),
        "replan": api.put(base, plan_body(visit.tender, people), '"1"'),
        "declare": api.post(f"{base}/declarations", {"conflict": False}),
        "cancel": api.post(f"{base}/cancel", {"reason": "颱風"}),
        "start": api.post(f"{base}/start"),
        "mark": api.put(f"{base}/marks/{people[username]}", {"total": 80}),
        "submit": api.put(f"{base}/submission", body),
        "amend": api.post(f"{base}/amendments", {"reason": "更正", "submission": body}),
        "test": api.put(f"{base}/tests/concrete_core", result),
        "issue": api.post(f"{base}/issue", {"correct_by": DEADLINE, "document": "1"}),
        "send on": api.post(f"{base}/recipients", {"party": "contractor", "document": "1"}),
        "close": api.post(f"{base}/close"),
    }


@pytest.mark.parametrize("username", EXPECTED)
def test_a_planned_visit_is_not_found(planned: Visit, username: str) -> None:
    found = {name: answer.status_code for name, answer in tried(planned, username, planned.id).items()}

    assert found == EXPECTED[username]


@pytest.mark.parametrize("username", EXPECTED)
def test_a_submitted_visit_is_not_found(submitted: Visit, username: str) -> None:
    found = {name: answer.status_code for name, answer in tried(submitted, username, submitted.id).items()}

    assert found == EXPECTED[username]


@pytest.mark.parametrize("username", OUTSIDERS)
def test_a_secret_visit_answers_as_one_that_is_not_there(submitted: Visit, username: str) -> None:
    secret = tried(submitted, username, submitted.id)
    absent = tried(submitted, username, str(uuid4()))

    assert {name: plain(answer) for name, answer in secret.items()} == {
        name: plain(answer) for name, answer in absent.items()
    }


def test_the_routes_tried_are_all_there_are(app: Flask) -> None:
    rules = {
        (rule.rule, method)
        for rule in app.url_map.iter_rules()
        if "<uuid:inspection_id>" in rule.rule and rule.rule.startswith(PREFIX)
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }

    assert len(rules) == len(READS) + len(ACTS), sorted(rules)


def test_the_team_and_staff_know_of_it(planned: Visit) -> None:
    found = {name: planned.get(name).status_code for name in ("staff", "leader", "member1", "member2")}

    assert set(found.values()) == {200}


# -- lists, filters, searches --------------------------------------------------------------------------------

QUERIES: list[dict[str, str]] = [
    {},
    {"limit": "1"},
    {"state": "planned"},
    {"state": "submitted"},
    {"since": ON, "until": ON},
]


@pytest.mark.parametrize("username", [name for name in OUTSIDERS if name != "admin"])
def test_no_list_or_filter_shows_it(submitted: Visit, username: str) -> None:
    api = submitted.api(username)

    pages = [api.get("/inspections", **query) for query in (*QUERIES, {"tender": submitted.tender})]

    assert [page.get_json() for page in pages] == [{"items": [], "next": None}] * len(pages)


@pytest.mark.parametrize("username", [name for name in OUTSIDERS if name != "admin"])
def test_no_defect_of_it_is_shown(submitted: Visit, username: str) -> None:
    api = submitted.api(username)
    defect = submitted.api("staff").get("/defects").get_json()["items"][0]["id"]
    queries: list[dict[str, str]] = [
        {},
        {"inspection": submitted.id},
        {"state": "found"},
        {"code": "5.01.01"},
    ]

    pages = [api.get("/defects", **query).get_json() for query in queries]

    assert pages == [{"items": [], "next": None}] * len(pages)
    assert api.get(f"/defects/{defect}").status_code == 404


@pytest.mark.parametrize("username", [name for name in OUTSIDERS if name != "admin"])
def test_no_photo_of_it_is_shown(submitted: Visit, username: str) -> None:
    assert submitted.api(username).get(f"/photos/{sha256(1)}").status_code == 404


@pytest.mark.parametrize("username", INSPECTED)
def test_nobody_sends_a_photo_to_a_visit_he_does_not_know(submitted: Visit, username: str) -> None:
    assert submitted.send_photo(2, username).status_code == 404


@pytest.mark.parametrize("username", [*INSPECTED, "auditor"])
def test_the_tender_does_not_tell_of_it(planned: Visit, username: str) -> None:
    api, tender = planned.api(username), f"/tenders/{planned.tender}"
    expect(planned.post("staff", "/cancel", {"reason": "颱風"}), 200)
    without = (api.get(tender), api.get(f"{tender}/progress"), api.get("/tenders"))
    expect(planned.api("staff").post("/inspections", plan_body(planned.tender, planned.people)), 201)

    with_visit = (api.get(tender), api.get(f"{tender}/progress"), api.get("/tenders"))

    assert [answer.data for answer in with_visit] == [answer.data for answer in without]
    assert [answer.headers.get("ETag") for answer in with_visit] == [
        answer.headers.get("ETag") for answer in without
    ]


def test_a_cancelled_visit_stays_unknown(planned: Visit) -> None:
    expect(planned.post("staff", "/cancel", {"reason": "消息走漏"}), 200)

    assert [planned.get(username).status_code for username in (*INSPECTED, "auditor")] == [404] * 5


# -- byte by byte ----------------------------------------------------------------------------------------------


CHANGING = ("X-Request-Id", "Date", "Set-Cookie")


def plain(answer: TestResponse) -> tuple[int, str, dict[str, str]]:
    """An answer without what differs each time: the request's id, a page's hidden token and its cookie."""
    text = re.sub(r"\b[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{2}(?![0-9a-z-])", "REQUEST", answer.text)
    text = re.sub(r'(csrf[^>]*(?:content|value))="[^"]*"', r'\1="TOKEN"', text)
    headers = {name: value for name, value in answer.headers.items() if name not in CHANGING}
    return answer.status_code, text, headers


def readable_rules(app: Flask, role: Role) -> list[Rule]:
    """Every GET route of the API that a role may call."""
    found = []
    for rule in app.url_map.iter_rules():
        permission = permission_of(app, rule.endpoint) if rule.rule.startswith(PREFIX) else None
        may = permission == PUBLIC or role in PERMISSIONS.get(permission or "", ())
        if may and "GET" in (rule.methods or set()):
            found.append(rule)
    return found


def everything(app: Flask, visit: Visit, username: str, ids: dict[str, str]) -> dict[str, Any]:
    """The answers of all those routes to one person, addresses filled from `ids`."""
    known = {"code": "construction-inspection", "version": "1", "sha256": sha256(1), "size": "web"}
    role = next(who.role for who in (*builders.CAST, *STRANGERS) if who.username == username)
    answers = {}
    for rule in readable_rules(app, role):
        path = re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", lambda part: (known | ids)[part[1]], rule.rule)
        answers[rule.rule] = plain(visit.api(username).get(path.removeprefix(PREFIX)))
    return answers


@pytest.mark.every_database
@pytest.mark.parametrize("username", [*INSPECTED, "auditor", "other_leader"])
def test_every_answer_is_the_same_with_and_without_a_visit(app: Flask, planned: Visit, username: str) -> None:
    expect(planned.post("staff", "/cancel", {"reason": "只留標案"}), 200)
    absent = {name: str(uuid4()) for name in ("inspection_id", "defect_id", "submission_id")}
    absent["tender_id"] = planned.tender
    without = everything(app, planned, username, absent)

    answer = planned.api("staff").post("/inspections", plan_body(planned.tender, planned.people))
    visit = Visit(planned.as_user, planned.people, planned.tender, answer.get_json()["id"], planned.clients)
    visit.declare("leader", "member1", "member2")
    found = defect_body(photos=[sha256(1)])
    expect(visit.send_photo(1), 201)
    body = submission_body(visit.people, defects=[found], photos=[{"sha256": sha256(1)}])
    expect(visit.submit(body), 201)
    real = {"inspection_id": visit.id, "defect_id": found["id"], "submission_id": body["id"]}
    real["tender_id"] = visit.tender

    assert everything(app, visit, username, real) == without
    assert len(without) >= 10
