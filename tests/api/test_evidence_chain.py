"""Every event of an inspection stands in its hash chain; whoever sent something has a receipt that proves it."""

import os
import stat
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from inspect_app.core import audit, sealing
from inspect_app.core.clock import FixedClock
from inspect_app.core.database import db, session
from inspect_app.evidence import comparing, verifying
from tests.databases import counted
from tests.evidence_builders import keys, photographed
from tests.inspections_builders import AsUser, Ids, Visit, expect, sha256, submission_body

pytestmark = pytest.mark.usefixtures("people")


def chain(app: Flask, visit: Visit) -> list[audit.AuditEvent]:
    with app.app_context():
        return audit.chained(session(), "inspection", visit.id)


def faults(app: Flask, visit: Visit) -> list[str]:
    return [each.name for each in comparing.chain_faults(chain(app, visit))]


def change_behind_the_guard(app: Flask, statement: str, **values: Any) -> None:
    """As somebody with the database's own password might."""
    with app.app_context(), db.engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            for verb in ("update", "delete"):
                connection.execute(text(f"DROP TRIGGER audit_events_no_{verb}"))
        else:
            connection.execute(text("ALTER TABLE audit_events DISABLE TRIGGER audit_events_no_change"))
        connection.execute(text(statement), values)


@pytest.mark.every_database
def test_all_events_of_a_visit_are_one_unbroken_chain(app: Flask, as_user: AsUser, people: Ids) -> None:
    visit = photographed(as_user, people)
    expect(visit.amend(submission_body(people)), 201)
    expect(visit.issue(), 200)

    events = chain(app, visit)

    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    with app.app_context():
        assert len(events) == len(audit.history(session(), "inspection", visit.id))
    assert faults(app, visit) == []


@pytest.mark.every_database
@pytest.mark.parametrize(
    "change",
    ["actor_name = 'somebody else'", "detail = '{}'", "action = 'x'", "request_id = 'x'", "hash = seq"],
)
def test_a_changed_event_is_named(app: Flask, as_user: AsUser, people: Ids, change: str) -> None:
    visit = photographed(as_user, people)
    assert faults(app, visit) == []

    change_behind_the_guard(
        app,
        f"UPDATE audit_events SET {change} WHERE subject_id = :id AND seq = 7",  # noqa: S608 - our own words
        id=visit.id,
    )

    assert "資料庫證據鏈第 7 環" in faults(app, visit)


def test_a_removed_event_is_named_and_so_is_the_submission_that_no_event_knows(
    app: Flask, as_user: AsUser, people: Ids, fixed_clock: FixedClock
) -> None:
    visit = Visit.started(as_user, people)
    fixed_clock.instant += timedelta(minutes=5)
    expect(visit.submit(), 201)
    last = len(chain(app, visit))

    change_behind_the_guard(
        app, "DELETE FROM audit_events WHERE subject_id = :id AND seq = :seq", id=visit.id, seq=last
    )

    report = verifying.Report(inspection=visit.id)
    with app.app_context():
        comparing.compare(session(), report)
    assert any("證據鏈沒有它的紀錄" in each.why for each in report.findings)


@pytest.mark.every_database
def test_a_submission_takes_no_further_statement_for_the_chain(
    app: Flask, as_user: AsUser, people: Ids
) -> None:
    visit, leader = Visit.started(as_user, people), as_user("leader")
    body = submission_body(people)

    with counted(app) as statements:
        expect(leader.put(visit.path("/submission"), body), 201)

    assert len([each for each in statements if not each.startswith(("BEGIN", "PRAGMA"))]) <= 11, statements


@pytest.mark.every_database
def test_the_sender_of_a_submission_gets_a_receipt_and_with_the_same_again_the_same(
    app: Flask, as_user: AsUser, people: Ids, fixed_clock: FixedClock
) -> None:
    visit, body = Visit.started(as_user, people), submission_body(people)

    first = expect(visit.submit(body), 201).get_json()
    fixed_clock.instant += timedelta(hours=2)
    again = expect(visit.submit(body), 200).get_json()
    amended = expect(visit.amend(submission_body(people)), 201).get_json()

    receipt = first["receipt"]
    assert (receipt["kind"], receipt["inspection"], receipt["sha256"]) == (
        "submission",
        visit.id,
        first["sha256"],
    )
    assert again == first
    assert amended["receipt"]["seq"] == receipt["seq"] + 1
    for each in (receipt, amended["receipt"]):
        check(app, visit, each)


def check(app: Flask, visit: Visit, receipt: dict[str, Any]) -> None:
    links = {event.seq or 0: {"hash": event.hash, "detail": event.detail} for event in chain(app, visit)}
    verifying.check_receipt(receipt, keys(visit), links)


@pytest.mark.every_database
def test_the_sender_of_a_photo_gets_a_receipt_and_may_ask_for_it_again(
    app: Flask, as_user: AsUser, people: Ids, fixed_clock: FixedClock
) -> None:
    visit = Visit.started(as_user, people)

    first = expect(visit.send_photo(1), 201).get_json()["receipt"]
    expect(visit.send_photo(2), 201)
    fixed_clock.instant += timedelta(hours=2)
    again = expect(visit.send_photo(1), 200).get_json()["receipt"]
    asked = visit.api("leader").get(f"/photos/{sha256(1)}/receipt", inspection=visit.id)

    assert first == again == expect(asked, 200).get_json()
    check(app, visit, first)


def test_an_altered_receipt_is_refused(app: Flask, as_user: AsUser, people: Ids) -> None:
    visit = Visit.started(as_user, people)
    receipt = expect(visit.send_photo(1), 201).get_json()["receipt"]

    for name, value in receipt.items():
        other = value + 1 if isinstance(value, int) else value[:-1] + ("0" if value[-1] != "0" else "1")
        with pytest.raises(verifying.Broken):
            check(app, visit, receipt | {name: other})


def test_what_is_received_is_received_though_the_key_is_unusable(
    app: Flask, as_user: AsUser, people: Ids, tmp_path: Path
) -> None:
    visit = Visit.started(as_user, people)
    (tmp_path / "evidence-key.pem").write_text("no key")

    answer = expect(visit.submit(), 201).get_json()

    assert answer["receipt"] is None
    expect(visit.api("staff").get("/evidence/keys"), 200)


def test_the_key_is_made_once_for_its_owner_alone(app: Flask, tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    first, second = sealing.generate(), sealing.generate()

    sealing.write(path, first, new=True)
    sealing.write(path, second, new=True)

    assert sealing._read(path, (0,)).id == first.id
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    assert [each.name for each in tmp_path.glob("*key*")] == ["key.pem"]


def test_a_new_key_is_endorsed_and_what_the_old_one_signed_stays_provable(
    app: Flask, as_user: AsUser, people: Ids
) -> None:
    visit = Visit.started(as_user, people)
    before = expect(visit.send_photo(1), 201).get_json()["receipt"]

    done = app.test_cli_runner().invoke(args=["evidence", "rotate-key"])
    assert done.exit_code == 0, done.output

    after = expect(visit.send_photo(2), 201).get_json()["receipt"]
    assert after["key"] != before["key"]
    for receipt in (before, after):
        check(app, visit, receipt)
    old, new = visit.api("staff").get("/evidence/keys").get_json()["items"]
    said = {"kind": "key", "id": new["id"], "public": new["public"], "since": new["since"], "key": old["id"]}
    assert (new["id"], new["endorsed_by"]) == (after["key"], old["id"])
    verifying.check_statement(said | {"signature": new["endorsement"]}, {old["id"]: old["public"]})
