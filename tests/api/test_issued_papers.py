"""Once issued, papers and their readers stay what they were, whatever becomes of the tender."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from inspect_app.accounts.models import User
from inspect_app.core import audit
from inspect_app.core.database import session
from tests import builders
from tests.clients import Page
from tests.conftest import MakeApp, Write
from tests.inspections_builders import AsUser, Ids, Visit, defect_body, errors, expect, sha256, strangers

PAPERS = ("letter", "notice", "record")
NEW_CONTRACTOR = builders.OTHER_CONTRACTOR
NEW_AGENCY = "另一個機關"
STAGES = {"before": [sha256(1)], "during": [sha256(2)], "after": [sha256(3)]}


@pytest.fixture
def visit(as_user: AsUser, people: Ids, write: Write) -> Visit:
    """Issued with a defect of the contractor; further people belong to organisations it does not name."""
    with write() as current:
        people.update(strangers(current))
    return Visit.issued(as_user, people, defects=[defect_body()])


def papers(visit: Visit, username: str = "staff") -> dict[str, bytes]:
    names = PAPERS if username == "staff" else PAPERS[1:]
    return {name: expect(visit.get(username, f"/{name}.pdf"), 200).data for name in names}


def change(visit: Visit, **changes: Any) -> None:
    """Correct the tender as staff do."""
    path, staff = f"/tenders/{visit.tender}", visit.api("staff")
    found = expect(staff.get(path), 200)
    known = {name: value for name, value in found.get_json().items() if name != "id"}
    expect(staff.put(path, known | changes, found.headers["ETag"]), 200)


EDITS: dict[str, dict[str, Any]] = {
    "name": {"name": "改名後的工程"},
    "number": {"number": "115-改-001"},
    "agency": {"agency": NEW_AGENCY},
    "contractor": {"contractor": NEW_CONTRACTOR},
    "no supervisor": {"supervisor": None},
    "pcm": {"pcm": "另一家專管"},
    "budget": {"budget_twd": 1},
    "contract": {"contract_twd": 2},
}


@pytest.mark.parametrize("changes", EDITS.values(), ids=EDITS)
def test_correcting_the_tender_changes_no_issued_paper(visit: Visit, changes: dict[str, Any]) -> None:
    before = papers(visit)

    change(visit, **changes)

    assert papers(visit) == before


def test_importing_the_tender_again_changes_no_issued_paper(visit: Visit) -> None:
    before, staff = papers(visit), visit.api("staff")
    tender = staff.get(f"/tenders/{visit.tender}").get_json()
    row = f"標案編號,標案名稱,主辦機關,承攬廠商\n{tender['number']},新名稱,{tender['agency']},新廠商\n"

    report = expect(staff.upload("/tenders/imports", row.encode()), 200).get_json()

    assert report["updated"] == 1
    assert papers(visit) == before


def test_before_issue_the_letter_follows_the_tender(as_user: AsUser, people: Ids) -> None:
    visit = Visit.submitted(as_user, people)
    before = visit.get("staff", "/letter.pdf").data

    change(visit, name="改名後的工程")

    assert visit.get("staff", "/letter.pdf").data != before


def test_the_record_is_of_the_tender_as_it_stood_at_the_issue(as_user: AsUser, people: Ids) -> None:
    visit = Visit.submitted(as_user, people)
    change(visit, budget_twd=77_000_000)
    expect(visit.issue(), 200)
    before = papers(visit)
    change(visit, budget_twd=88_000_000)

    assert papers(visit) == before


def test_a_person_renamed_later_keeps_his_name_on_the_papers(visit: Visit, write: Write) -> None:
    before = papers(visit)
    with write() as current:
        current.execute(update(User).where(User.username == "leader").values(name="改過的名字"))

    assert papers(visit) == before


def test_papers_keep_the_name_of_the_team_that_issued_them(visit: Visit, make_app: MakeApp) -> None:
    renamed = make_app(TEAM_NAME="改制後的查核小組")
    token = visit.api("staff").token
    answer = renamed.test_client().get(
        f"/api/v1/inspections/{visit.id}/record.pdf", headers={"Authorization": f"Bearer {token}"}
    )

    assert answer.data == papers(visit)["record"]


# -- who reads them ----------------------------------------------------------------------------------------


def reads(visit: Visit, username: str) -> list[int]:
    """What a person is answered: the visit, its papers, score and defect; and how many the lists hold."""
    api = visit.api(username)
    found = [visit.get(username, part).status_code for part in ("", "/notice.pdf", "/record.pdf", "/score")]
    defects = visit.api("staff").get("/defects").get_json()["items"]
    found.append(api.get(f"/defects/{defects[0]['id']}").status_code)
    return [*found, *(len(api.get(path).get_json()["items"]) for path in ("/inspections", "/defects"))]


ALL, NOTHING = [200] * 5 + [1, 1], [404] * 5 + [0, 0]
MOVES = {
    "agency": ({"agency": NEW_AGENCY}, "agency", "other_agency"),
    "contractor": ({"contractor": NEW_CONTRACTOR}, "contractor", "other_contractor"),
}


@pytest.mark.every_database
@pytest.mark.parametrize(("changes", "old", "new"), MOVES.values(), ids=MOVES)
def test_who_received_the_papers_keeps_them_and_nobody_new_gains_them(
    visit: Visit, changes: dict[str, Any], old: str, new: str
) -> None:
    change(visit, **changes)

    assert (reads(visit, old), reads(visit, new)) == (ALL, NOTHING)


def test_the_party_the_defect_was_issued_to_still_answers_it(visit: Visit) -> None:
    change(visit, contractor=NEW_CONTRACTOR)
    for number in (1, 2, 3):
        expect(visit.send_photo(number, "contractor"), 201)
    defect = visit.api("staff").get("/defects").get_json()["items"][0]["id"]

    body = {"note": "已修補", "photos": STAGES}
    answer = visit.api("contractor").post(f"/defects/{defect}/corrections", body)

    assert answer.status_code == 201


def test_a_party_removed_before_the_issue_receives_nothing(as_user: AsUser, people: Ids) -> None:
    visit = Visit.submitted(as_user, people)
    change(visit, pcm=None)
    expect(visit.issue(), 200)

    assert visit.get("pcm").status_code == 404


def test_the_page_says_what_the_papers_say_and_links_no_tender_that_is_no_longer_ones_own(
    visit: Visit, page: Page
) -> None:
    change(visit, agency=NEW_AGENCY, name="改名後的工程")
    page.sign_in("agency")

    text = page.get(f"/inspections/{visit.id}").text

    assert builders.AGENCY in text
    assert "改名後的工程" not in text
    assert f"/tenders/{visit.tender}" not in text + page.get("/inspections").text


# -- sending on --------------------------------------------------------------------------------------------


def send_on(visit: Visit, party: str = "contractor", document: str = "補字第 1 號") -> Any:
    return visit.post("staff", "/recipients", {"party": party, "document": document})


@pytest.mark.every_database
def test_staff_send_the_unchanged_papers_on_to_a_party_named_since(visit: Visit) -> None:
    before = papers(visit)
    change(visit, contractor=NEW_CONTRACTOR)

    found = expect(send_on(visit), 201).get_json()["recipients"]

    sent = [(row["organisation"], row["document"]) for row in found if row["party"] == "contractor"]
    assert sent == [(builders.CONTRACTOR, None), (NEW_CONTRACTOR, "補字第 1 號")]
    assert (reads(visit, "contractor"), reads(visit, "other_contractor")) == (ALL, ALL)
    assert papers(visit) == before


def test_sending_on_is_told_in_the_history(visit: Visit, app: Flask, page: Page) -> None:
    change(visit, contractor=NEW_CONTRACTOR)
    expect(send_on(visit), 201)

    with app.app_context():
        events = audit.history(session(), "inspection", visit.id)
    told = [event for event in events if event.action == "inspection.sent_on"]
    assert [(event.actor_name, event.detail["organisation"]) for event in told] == [
        ("乙承辦", NEW_CONTRACTOR)
    ]
    page.sign_in("staff")
    assert f"補送承攬廠商{NEW_CONTRACTOR}（補字第 1 號）" in page.get(f"/inspections/{visit.id}").text


def test_a_party_that_has_the_papers_is_not_sent_them_again(visit: Visit) -> None:
    assert errors(send_on(visit)) == ["party"]


def test_a_party_the_tender_does_not_name_is_sent_nothing(visit: Visit) -> None:
    change(visit, supervisor=None)

    assert errors(send_on(visit, "supervisor")) == ["party"]


def test_nothing_is_sent_on_before_the_issue(as_user: AsUser, people: Ids) -> None:
    visit = Visit.submitted(as_user, people)

    assert send_on(visit).status_code == 409


def test_an_old_page_sends_nothing_on(visit: Visit) -> None:
    seen = visit.etag()
    change(visit, contractor=NEW_CONTRACTOR)
    expect(send_on(visit), 201)
    change(visit, contractor="第三家營造公司")

    answer = visit.post("staff", "/recipients", {"party": "contractor", "document": "2"}, seen)

    assert answer.status_code == 412


def test_staff_send_on_from_the_page(visit: Visit, page: Page) -> None:
    path = f"/inspections/{visit.id}"
    page.sign_in("staff")
    assert "補送給標案新載明的單位" not in page.get(path).text
    change(visit, contractor=NEW_CONTRACTOR)
    assert "補送給標案新載明的單位" in page.get(path).text

    refused = page.post(f"{path}/send-on", party="contractor", document="")
    done = page.post(f"{path}/send-on", party="contractor", document="補字第 1 號")

    assert (refused.status_code, done.status_code) == (422, 303)
    assert "補送的文號：" in refused.text
    assert visit.get("other_contractor").status_code == 200
