"""Audit events: written with what they tell of, never changed afterwards."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DatabaseError

from inspect_app.core.audit import AuditEvent, history
from inspect_app.core.database import session, transaction
from inspect_app.core.problems import Conflict
from tests import builders
from tests.clients import Api
from tests.conftest import Write

AsUser = Callable[[str], Api]


@pytest.fixture(autouse=True)
def _one_event(write: Write, people: object) -> None:
    with write() as current:
        builders.tender(current)


@pytest.mark.every_database
@pytest.mark.parametrize(
    "statement",
    [
        update(AuditEvent).values(actor_name="無名氏"),
        delete(AuditEvent),
        text("UPDATE audit_events SET action = ''"),
        text("DELETE FROM audit_events"),
    ],
    ids=["update", "delete", "raw update", "raw delete"],
)
def test_the_database_refuses_to_change_or_delete_an_event(app: Flask, statement: object) -> None:
    with app.app_context(), pytest.raises((DatabaseError, Conflict)) as refused, transaction() as current:
        current.execute(statement)  # type: ignore[call-overload]
    assert "append-only" in str(refused.value.__cause__)

    with app.app_context():
        assert {event.actor_name for event in session().scalars(select(AuditEvent))} == {"乙承辦"}


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_postgresql_refuses_to_empty_the_table_too(app: Flask) -> None:
    with app.app_context(), pytest.raises(DatabaseError, match="append-only"), transaction() as current:
        current.execute(text("TRUNCATE audit_events"))


def test_an_event_tells_who_what_when_and_in_which_request(app: Flask, as_user: AsUser) -> None:
    answer = as_user("staff").post("/tenders", builders.tender_body("115-水-002"))

    with app.app_context():
        events = history(session(), "tender", answer.get_json()["id"])
    assert [(event.action, event.actor_name) for event in events] == [("tender.created", "乙承辦")]
    assert events[0].at.isoformat() == "2026-11-23T01:00:00+00:00"
    assert events[0].request_id == answer.headers["X-Request-Id"]
    assert events[0].detail["number"] == "115-水-002"


def test_what_fails_leaves_no_event(app: Flask, as_user: AsUser) -> None:
    staff = as_user("staff")
    with app.app_context():
        before = len(list(session().scalars(select(AuditEvent))))

    assert staff.post("/tenders", builders.tender_body()).status_code == 409
    with app.app_context():
        assert len(list(session().scalars(select(AuditEvent)))) == before
