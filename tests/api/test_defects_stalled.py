"""No defect stalls: an agency that writes letters is recorded, a party nobody named is answered for."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from inspect_app.core import audit
from inspect_app.core.database import session
from inspect_app.defects.words import answerers, stands_in
from tests import builders
from tests.clients import Page
from tests.inspections_builders import (
    DEADLINE,
    AsUser,
    Ids,
    Visit,
    defect_body,
    errors,
    expect,
    plan_body,
    sha256,
    submission_body,
)

STAGES = {"before": [sha256(1)], "during": [sha256(2)], "after": [sha256(3)]}
LETTER = "測工字第 5 號"
STAND_IN = "由主辦機關代為回復"


def visit_of(as_user: AsUser, people: Ids, found: dict[str, Any], **tender: Any) -> Visit:
    """Submitted with this defect, on a tender of these parties."""
    staff = as_user("staff")
    body = builders.tender_body(**tender)
    tender_id = expect(staff.post("/tenders", body), 201).get_json()["id"]
    id_ = expect(staff.post("/inspections", plan_body(tender_id, people)), 201).get_json()["id"]
    visit = Visit(as_user, people, tender_id, id_, {"staff": staff})
    visit.declare("leader", "member1", "member2")
    expect(visit.start(), 200)
    expect(visit.submit(submission_body(people, defects=[found])), 201)
    return visit


def act(visit: Visit, username: str, defect: str, part: str, **body: Any) -> Any:
    return visit.api(username).post(f"/defects/{defect}/{part}", body)


def answer(visit: Visit, username: str, defect: str) -> Any:
    for number in (1, 2, 3):
        expect(visit.send_photo(number, username), 200, 201)
    return act(visit, username, defect, "corrections", note="已修補", photos=STAGES)


# -- an agency that writes letters -------------------------------------------------------------------------


@pytest.fixture
def defect() -> dict[str, Any]:
    return defect_body()


@pytest.fixture
def answered(as_user: AsUser, people: Ids, defect: dict[str, Any]) -> Visit:
    """Answered by the contractor of a tender whose agency has no account."""
    visit = visit_of(as_user, people, defect, agency="沒有帳號的機關")
    expect(visit.issue(), 200)
    expect(answer(visit, "contractor", defect["id"]), 201)
    return visit


def test_staff_record_the_written_review_and_finish(answered: Visit, defect: dict[str, Any]) -> None:
    recorded = act(answered, "staff", defect["id"], "reviews", result="pass", document=LETTER)
    finished = act(answered, "staff", defect["id"], "reviews", result="pass")

    assert expect(recorded, 201).get_json()["state"] == "under_review"
    assert expect(finished, 201).get_json()["state"] == "corrected"
    assert answered.close().status_code == 200


def test_a_written_review_may_send_it_back(answered: Visit, defect: dict[str, Any]) -> None:
    row = act(answered, "staff", defect["id"], "reviews", result="fail", note="未補強", document=LETTER)

    assert expect(row, 201).get_json()["state"] == "issued"


def test_a_recorded_review_says_whose_it_is_and_where_it_stands(
    app: Flask, answered: Visit, defect: dict[str, Any]
) -> None:
    answer_ = act(answered, "staff", defect["id"], "reviews", result="pass", document=LETTER)
    step = expect(answer_, 201).get_json()["steps"][-1]

    detail = {"result": "pass", "document": LETTER, "on_behalf_of": "agency"}
    assert (step["by"], step["detail"]) == ("乙承辦", detail)
    with app.app_context():
        events = audit.history(session(), "inspection", answered.id)
    (event,) = [each for each in events if each.action == "defect.under_review"]
    assert (event.detail["document"], event.detail["on_behalf_of"]) == (LETTER, "agency")


def test_without_the_letters_number_staff_wait_for_the_agency(
    answered: Visit, defect: dict[str, Any]
) -> None:
    refused = act(answered, "staff", defect["id"], "reviews", result="pass")

    assert refused.status_code == 409
    assert "文號" in refused.get_json()["detail"]


@pytest.mark.parametrize("document", ["", "字" * 121, 7])
def test_the_letters_number_can_be_meant(answered: Visit, defect: dict[str, Any], document: Any) -> None:
    refused = act(answered, "staff", defect["id"], "reviews", result="pass", document=document)

    assert errors(refused) == ["document"]


def test_an_agency_that_signs_in_reviews_as_before(as_user: AsUser, people: Ids) -> None:
    found = defect_body()
    visit = Visit.issued(as_user, people, defects=[found])
    expect(answer(visit, "contractor", found["id"]), 201)

    row = act(visit, "agency", found["id"], "reviews", result="pass").get_json()

    assert (row["state"], row["steps"][-1]["detail"]) == ("under_review", {"result": "pass"})


def test_staff_record_it_on_the_page(answered: Visit, defect: dict[str, Any], page: Page) -> None:
    path = f"/defects/{defect['id']}"
    page.sign_in("staff")
    assert "登錄主辦機關的書面審查" in page.get(path).text

    refused = page.post(f"{path}/written-review", result="pass", document="", note="照公文")
    done = page.post(f"{path}/written-review", result="pass", document=LETTER)

    assert (refused.status_code, done.status_code) == (422, 303)
    assert "主辦機關的文號：" in refused.text
    assert "照公文" in refused.text
    assert f"登錄主辦機關書面審查通過（{LETTER}）" in page.get(path).text


@pytest.mark.parametrize("username", ["contractor", "auditor", "leader"])
def test_nobody_else_records_one(answered: Visit, defect: dict[str, Any], page: Page, username: str) -> None:
    page.sign_in(username)
    path = f"/defects/{defect['id']}"

    assert "登錄主辦機關的書面審查" not in page.get(path).text
    assert page.post(f"{path}/written-review", result="pass", document=LETTER).status_code == 403


# -- a party that the tender does not name ---------------------------------------------------------------------


UNNAMED = ("supervisor", "contractor", "pcm")


@pytest.mark.parametrize("party", UNNAMED)
def test_the_agency_answers_for_a_party_nobody_named(as_user: AsUser, people: Ids, party: str) -> None:
    found = defect_body(party=party)
    visit = visit_of(as_user, people, found, **{party: None})
    expect(visit.issue(), 200)

    row = expect(answer(visit, "agency", found["id"]), 201).get_json()

    assert (row["state"], row["steps"][0]["detail"]["on_behalf_of"]) == ("answered", party)


@pytest.mark.parametrize("party", UNNAMED)
def test_the_agency_does_not_answer_for_a_party_that_was_named(
    as_user: AsUser, people: Ids, party: str
) -> None:
    found = defect_body(party=party)
    visit = visit_of(as_user, people, found, pcm=builders.PCM)
    expect(visit.issue(), 200)

    assert answer(visit, "agency", found["id"]).status_code == 403


def test_what_an_inspector_entered_against_an_unnamed_party_is_kept(as_user: AsUser, people: Ids) -> None:
    found = defect_body(party="pcm", note="審查未落實")
    visit = visit_of(as_user, people, found, pcm=None)

    row = visit.api("staff").get(f"/defects/{found['id']}").get_json()

    assert (row["party"], row["note"], row["state"]) == ("pcm", "審查未落實", "found")


def test_a_party_named_before_the_issue_answers_itself(as_user: AsUser, people: Ids) -> None:
    found = defect_body(party="pcm")
    visit = visit_of(as_user, people, found, pcm=None)
    staff, path = visit.api("staff"), f"/tenders/{visit.tender}"
    before = staff.get(path)
    known = {name: value for name, value in before.get_json().items() if name != "id"}
    expect(staff.put(path, known | {"pcm": builders.PCM}, before.headers["ETag"]), 200)
    expect(visit.issue(), 200)

    assert answer(visit, "agency", found["id"]).status_code == 403
    assert answer(visit, "pcm", found["id"]).status_code == 201


def test_the_pages_say_that_the_agency_answers(as_user: AsUser, people: Ids, page: Page) -> None:
    found = defect_body(party="supervisor")
    visit = visit_of(as_user, people, found, supervisor=None)
    page.sign_in("staff")
    assert "標案未載明監造單位" in page.get(f"/inspections/{visit.id}").text
    expect(visit.issue(DEADLINE), 200)

    pages = {
        path: page.get(path).text
        for path in (f"/inspections/{visit.id}", "/defects", f"/defects/{found['id']}")
    }

    assert {path for path, text in pages.items() if STAND_IN not in text} == set()
    assert "標案未載明監造單位" not in pages[f"/inspections/{visit.id}"]


def test_the_notice_asks_the_agency_to_answer(as_user: AsUser, people: Ids, tmp_path: Path) -> None:
    notices = []
    for name, tender in (("1", {"supervisor": None}), ("2", {})):
        visit = visit_of(as_user, people, defect_body(party="supervisor"), number=name, **tender)
        expect(visit.issue(), 200)
        path = tmp_path / f"{name}.pdf"
        path.write_bytes(visit.get("staff", "/notice.pdf").data)
        done = subprocess.run(
            ["pdftotext", "-raw", str(path), "-"], capture_output=True, text=True, check=True
        )
        notices.append("".join(done.stdout.split()))

    said = "標案未載明監造單位，其缺失請主辦機關代為回復"
    assert [said in text for text in notices] == [True, False]


def test_the_agencys_own_page_offers_the_answer(as_user: AsUser, people: Ids, page: Page) -> None:
    found = defect_body(party="supervisor")
    visit = visit_of(as_user, people, found, supervisor=None)
    expect(visit.issue(), 200)
    page.sign_in("agency")

    assert "送出回復" in page.get(f"/defects/{found['id']}").text
    assert "回復改善" in page.get(f"/inspections/{visit.id}").text


@pytest.mark.parametrize(
    ("party", "also", "named", "expected"),
    [
        ("contractor", [], {"agency", "contractor"}, ("contractor",)),
        ("contractor", ["supervisor"], {"agency"}, ("contractor", "supervisor", "agency")),
        ("agency", [], {"agency"}, ("agency",)),
        ("contractor", [], set(), ("contractor",)),
    ],
)
def test_who_answers(party: str, also: list[str], named: set[str], expected: tuple[str, ...]) -> None:
    assert answerers(party, also, named) == expected
    assert stands_in(party, named) is (expected[-1] == "agency" != party)
