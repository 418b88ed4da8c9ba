"""Every step leaves one event: who, what, when, and the request a person can read out."""

import re
from typing import Any

import pytest
from flask import Flask

from inspect_app.core import audit
from inspect_app.core.database import session
from tests.inspections_builders import (
    DEADLINE,
    TEAM,
    AsUser,
    Ids,
    Visit,
    defect_body,
    expect,
    sha256,
    submission_body,
)


def history(app: Flask, visit: Visit) -> list[audit.AuditEvent]:
    """The visit's events as they were written."""
    with app.app_context():
        return audit.history(session(), "inspection", visit.id)


def newest(app: Flask, visit: Visit, known: set[Any]) -> audit.AuditEvent:
    """The one event that is not known yet."""
    fresh = [event for event in history(app, visit) if event.id not in known]
    assert len(fresh) == 1, [event.action for event in fresh]
    known.add(fresh[0].id)
    return fresh[0]


@pytest.mark.every_database
def test_each_step_leaves_one_event_with_its_actor_and_request(
    app: Flask, as_user: AsUser, people: Ids
) -> None:
    visit = Visit.planned(as_user, people)
    known: set[Any] = set()
    seen = [(newest(app, visit, known).action, "乙承辦")]
    assert seen[0][0] == "inspection.planned"

    def step(answer: Any) -> None:
        expect(answer, 200, 201)
        event = newest(app, visit, known)
        assert event.request_id == answer.headers["X-Request-Id"]
        seen.append((event.action, event.actor_name))

    step(visit.replan(visit.etag(), on="2026-11-20", method="announced"))
    for username in TEAM:
        step(visit.post(username, "/declarations", {"conflict": False}))
    step(visit.start())
    body = submission_body(people, defects=[defect_body()], pending_tests=["concrete_core"])
    step(visit.submit(body))
    step(visit.amend(body | {"id": "00000000-0000-4000-8000-000000000001"}))
    step(visit.decide("concrete_core", "pass"))
    step(visit.issue())

    assert seen == [
        ("inspection.planned", "乙承辦"),
        ("inspection.replanned", "乙承辦"),
        ("inspection.declared", "丙領隊"),
        ("inspection.declared", "丁委員"),
        ("inspection.declared", "戊委員"),
        ("inspection.started", "丙領隊"),
        ("inspection.submitted", "丙領隊"),
        ("inspection.amended", "丙領隊"),
        ("inspection.tested", "乙承辦"),
        ("inspection.issued", "乙承辦"),
    ]


def test_the_decisive_details_are_kept(app: Flask, as_user: AsUser, people: Ids) -> None:
    visit = Visit.issued(as_user, people)

    (issued,) = [event for event in history(app, visit) if event.action == "inspection.issued"]

    facts = issued.detail.pop("facts")
    assert issued.detail == {"document": "測查字第 1 號", "correct_by": DEADLINE, "score": 83}
    assert re.fullmatch("[0-9a-f]{64}", facts)


def test_an_amendment_is_kept_with_its_reason(app: Flask, as_user: AsUser, people: Ids) -> None:
    visit = Visit.submitted(as_user, people)
    expect(visit.amend(submission_body(people), "漏列委員評分"), 201)

    (amended,) = [event for event in history(app, visit) if event.action == "inspection.amended"]

    (_, sent) = visit.read(part="/submissions")["items"]
    assert amended.detail == {"version": 2, "reason": "漏列委員評分", "sha256": sent["sha256"]}


def test_what_is_repeated_leaves_nothing_more(app: Flask, as_user: AsUser, people: Ids) -> None:
    visit = Visit.started(as_user, people)
    body = submission_body(people)
    expect(visit.submit(body), 201)
    before = len(history(app, visit))

    expect(visit.start(), 200)
    expect(visit.submit(body), 200)

    assert len(history(app, visit)) == before


def test_what_is_refused_leaves_nothing(app: Flask, as_user: AsUser, people: Ids) -> None:
    visit = Visit.submitted(as_user, people, pending_tests=["concrete_core"])
    before = len(history(app, visit))

    expect(visit.issue(), 409)
    expect(visit.close(), 409)
    expect(visit.submit(), 409)
    expect(visit.decide("asphalt_core", "pass"), 409)

    assert len(history(app, visit)) == before


def test_the_system_itself_completes_a_visit(app: Flask, as_user: AsUser, people: Ids) -> None:
    visit = Visit.submitted(as_user, people, photos=[{"sha256": sha256(1)}])
    expect(visit.send_photo(1), 201)

    (completed,) = [event for event in history(app, visit) if event.action == "inspection.completed"]

    assert (completed.actor_id, completed.actor_name) == (None, "系統")
