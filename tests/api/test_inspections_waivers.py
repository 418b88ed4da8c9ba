"""Photos that will never come: who may say so, what it does, and what becomes of one that comes after all."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select
from werkzeug.test import TestResponse

from inspect_app.core.audit import AuditEvent
from inspect_app.core.clock import FixedClock
from inspect_app.core.database import session
from tests.api.test_inspections_races import together
from tests.clients import Api, Page
from tests.inspections_builders import (
    AsUser,
    Ids,
    Visit,
    defect_body,
    errors,
    expect,
    jpeg,
    sha256,
    submission_body,
)

REASON = "平板遺失"
LOST, HERE = 1, 2


def content(**changes: Any) -> dict[str, Any]:
    """A submission whose defect shows a photo that is lost and one that is here."""
    both = [sha256(LOST), sha256(HERE)]
    return {
        "photos": [{"sha256": sha256(LOST), "caption": "柱底蜂窩"}, {"sha256": sha256(HERE)}],
        "defects": [defect_body(photos=both)],
        **changes,
    }


@pytest.fixture
def visit(as_user: AsUser, people: Ids) -> Visit:
    found = Visit.submitted(as_user, people, **content())
    expect(found.send_photo(HERE), 201)
    return found


def waive(visit: Visit, *numbers: int, by: str = "staff", reason: str = REASON) -> TestResponse:
    return visit.post(by, "/waivers", {"sha256s": [sha256(number) for number in numbers], "reason": reason})


def paper(visit: Visit, name: str) -> str:
    data = expect(visit.get("staff", f"/{name}.pdf"), 200).data
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages).replace("\n", "")


@pytest.mark.every_database
def test_a_waived_photo_is_missing_no_more(visit: Visit) -> None:
    assert visit.read()["state"] == "incomplete"

    answer = expect(waive(visit, LOST), 200).get_json()

    assert (answer["state"], answer["missing"]) == ("submitted", [])
    (told,) = answer["waived"]
    assert told["sha256"] == sha256(LOST)
    assert (told["reason"], told["waived_by"], told["arrived_at"]) == (REASON, "乙承辦", None)


def test_while_another_photo_is_missing_it_stays_incomplete(as_user: AsUser, people: Ids) -> None:
    visit = Visit.submitted(as_user, people, **content())

    answer = expect(waive(visit, LOST), 200).get_json()

    assert (answer["state"], answer["missing"]) == ("incomplete", [sha256(HERE)])
    assert expect(visit.issue(), 409).get_json()["missing"] == [sha256(HERE)]
    expect(visit.send_photo(HERE), 201)
    assert visit.read()["state"] == "submitted"


@pytest.mark.parametrize(
    ("by", "status"), [("leader", 403), ("member1", 403), ("auditor", 403), ("agency", 403), ("admin", 403)]
)
def test_only_the_staff_waives(visit: Visit, by: str, status: int) -> None:
    expect(waive(visit, LOST, by=by), status)

    assert visit.read()["state"] == "incomplete"


def test_what_is_not_missing_cannot_be_waived(visit: Visit) -> None:
    assert errors(waive(visit, LOST, HERE)) == ["sha256s[1]"]
    assert errors(waive(visit, 77)) == ["sha256s[0]"]

    assert visit.read()["waived"] == []
    expect(waive(visit, LOST), 200)
    expect(waive(visit, LOST), 409)


def test_a_signature_cannot_be_waived(as_user: AsUser, people: Ids) -> None:
    signed = [{"role": "leader", "sha256": sha256(3)}]
    visit = Visit.submitted(as_user, people, **content(signatures=signed))

    assert errors(waive(visit, LOST, 3)) == ["sha256s[1]"]
    assert visit.read()["waived"] == []


def test_a_waiver_needs_photos_and_a_reason(visit: Visit) -> None:
    assert errors(waive(visit, LOST, reason="  ")) == ["reason"]
    assert errors(visit.post("staff", "/waivers", {"sha256s": [], "reason": REASON})) == ["sha256s"]
    assert errors(visit.post("staff", "/waivers", {"sha256s": ["x"], "reason": REASON})) == ["sha256s[0]"]


def test_after_the_issue_nothing_is_waived(visit: Visit) -> None:
    expect(waive(visit, LOST), 200)
    expect(visit.issue(), 200)

    expect(waive(visit, LOST), 409)


def test_before_a_submission_there_is_nothing_to_waive(as_user: AsUser, people: Ids) -> None:
    expect(waive(Visit.started(as_user, people), LOST), 409)


@pytest.mark.every_database
def test_a_waived_photo_that_comes_later_is_taken_and_told(visit: Visit) -> None:
    expect(waive(visit, LOST), 200)

    expect(visit.send_photo(LOST), 201)

    told = visit.read()
    assert told["state"] == "submitted"
    assert told["waived"][0]["arrived_at"] is not None
    expect(visit.api("staff").get(f"/photos/{sha256(LOST)}", size="thumb"), 200)
    expect(visit.issue(), 200)
    assert "免補" not in paper(visit, "record") + paper(visit, "notice")


def test_what_comes_after_the_issue_changes_no_paper(visit: Visit, fixed_clock: FixedClock) -> None:
    expect(waive(visit, LOST), 200)
    expect(visit.issue(), 200)
    before = [expect(visit.get("staff", f"/{name}.pdf"), 200).data for name in ("record", "notice")]
    fixed_clock.instant += timedelta(hours=1)

    expect(visit.send_photo(LOST), 201)

    assert visit.read()["waived"][0]["arrived_at"] is not None
    assert [expect(visit.get("staff", f"/{name}.pdf"), 200).data for name in ("record", "notice")] == before


def test_the_papers_tell_of_a_waiver_where_the_photo_would_stand(visit: Visit) -> None:
    expect(waive(visit, LOST), 200)
    expect(visit.issue(), 200)

    notice, record = paper(visit, "notice"), paper(visit, "record")

    for told in (notice, record):
        assert "平板遺失" in told
        assert "乙承辦" in told
        assert "核定免補" in told
    assert "柱底蜂窩" in record
    assert sha256(LOST)[:16] in record.replace(" ", "")


@pytest.mark.every_database
def test_an_amendment_that_names_the_photo_again_keeps_the_waiver(visit: Visit) -> None:
    expect(waive(visit, LOST), 200)

    receipt = expect(visit.amend(submission_body(visit.people, **content())), 201).get_json()

    assert (receipt["state"], receipt["missing"]) == ("submitted", [])
    assert [row["sha256"] for row in visit.read()["waived"]] == [sha256(LOST)]


def test_an_amendment_that_drops_the_photo_drops_the_waiver_from_sight(visit: Visit) -> None:
    expect(waive(visit, LOST), 200)
    kept = {"photos": [{"sha256": sha256(HERE)}], "defects": [defect_body(photos=[sha256(HERE)])]}

    expect(visit.amend(submission_body(visit.people, **kept)), 201)
    assert visit.read()["waived"] == []
    expect(visit.amend(submission_body(visit.people, **content())), 201)

    assert [row["sha256"] for row in visit.read()["waived"]] == [sha256(LOST)]
    assert visit.read()["state"] == "submitted"


def test_the_inspected_read_no_waivers_but_the_papers(visit: Visit) -> None:
    expect(waive(visit, LOST), 200)
    expect(visit.issue(), 200)

    assert visit.read("agency")["waived"] == []
    assert len(visit.read("auditor")["waived"]) == 1
    assert len(visit.read("member1")["waived"]) == 1


def test_the_waiver_is_audited(app: Flask, visit: Visit) -> None:
    expect(waive(visit, LOST), 200)

    with app.app_context():
        (event,) = session().scalars(select(AuditEvent).where(AuditEvent.action == "inspection.waived"))
    assert (event.actor_name, event.detail["reason"]) == ("乙承辦", REASON)
    assert event.detail["sha256s"] == [sha256(LOST)]


@pytest.mark.every_database
def test_a_waiver_against_the_arriving_photo_loses_nothing(app: Flask, visit: Visit) -> None:
    staff, path = visit.api("staff"), visit.path("/waivers")
    leader = visit.api("leader")
    asks: list[Callable[[Api], TestResponse]] = [
        lambda _: Api(app.test_client(), leader.token).send(
            "PUT",
            f"/photos/{sha256(LOST)}",
            query_string={"inspection": visit.id},
            data=jpeg(LOST),
            content_type="image/jpeg",
        ),
        *[lambda api: api.post(path, {"sha256s": [sha256(LOST)], "reason": REASON})] * 3,
    ]

    photo, *waivers = together(app, staff, asks)

    assert photo.status_code == 201
    assert sorted(answer.status_code for answer in waivers) in ([200, 409, 409], [409, 409, 409])
    told = visit.read()
    assert (told["state"], told["missing"]) == ("submitted", [])
    assert all(row["arrived_at"] for row in told["waived"])


# -- the page ------------------------------------------------------------------------------------------------


def test_the_page_offers_what_is_missing_and_then_tells_who_waived_it(visit: Visit, page: Page) -> None:
    page.sign_in("staff")
    shown = page.get(f"/inspections/{visit.id}").text
    assert "免補所選照片" in shown
    assert "柱底蜂窩" in shown

    refused = page.post(f"/inspections/{visit.id}/waive", sha256s=sha256(LOST), reason="")
    assert refused.status_code == 422
    assert "免補理由：" in refused.text
    answer = page.post(f"/inspections/{visit.id}/waive", sha256s=sha256(LOST), reason=REASON)

    assert answer.status_code == 303
    shown = page.get(f"/inspections/{visit.id}").text
    assert "未收到" in shown
    assert "1 張照片免補：平板遺失" in shown
    assert "免補所選照片" not in shown


def test_the_leader_is_offered_no_waiver(visit: Visit, page: Page) -> None:
    page.sign_in("leader")

    assert "免補所選照片" not in page.get(f"/inspections/{visit.id}").text
