"""A paper is sealed only while the rows say what they said at the issue."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import text

from inspect_app.core.clock import FixedClock
from inspect_app.core.database import db
from inspect_app.evidence import verifying
from tests.api.test_evidence_chain import chain, change_behind_the_guard
from tests.evidence_builders import photographed
from tests.inspections_builders import AsUser, Ids, Visit, defect_body, expect, sha256, submission_body

pytestmark = pytest.mark.usefixtures("people")
PAPERS = ("/record.pdf", "/notice.pdf")


def change(app: Flask, statement: str) -> None:
    with app.app_context(), db.engine.begin() as connection:
        assert connection.execute(text(statement)).rowcount


def issued(as_user: AsUser, people: Ids) -> Visit:
    visit = photographed(as_user, people)
    expect(visit.issue(), 200)
    return visit


@pytest.mark.every_database
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE defects SET points = 0, note = '無'",
        "DELETE FROM defects",
        "UPDATE inspections SET issue_document = 'x'",
        "UPDATE inspections SET result = '{}'",
        'UPDATE inspections SET issued_facts = \'{"tender": {"number": "1", "name": "x", "agency": "x"}}\'',
        "UPDATE submissions SET body = '{}'",
        "UPDATE team_members SET name = 'x'",
        "UPDATE named_photos SET caption = 'x'",
        "DELETE FROM photo_receipts",
    ],
)
def test_no_paper_is_sealed_once_a_row_is_not_what_was_issued(
    app: Flask, as_user: AsUser, people: Ids, statement: str
) -> None:
    visit = issued(as_user, people)
    for paper in PAPERS:
        verifying.paper(expect(visit.get("agency", paper), 200).data)

    change(app, statement)

    for paper in PAPERS:
        refused = expect(visit.get("agency", paper), 503).get_json()
        assert refused["code"] == "records_differ"


@pytest.mark.every_database
def test_what_comes_after_the_issue_by_right_leaves_the_papers_sealed(
    app: Flask, as_user: AsUser, people: Ids, fixed_clock: FixedClock
) -> None:
    visit = Visit.started(as_user, people)
    named = [{"sha256": sha256(number), "bytes": 1} for number in (0, 1)]
    shown = defect_body(photos=[sha256(0)])
    expect(visit.submit(submission_body(people, photos=named, defects=[shown])), 201)
    expect(visit.send_photo(0), 201)
    waived = {"sha256s": [sha256(1)], "reason": "平板遺失"}
    expect(as_user("staff").post(visit.path("/waivers"), waived), 200, 201)
    expect(visit.issue(), 200)
    before = expect(visit.get("agency", "/record.pdf"), 200).data

    fixed_clock.instant -= timedelta(minutes=1)  # it was under way while the papers were issued
    expect(visit.send_photo(1), 201)
    fixed_clock.instant += timedelta(hours=1)
    (defect,) = expect(as_user("contractor").get("/defects"), 200).get_json()["items"]
    later = {"correct_by": "2027-06-01", "reason": "雨季", "document": "x"}
    expect(as_user("staff").post(f"/defects/{defect['id']}/extensions", later), 200, 201)
    stages = {stage: [sha256(0)] for stage in ("before", "during", "after")}
    answer = {"note": "已修補", "photos": stages}
    expect(as_user("contractor").post(f"/defects/{defect['id']}/corrections", answer), 200, 201)
    expect(as_user("agency").post(f"/defects/{defect['id']}/reviews", {"result": "pass"}), 200, 201)
    expect(as_user("staff").post(f"/defects/{defect['id']}/reviews", {"result": "pass"}), 200, 201)
    expect(visit.close(), 200)
    erased = as_user("staff").post(f"/photos/{sha256(0)}/erasure", {"reason": "當事人請求"})
    expect(erased, 200, 201)

    assert expect(visit.get("agency", "/record.pdf"), 200).data == before
    verifying.paper(expect(visit.get("agency", "/notice.pdf"), 200).data)


def test_what_was_issued_before_the_facts_were_kept_is_sealed_as_it_was(
    app: Flask, as_user: AsUser, people: Ids
) -> None:
    visit = issued(as_user, people)
    change_behind_the_guard(
        app,
        "UPDATE audit_events SET detail = '{}' WHERE action = 'inspection.issued' AND seq > :none",
        none=0,
    )
    change(app, "UPDATE defects SET points = 0")

    verifying.paper(expect(visit.get("agency", "/record.pdf"), 200).data)


def test_the_issue_event_has_the_hash_of_what_it_fixed(app: Flask, as_user: AsUser, people: Ids) -> None:
    visit = issued(as_user, people)
    (event,) = (each for each in chain(app, visit) if each.action == "inspection.issued")

    assert len(event.detail["facts"]) == 64
