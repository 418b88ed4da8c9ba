"""Days of closed offices: recorded with a document, and every due day follows at once."""

import pytest

from inspect_app.core import audit
from tests.clients import Page
from tests.conftest import Write
from tests.inspections_builders import AsUser, Ids, Visit, errors, expect

TYPHOON = {"document": "府人考字第1150012300號", "note": "颱風"}


@pytest.mark.every_database
def test_a_closure_is_recorded_changed_and_taken_back(as_user: AsUser, write: Write) -> None:
    staff, leader = as_user("staff"), as_user("leader")

    made = expect(staff.put("/closures/2026-11-25", TYPHOON), 201).get_json()
    assert (made["on"], made["document"], made["note"]) == ("2026-11-25", *TYPHOON.values())
    expect(staff.put("/closures/2026-11-25", TYPHOON), 200)
    expect(staff.put("/closures/2026-11-25", {"document": "更正"}), 200)
    assert expect(leader.get("/closures/2026-11-25"), 200).get_json()["document"] == "更正"
    assert [row["on"] for row in leader.get("/closures").get_json()["items"]] == ["2026-11-25"]
    expect(staff.delete("/closures/2026-11-25"), 204)
    expect(staff.get("/closures/2026-11-25"), 404)
    with write() as session:
        told = [event.action for event in audit.history(session, "closure", "2026-11-25")]
    assert sorted(told) == ["closure.recorded", "closure.recorded", "closure.removed"]


def test_only_the_staff_record_and_only_days_on_which_offices_work(as_user: AsUser) -> None:
    expect(as_user("leader").put("/closures/2026-11-25", TYPHOON), 403)
    expect(as_user("agency").get("/closures"), 403)
    assert errors(as_user("staff").put("/closures/2026-11-28", TYPHOON)) == ["on"]
    assert errors(as_user("staff").put("/closures/2026-11-25", {"document": " "})) == ["document"]
    expect(as_user("staff").put("/closures/2026-13-45", TYPHOON), 404)
    expect(as_user("staff").put("/closures/115-11-25", TYPHOON), 404)


def test_a_closure_recorded_late_moves_the_day_a_record_is_due(as_user: AsUser, people: Ids) -> None:
    visit = Visit.submitted(as_user, people)
    before = visit.read()["record_due_on"]

    expect(as_user("staff").put("/closures/2026-11-23", TYPHOON), 201)

    assert (before, visit.read()["record_due_on"]) == ("2026-12-01", "2026-12-02")


def test_the_page_records_and_removes_and_shows_what_is_wrong(page: Page, people: Ids) -> None:
    page.sign_in("staff")
    page.get("/closures")

    refused = page.post("/closures", on="115/11/28", document="", note="颱風")
    assert refused.status_code == 422
    assert "文號：必填" in refused.text
    assert 'value="115/11/28"' in refused.text
    assert page.post("/closures", on="115/11/25", document="府人考字第1號").status_code == 303
    assert "115年11月25日（三）" in page.get("/closures").text
    assert page.post("/closures/2026-11-25/remove").status_code == 303
    assert "還沒有登錄" in page.get("/closures").text
