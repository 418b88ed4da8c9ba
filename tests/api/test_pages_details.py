"""Small things people stumble over on the pages: limits from the law file, the order of events, words that fit."""

import io
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from inspect_app.core import clock
from inspect_app.tenders import service as tenders
from scoring import lawbook
from scoring.lawbook import LocalLaw
from scoring.parameters import ProgressLimit
from tests import builders
from tests.clients import Page
from tests.conftest import Write
from tests.inspections_builders import (
    AsUser,
    Ids,
    Visit,
    defect_body,
    expect,
    plan_body,
    sha256,
    submission_body,
)

STAGES = {"before": [sha256(1)], "during": [sha256(2)], "after": [sha256(3)]}


@pytest.fixture
def staff(page: Page, people: Ids) -> Page:
    assert "staff" in people
    page.sign_in("staff")
    return page


# -- from when a tender is behind -----------------------------------------------------------------------------


def tender_behind(write: Write, points: str) -> str:
    with write() as session:
        tender = builders.tender(session, "A-1")
        data = tenders.ProgressData(Decimal("50.00"), Decimal("50.00") - Decimal(points), "施工中")
        tenders.file_progress(
            session, tender.id, "2026-10", data, builders.actor(session, "staff"), clock.now()
        )
        return str(tender.id)


def tone(text: str, points: str) -> str:
    before, _, _ = text.partition(f"落後 {points}")
    return before.rpartition("tone-")[2].partition('"')[0]


@pytest.mark.parametrize(("points", "shown"), [("4.99", "warn"), ("5.00", "bad")])
def test_a_tender_is_marked_behind_from_the_local_limit(
    staff: Page, write: Write, points: str, shown: str
) -> None:
    tender = tender_behind(write, points)

    assert tone(staff.get("/tenders").text, points) == shown
    assert tone(staff.get(f"/tenders/{tender}").text, points) == shown


def test_another_limit_in_the_law_file_marks_another_tender(
    staff: Page, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = lawbook.at(date(2026, 11, 23)).local.progress
    monkeypatch.setattr(LocalLaw, "progress", property(lambda _: ProgressLimit(known.source, 7)))
    tender = tender_behind(write, "5.00")

    assert tone(staff.get("/tenders").text, "5.00") == "warn"
    assert tone(staff.get(f"/tenders/{tender}").text, "5.00") == "warn"


def test_the_limit_is_a_local_reading_of_five_points() -> None:
    limit = lawbook.at(date(2020, 12, 31)).local.progress

    assert (limit.behind_from, limit.source.scope, limit.source.status) == (5, "local", "reading")


# -- history ---------------------------------------------------------------------------------------------------


def test_photos_are_told_before_what_they_complete(staff: Page, as_user: AsUser, people: Ids) -> None:
    visit = Visit.started(as_user, people)
    photos = [{"sha256": sha256(number)} for number in (1, 2)]
    expect(visit.submit(submission_body(people, photos=photos)), 201)
    for number in (1, 2):
        expect(visit.send_photo(number), 201)

    text = staff.get(visit.path()).text.partition('id="history-title"')[2]

    order = [text.index(said) for said in ("送出查核結果", "傳送 2 張照片", "照片全部收到")]
    assert order == sorted(order)


# -- words ------------------------------------------------------------------------------------------------------


def test_a_review_without_an_answer_names_the_question(page: Page, as_user: AsUser, people: Ids) -> None:
    found = defect_body()
    visit = Visit.issued(as_user, people, defects=[found])
    for number in (1, 2, 3):
        expect(visit.send_photo(number, "contractor"), 201)
    body = {"note": "已修補", "photos": STAGES}
    expect(visit.api("contractor").post(f"/defects/{found['id']}/corrections", body), 201)
    page.sign_in("agency")
    page.get(f"/defects/{found['id']}")

    text = page.post(f"/defects/{found['id']}/review", note="可").text

    assert '<a href="#review-result">改善是否完妥：必填。</a>' in text


def test_a_missing_unit_is_asked_for_in_peoples_words(staff: Page) -> None:
    staff.get("/tenders/import")
    rows = "標案編號,標案名稱,主辦機關,預算金額\n1,橋,甲機關,5\n".encode()

    kept = staff.post("/tenders/import", file=(io.BytesIO(rows), "a.csv"))
    text = staff.get(kept.headers["Location"]).text

    assert "請指定金額單位：元或千元。" in text
    assert "twd）" not in text


# -- planning --------------------------------------------------------------------------------------------------


def test_a_leader_ticked_among_the_members_still_goes_once(staff: Page, as_user: AsUser, people: Ids) -> None:
    api = as_user("staff")
    tender = expect(api.post("/tenders", builders.tender_body()), 201).get_json()["id"]
    body: dict[str, Any] = plan_body(tender, people, on="115/12/1")
    staff.get(f"/inspections/new?tender={tender}")

    answer = staff.post("/inspections", **body | {"members": [body["leader"], *body["members"]]})

    assert answer.status_code == 303
    (visit,) = api.get("/inspections").get_json()["items"]
    assert [person["id"] for person in visit["team"]] == [body["leader"], *body["members"]]


def test_the_plan_says_that_its_leader_need_not_be_ticked(staff: Page, as_user: AsUser) -> None:
    tender = expect(as_user("staff").post("/tenders", builders.tender_body()), 201).get_json()["id"]

    assert "本次的領隊不必再勾選" in staff.get(f"/inspections/new?tender={tender}").text
