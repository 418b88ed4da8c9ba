"""The pages of defects: whose turn it is, the photos of a correction, and nothing sent is lost."""

import io
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import TestResponse

from inspect_app.core.auth import COOKIE_KEY
from inspect_app.core.clock import FixedClock
from tests import builders
from tests.clients import Page
from tests.conftest import MakeApp, Write
from tests.databases import counted
from tests.inspections_builders import AsUser, Ids, Visit, defect_body, expect, jpeg, sha256

SignIn = Callable[[str], Page]
STAGES = ("before", "during", "after")
NOTE = "已敲除修補並重新養護"


@pytest.fixture
def sign_in(app: Flask, write: Write, people: Ids) -> SignIn:
    """`sign_in("staff")` is that person's browser, without the slow check of a password."""

    def one(username: str) -> Page:
        assert username in people
        page = Page(app.test_client())
        with write() as session, page.client.session_transaction() as cookie:
            cookie[COOKIE_KEY] = builders.token(session, username)
        return page

    return one


@pytest.fixture
def visit(as_user: AsUser, people: Ids) -> Visit:
    """Issued, with one defect of the contractor's, to be corrected by 115/12/20."""
    return Visit.issued(as_user, people, defects=[defect_body(note="柱底有蜂窩")])


def path_of(visit: Visit) -> str:
    found = visit.api("staff").get("/defects", inspection=visit.id).get_json()["items"]
    return f"/defects/{found[0]['id']}"


def state_of(visit: Visit) -> str:
    return str(visit.api("staff").get(path_of(visit)).get_json()["state"])


def picture(number: int, name: str = "photo.jpg") -> FileStorage:
    return FileStorage(io.BytesIO(jpeg(number)), filename=name)


def correct(page: Page, path: str, note: str = NOTE, **files: Any) -> TestResponse:
    """Send the correction's form; every stage has a photo unless `files` say otherwise."""
    page.get(path)
    chosen = {stage: picture(number) for number, stage in enumerate(STAGES, 1)} | files
    form = MultiDict({"csrf_token": page.csrf, "note": note})
    for name, value in chosen.items():
        for each in value if isinstance(value, list) else [value]:
            form.add(name, each)
    return page.client.post(f"{path}/correct", data=form, headers={"Accept": "text/html"})


def send(page: Page, path: str, part: str, **form: Any) -> TestResponse:
    page.get(path)
    return page.post(f"{path}{part}", **form)


@pytest.fixture
def answered(sign_in: SignIn, visit: Visit) -> Visit:
    expect(correct(sign_in("contractor"), path_of(visit)), 303)
    return visit


# -- the list -------------------------------------------------------------------------------------------------


def test_the_list_begins_with_what_is_not_finished(sign_in: SignIn, visit: Visit) -> None:
    text = sign_in("contractor").get("/defects").text

    assert "共 1 項" in text
    assert "柱底有蜂窩" in text
    assert "還有 27 天" in text


def test_an_overdue_defect_says_so_in_words(sign_in: SignIn, visit: Visit, fixed_clock: FixedClock) -> None:
    fixed_clock.instant += timedelta(days=30)

    assert "逾期 3 天" in sign_in("staff").get("/defects").text


def test_before_issue_a_defect_is_the_teams_alone(sign_in: SignIn, as_user: AsUser, people: Ids) -> None:
    visit = Visit.submitted(as_user, people, defects=[defect_body()])

    assert "5.01.01" in sign_in("leader").get("/defects?state=all").text
    for username in ("contractor", "agency", "auditor"):
        page = sign_in(username)
        assert "共 0 項" in page.get("/defects?state=all").text
        assert page.get(path_of(visit)).status_code == 404


def test_another_contractor_finds_nothing(sign_in: SignIn, visit: Visit) -> None:
    page = sign_in("other_contractor")

    assert "目前沒有待改善的缺失" in page.get("/defects").text
    assert page.get(path_of(visit)).status_code == 404


def test_the_list_is_narrowed_by_state(sign_in: SignIn, visit: Visit) -> None:
    page = sign_in("staff")

    assert "共 1 項" in page.get("/defects?state=issued").text
    assert "沒有符合篩選條件的缺失" in page.get("/defects?state=closed").text


