"""Many at once: a tablet that sends again and again, two people who decide at the same moment."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from inspect_app.core.audit import AuditEvent
from inspect_app.core.database import Base, session
from inspect_app.defects.models import Defect
from inspect_app.inspections.models import Inspection, Mark, Submission
from tests.clients import Api
from tests.inspections_builders import (
    TEAM,
    AsUser,
    Ids,
    Visit,
    defect_body,
    expect,
    marks,
    plan_body,
    sha256,
    submission_body,
)

AT_ONCE = 8
pytestmark = pytest.mark.every_database


@pytest.fixture
def visit(as_user: AsUser, people: Ids) -> Visit:
    return Visit.started(as_user, people)


def together(app: Flask, api: Api, asks: list[Callable[[Api], TestResponse]]) -> list[TestResponse]:
    """All requests at the same moment, each in a thread and with a client of its own."""
    gate = Barrier(len(asks))

    def ask(one: Callable[[Api], TestResponse]) -> TestResponse:
        own = Api(app.test_client(), api.token)
        gate.wait()
        return one(own)

    with ThreadPoolExecutor(len(asks)) as pool:
        return list(pool.map(ask, asks))


def count(app: Flask, table: type[Base]) -> int:
    with app.app_context():
        return session().scalar(select(func.count()).select_from(table)) or 0


def events(app: Flask, action: str) -> int:
    with app.app_context():
        query = select(func.count()).select_from(AuditEvent).where(AuditEvent.action == action)
        return session().scalar(query) or 0


def statuses(answers: list[TestResponse]) -> Counter[int]:
    return Counter(answer.status_code for answer in answers)


def sending(visit: Visit, *bodies: dict[str, Any]) -> list[Callable[[Api], TestResponse]]:
    path = visit.path("/submission")
    return [lambda api, body=body: api.put(path, body) for body in bodies]  # type: ignore[misc]


def test_the_same_submission_eight_times_at_once_is_received_once(app: Flask, visit: Visit) -> None:
    body = submission_body(visit.people, defects=[defect_body()])

    answers = together(app, visit.api("leader"), sending(visit, *[body] * AT_ONCE))

    assert statuses(answers) == {201: 1, 200: AT_ONCE - 1}
    assert len({answer.data for answer in answers}) == 1
    assert (count(app, Submission), count(app, Defect), count(app, Mark)) == (1, 1, 2)
    assert events(app, "inspection.submitted") == 1


def test_a_planned_visit_is_started_once_by_eight_submissions(
    app: Flask, as_user: AsUser, people: Ids
) -> None:
    visit = Visit.planned(as_user, people)
    visit.declare(*TEAM)

    answers = together(app, visit.api("leader"), sending(visit, *[submission_body(people)] * AT_ONCE))

    assert statuses(answers) == {201: 1, 200: AT_ONCE - 1}
    assert events(app, "inspection.started") == 1


def test_of_different_bodies_under_one_id_one_is_received(app: Flask, visit: Visit) -> None:
    id_ = str(uuid4())
    bodies = [
        submission_body(visit.people, id=id_, marks=marks(visit.people, leader=80 + n)) for n in range(8)
    ]

    answers = together(app, visit.api("leader"), sending(visit, *bodies))

    assert statuses(answers) == {201: 1, 409: AT_ONCE - 1}
    assert count(app, Submission) == 1


def test_of_submissions_under_different_ids_one_is_received(app: Flask, visit: Visit) -> None:
    bodies = [submission_body(visit.people) for _ in range(AT_ONCE)]

    answers = together(app, visit.api("leader"), sending(visit, *bodies))

    assert statuses(answers) == {201: 1, 409: AT_ONCE - 1}
    assert count(app, Submission) == 1


def test_the_same_amendment_eight_times_at_once_is_one_version(app: Flask, visit: Visit) -> None:
    expect(visit.submit(), 201)
    body = {"reason": "更正", "submission": submission_body(visit.people)}
    path = visit.path("/amendments")

    answers = together(app, visit.api("leader"), [lambda api: api.post(path, body)] * AT_ONCE)

    assert statuses(answers) == {201: 1, 200: AT_ONCE - 1}
    assert count(app, Submission) == 2


def test_eight_plans_for_one_day_are_one_visit(app: Flask, visit: Visit) -> None:
    body = plan_body(visit.tender, visit.people, on="2026-11-27")

    answers = together(app, visit.api("staff"), [lambda api: api.post("/inspections", body)] * AT_ONCE)

    assert statuses(answers) == {201: 1, 409: AT_ONCE - 1}
    assert count(app, Inspection) == 2


def test_of_eight_changes_to_one_version_one_is_made(app: Flask, as_user: AsUser, people: Ids) -> None:
    visit = Visit.planned(as_user, people)
    tag = visit.etag()
    bodies = [plan_body(visit.tender, people, on=f"2026-12-0{n + 1}") for n in range(AT_ONCE)]

    asks: list[Any] = [lambda api, body=body: api.put(visit.path(), body, tag) for body in bodies]
    answers = together(app, visit.api("staff"), asks)

    assert statuses(answers) == {200: 1, 412: AT_ONCE - 1}


def test_eight_issues_at_once_are_one(app: Flask, visit: Visit) -> None:
    expect(visit.submit(submission_body(visit.people, defects=[defect_body()])), 201)
    body = {"correct_by": "2026-12-20", "document": "測查字第 1 號"}

    answers = together(app, visit.api("staff"), [lambda api: api.post(visit.path("/issue"), body)] * AT_ONCE)

    assert statuses(answers) == {200: 1, 409: AT_ONCE - 1}
    assert events(app, "inspection.issued") == 1


def test_the_last_photos_at_once_complete_the_visit_once(app: Flask, visit: Visit) -> None:
    named = [{"sha256": sha256(number)} for number in range(AT_ONCE)]
    expect(visit.submit(submission_body(visit.people, photos=named)), 201)
    token = visit.api("leader").token

    def send(number: int) -> Callable[[Api], TestResponse]:
        return lambda api: Visit(
            visit.as_user, visit.people, visit.tender, visit.id, {"leader": Api(api.client, token)}
        ).send_photo(number)

    answers = together(app, visit.api("leader"), [send(number) for number in range(AT_ONCE)])

    assert statuses(answers) == {201: AT_ONCE}
    assert visit.read()["state"] == "submitted"
    assert events(app, "inspection.completed") == 1
