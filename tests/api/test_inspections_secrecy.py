"""Before issue a visit is known to staff and its team alone (作業辦法 art. 13), on every database alike.

tests/access asks the same of every route, person and stage on SQLite.
"""

import re
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from inspect_app.core.auth import permission_of
from inspect_app.core.permissions import PERMISSIONS, PUBLIC, Role
from inspect_app.evidence import service as evidence
from tests import builders
from tests.clients import PREFIX
from tests.conftest import Write
from tests.inspections_builders import (
    STRANGERS,
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


@pytest.fixture
def everybody(people: Ids, write: Write) -> Ids:
    with write() as session:
        people.update(strangers(session))
    return people


@pytest.fixture
def planned(as_user: AsUser, everybody: Ids) -> Visit:
    return Visit.planned(as_user, everybody)


# -- byte by byte ----------------------------------------------------------------------------------------------


QUERIES = {"/inspections/<uuid:inspection_id>/paper.pdf": {"form": "construction-inspection", "version": "1"}}
TEXTS = ("application/json", "application/problem+json", "application/xml", "text/html")
CHANGING = ("X-Request-Id", "Date", "Set-Cookie")


def plain(answer: TestResponse) -> tuple[int, str, dict[str, str]]:
    """An answer without what differs each time: the request's id, a page's hidden token and its cookie."""
    raw = answer.text if answer.mimetype in TEXTS else answer.data.hex()
    text = re.sub(r"\b[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{2}(?![0-9a-z-])", "REQUEST", raw)
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
    known |= {"revision": "roc-111", "signed": "no-signature", "month": "2026-10", "year": "2026"}
    known |= {"on": "2026-11-25", "dataset": "inspections", "form": "csv", "job": "photos.expire"}
    known |= {name: str(UUID(int=0)) for name in ("import_id", "source_id", "contact_id", "filing_note_id")}
    role = next(who.role for who in (*builders.CAST, *STRANGERS) if who.username == username)
    answers = {}
    for rule in readable_rules(app, role):
        path = re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", lambda part: (known | ids)[part[1]], rule.rule)
        query = QUERIES.get(rule.rule.removeprefix(PREFIX), {})
        answers[rule.rule] = plain(visit.api(username).get(path.removeprefix(PREFIX), **query))
    return answers


@pytest.mark.every_database
@pytest.mark.parametrize("username", [*INSPECTED, "auditor", "other_leader"])
def test_every_answer_is_the_same_with_and_without_a_visit(app: Flask, planned: Visit, username: str) -> None:
    with app.app_context():
        evidence.start()  # as every process does: the public key stands before any visit
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