def test_a_list_needs_no_more_queries_for_more_rows(
    app: Flask, sign_in: SignIn, as_user: AsUser, people: Ids
) -> None:
    page = sign_in("staff")
    seen = []
    for _ in range(2):
        Visit.issued(as_user, people, defects=[defect_body()])
        with counted(app) as statements:
            page.get("/defects")
        seen.append(len(statements))

    assert seen[0] == seen[1]


# -- one defect -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("username", "form"), [("contractor", "/correct"), ("staff", "/extend"), ("agency", ""), ("leader", "")]
)
def test_each_side_is_offered_its_own_form(sign_in: SignIn, visit: Visit, username: str, form: str) -> None:
    text = sign_in(username).get(path_of(visit)).text

    assert re.findall(r'action="/defects/[^"/]+(/\w+)"', text) == ([form] if form else [])


def test_a_party_deducted_with_it_may_answer_too(sign_in: SignIn, as_user: AsUser, people: Ids) -> None:
    visit = Visit.issued(as_user, people, defects=[defect_body(also=["supervisor"])])

    assert "送出回復" in sign_in("supervisor").get(path_of(visit)).text


def test_the_defects_photo_is_shown_once_it_came(sign_in: SignIn, as_user: AsUser, people: Ids) -> None:
    found, photos = [defect_body(photos=[sha256(8)])], [{"sha256": sha256(8)}]
    visit = Visit.submitted(as_user, people, defects=found, photos=photos)
    assert sha256(8) not in sign_in("leader").get(path_of(visit)).text

    expect(visit.send_photo(8), 201)

    text = sign_in("leader").get(path_of(visit)).text
    assert f'<a href="/api/v1/photos/{sha256(8)}?size=web"><img src="/api/v1/photos/addresses/' in text


# -- corrections -------------------------------------------------------------------------------------------------


def test_the_contractor_answers_with_photos_before_during_and_after(sign_in: SignIn, visit: Visit) -> None:
    page = sign_in("contractor")

    answer = correct(page, path_of(visit))

    assert answer.status_code == 303
    assert state_of(visit) == "answered"
    text = sign_in("agency").get(path_of(visit)).text
    assert NOTE in text
    assert [sha256(number) in text for number in (1, 2, 3)] == [True, True, True]


def test_a_stage_may_have_several_photos(sign_in: SignIn, visit: Visit) -> None:
    page = sign_in("contractor")

    expect(correct(page, path_of(visit), after=[picture(3), picture(4)]), 303)

    (step,) = visit.api("staff").get(path_of(visit)).get_json()["steps"]
    assert step["detail"]["photos"]["after"] == [sha256(3), sha256(4)]


def test_without_a_note_the_photos_that_came_are_kept(sign_in: SignIn, visit: Visit) -> None:
    page, path = sign_in("contractor"), path_of(visit)

    refused = correct(page, path, note=" ")

    assert refused.status_code == 422
    assert 'href="#correct-note"' in refused.text
    kept = dict(re.findall(r'name="(kept-\w+)" value="([0-9a-f]{64})" checked', refused.text))
    assert kept == {f"kept-{stage}": sha256(number) for number, stage in enumerate(STAGES, 1)}
    assert page.post(f"{path}/correct", note=NOTE, **kept).status_code == 303
    assert state_of(visit) == "answered"


def test_a_file_that_is_no_photo_is_named_and_the_rest_is_kept(sign_in: SignIn, visit: Visit) -> None:
    text_file = FileStorage(io.BytesIO(b"not a picture"), filename="說明.txt")

    refused = correct(sign_in("contractor"), path_of(visit), during=text_file)

    assert refused.status_code == 422
    assert "說明.txt" in refused.text
    assert 'href="#correct-during"' in refused.text
    assert NOTE in refused.text
    assert refused.text.count(" checked>") == 2
    assert state_of(visit) == "issued"


def test_a_stage_without_a_photo_is_named(sign_in: SignIn, visit: Visit) -> None:
    refused = correct(sign_in("contractor"), path_of(visit), after=[])

    assert refused.status_code == 422
    assert "改善後照片：至少一張照片。" in refused.text


def test_too_many_photos_at_once_are_refused_on_the_page(
    make_app: MakeApp, write: Write, visit: Visit
) -> None:
    page = Page(make_app(MAX_BODY_BYTES="65536").test_client())
    with write() as session, page.client.session_transaction() as cookie:
        cookie[COOKIE_KEY] = builders.token(session, "contractor")

    refused = correct(page, path_of(visit), after=large())

    assert refused.status_code == 413
    assert "先選一部分照片送出" in refused.text
    assert "送出回復" in refused.text
    assert correct(page, f"/defects/{visit.id}", after=large()).status_code == 404


def large() -> FileStorage:
    return FileStorage(io.BytesIO(bytes(70_000)), filename="large.jpg")


def test_a_photo_of_another_inspection_is_no_photo_of_this_one(sign_in: SignIn, visit: Visit) -> None:
    refused = correct(sign_in("contractor"), path_of(visit), after=[], **{"kept-after": sha256(9)})

    assert refused.status_code == 422
    assert state_of(visit) == "issued"


def test_the_side_whose_defect_it_is_not_sends_no_photo(app: Flask, sign_in: SignIn, visit: Visit) -> None:
    answer = correct(sign_in("supervisor"), path_of(visit))

    assert answer.status_code == 403
    assert visit.api("supervisor").get(f"/photos/{sha256(1)}").status_code == 404


def test_answering_twice_is_refused_on_the_page(sign_in: SignIn, answered: Visit) -> None:
    refused = correct(sign_in("contractor"), path_of(answered))

    assert refused.status_code == 409
    assert "只有待改善的缺失可以回復" in refused.text


# -- reviews and extensions ----------------------------------------------------------------------------------------


def test_the_agency_passes_it_on_and_staff_finish(sign_in: SignIn, answered: Visit) -> None:
    path = path_of(answered)

    assert send(sign_in("agency"), path, "/review", result="pass").status_code == 303
    assert state_of(answered) == "under_review"
    assert send(sign_in("staff"), path, "/review", result="pass", note="備查").status_code == 303
    assert state_of(answered) == "corrected"


def test_a_correction_sent_back_says_what_is_missing(sign_in: SignIn, answered: Visit) -> None:
    send(sign_in("agency"), path_of(answered), "/review", result="fail", note="照片看不出範圍")

    text = sign_in("contractor").get(path_of(answered)).text
    assert "退回，請再改善：照片看不出範圍" in text
    assert "送出回復" in text


def test_a_review_needs_a_result_and_keeps_its_note(sign_in: SignIn, answered: Visit) -> None:
    refused = send(sign_in("agency"), path_of(answered), "/review", note="照片看不出範圍")

    assert refused.status_code == 422
    assert 'href="#review-result"' in refused.text
    assert "照片看不出範圍" in refused.text


def test_what_was_sent_meanwhile_is_not_reviewed_unseen(sign_in: SignIn, answered: Visit) -> None:
    refused = send(sign_in("agency"), path_of(answered), "/review", result="pass", version="1")

    assert refused.status_code == 412
    assert state_of(answered) == "answered"


def extension(**changes: str) -> dict[str, str]:
    return {"correct_by": "116/1/15", "reason": "雨季", "document": "測查字第 2 號"} | changes


def test_staff_agree_to_a_later_deadline(sign_in: SignIn, visit: Visit) -> None:
    page = sign_in("staff")

    assert send(page, path_of(visit), "/extend", **extension()).status_code == 303
    assert "同意展延至116年1月15日（五）（測查字第 2 號）：雨季" in page.get(path_of(visit)).text


@pytest.mark.parametrize("day", ["115/12/20", "明年", ""])
def test_an_extension_that_cannot_be_meant_keeps_what_was_typed(
    sign_in: SignIn, visit: Visit, day: str
) -> None:
    refused = send(sign_in("staff"), path_of(visit), "/extend", **extension(correct_by=day))

    assert refused.status_code == 422
    assert 'href="#extend-correct_by"' in refused.text
    assert 'value="測查字第 2 號"' in refused.text
    assert "<details open>" in refused.text


def test_every_form_needs_its_hidden_token(sign_in: SignIn, visit: Visit) -> None:
    page = sign_in("staff")
    parts = ("/correct", "/review", "/extend")

    answers = [page.post(f"{path_of(visit)}{part}") for part in parts]

    assert [answer.status_code for answer in answers] == [403] * len(parts)
    assert all("頁面已逾時" in answer.text for answer in answers)
