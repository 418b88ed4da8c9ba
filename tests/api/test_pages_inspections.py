"""The pages of inspections: each role sees what it may know, one next step, and nothing typed is lost."""

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from inspect_app.core.auth import COOKIE_KEY
from tests import builders
from tests.clients import Page
from tests.conftest import Write
from tests.databases import counted
from tests.inspections_builders import (
    ITEMS,
    AsUser,
    Ids,
    Visit,
    defect_body,
    expect,
    marks,
    sha256,
    submission_body,
)

SignIn = Callable[[str], Page]
NAME = "測試護岸整治工程"
INSPECTED = ("agency", "supervisor", "contractor", "pcm")
REASON = "配偶任職於承攬廠商"


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
def planned(as_user: AsUser, people: Ids) -> Visit:
    return Visit.planned(as_user, people)


def shown(sign_in: SignIn, username: str, visit: Visit) -> str:
    """The text of the inspection's page, as a person reads it."""
    return str(expect(sign_in(username).get(visit.path()), 200).text)


def send(page: Page, path: str, part: str, **form: Any) -> TestResponse:
    """Send one of the forms of a page that was just opened."""
    page.get(path)
    return page.post(f"{path}{part}", **form)


def primary(text: str) -> str:
    """What stands in the strip of the next step."""
    found = re.search(r'<section class="next-step".*?</section>', text, re.S)
    return words(found[0]) if found else ""


def words(text: str) -> str:
    """What a reader reads: no tags, addresses or identifiers."""
    return re.sub(r"<[^>]+>|\s+", " ", text)


# -- the list -------------------------------------------------------------------------------------------------


def test_staff_see_a_planned_visit_with_day_and_weekday(sign_in: SignIn, planned: Visit) -> None:
    text = sign_in("staff").get("/inspections").text

    assert "115年11月20日（五）" in text
    assert "共 1 次" in text


@pytest.mark.parametrize("username", [*INSPECTED, "auditor", "other_contractor"])
def test_before_issue_the_list_says_nothing_to_others(sign_in: SignIn, planned: Visit, username: str) -> None:
    text = sign_in(username).get("/inspections").text

    assert NAME not in text
    assert "共 0 次" in text
    assert "目前沒有已發文的查核" in text


@pytest.mark.parametrize("username", INSPECTED)
def test_the_inspecteds_filter_offers_no_state_before_issue(
    sign_in: SignIn, planned: Visit, username: str
) -> None:
    text = sign_in(username).get("/inspections").text

    assert 'value="issued"' in text
    assert 'value="planned"' not in text


def test_a_filter_that_finds_nothing_can_be_cleared(sign_in: SignIn, planned: Visit) -> None:
    text = sign_in("staff").get("/inspections?state=closed").text

    assert "沒有符合篩選條件的查核" in text
    assert "清除篩選" in text


def test_days_are_filtered_in_years_of_the_republic(sign_in: SignIn, planned: Visit) -> None:
    page = sign_in("staff")

    assert "共 1 次" in page.get("/inspections?since=115/11/20&until=1151120").text
    assert "共 0 次" in page.get("/inspections?since=115/11/21").text


def test_a_day_that_cannot_be_read_is_named_beside_its_field(sign_in: SignIn, planned: Visit) -> None:
    answer = sign_in("staff").get("/inspections?since=soon")

    assert answer.status_code == 422
    assert 'href="#since"' in answer.text
    assert 'value="soon"' in answer.text


def test_the_list_pages_and_keeps_its_filter(sign_in: SignIn, as_user: AsUser, people: Ids) -> None:
    for _ in range(51):
        Visit.planned(as_user, people)
    page = sign_in("staff")

    following = re.search(r'href="([^"]+)" rel="next"', page.get("/inspections?state=planned").text)

    assert following
    second = page.get(following[1].replace("&amp;", "&")).text
    assert second.count("115年11月20日（五）") == 1
    assert "state=planned" in following[1]


def test_a_list_needs_no_more_queries_for_more_rows(
    app: Flask, sign_in: SignIn, as_user: AsUser, people: Ids
) -> None:
    page = sign_in("staff")
    seen = []
    for _ in range(2):
        Visit.submitted(as_user, people)
        with counted(app) as statements:
            page.get("/inspections")
        seen.append(len(statements))

    assert seen[0] == seen[1]


def test_a_withheld_grade_reads_as_awaiting_its_test(sign_in: SignIn, as_user: AsUser, people: Ids) -> None:
    Visit.submitted(as_user, people, pending_tests=["concrete_core"])

    text = sign_in("staff").get("/inspections").text

    assert "待試驗" in text
    assert "甲等" not in text


# -- planning ---------------------------------------------------------------------------------------------------


def plan_form(visit: Visit, **changes: Any) -> dict[str, Any]:
    people = visit.people
    form = {
        "tender": visit.tender,
        "on": "115/12/1",
        "method": "unannounced",
        "kind": "inspection",
        "leader": str(people["leader"]),
        "members": [str(people["member1"]), str(people["member2"])],
    }
    return form | changes


def plan(page: Page, visit: Visit, **changes: Any) -> TestResponse:
    page.get(f"/inspections/new?tender={visit.tender}")
    return page.post("/inspections", **plan_form(visit, **changes))


@pytest.mark.parametrize("typed", ["115/12/1", "115年12月1日"])
def test_staff_plan_a_visit_in_any_spelling_of_the_day(sign_in: SignIn, planned: Visit, typed: str) -> None:
    page = sign_in("staff")

    answer = plan(page, planned, on=typed)

    assert answer.status_code == 303
    assert "115年12月1日（二）" in page.get(answer.headers["Location"]).text


def test_a_wrong_day_keeps_what_was_typed(sign_in: SignIn, planned: Visit) -> None:
    answer = plan(sign_in("staff"), planned, on="115/13/1", method="announced")

    assert answer.status_code == 422
    assert 'href="#plan-on"' in answer.text
    assert 'value="115/13/1"' in answer.text
    assert re.search(r'value="announced" selected', answer.text)
    assert answer.text.count(" checked") == 2


def test_everything_wrong_is_named_at_once(sign_in: SignIn, planned: Visit) -> None:
    leader = str(planned.people["leader"])
    answer = plan(sign_in("staff"), planned, on="", leader="", members=[leader, "nobody"])

    assert answer.status_code == 422
    assert {"#plan-on", "#plan-leader", "#plan-members"} <= set(
        re.findall(r'href="(#plan-[a-z]+)"', answer.text)
    )


def test_the_same_tender_twice_a_day_is_a_conflict_and_the_form_stays(
    sign_in: SignIn, planned: Visit
) -> None:
    answer = plan(sign_in("staff"), planned, on="115/11/20")

    assert answer.status_code == 409
    assert "同案同日僅一筆" in answer.text
    assert 'value="115/11/20"' in answer.text


def test_a_tender_is_found_by_a_part_of_its_name(sign_in: SignIn, planned: Visit) -> None:
    text = sign_in("staff").get("/inspections/new?q=護岸").text

    assert f"tender={planned.tender}" in text


def test_an_unknown_tender_is_not_found(sign_in: SignIn) -> None:
    page = sign_in("staff")

    assert page.get(f"/inspections/new?tender={uuid4()}").status_code == 404
    assert page.get("/inspections/new?tender=x").status_code == 404


@pytest.mark.parametrize("username", ["leader", "member1", "auditor", "agency", "admin"])
def test_only_staff_plan(sign_in: SignIn, planned: Visit, username: str) -> None:
    assert sign_in(username).get("/inspections/new").status_code == 403


def edit_version(page: Page, visit: Visit) -> str:
    found = re.search(r'name="version" value="(\d+)"', page.get(visit.path("/edit")).text)
    assert found
    return found[1]


def test_a_planned_visit_is_changed(sign_in: SignIn, planned: Visit) -> None:
    page = sign_in("staff")
    version = edit_version(page, planned)

    answer = page.post(planned.path("/edit"), **plan_form(planned, version=version))

    assert answer.status_code == 303
    assert planned.read()["on"] == "2026-12-01"


def test_an_older_form_is_shown_again_with_what_was_typed(sign_in: SignIn, planned: Visit) -> None:
    page = sign_in("staff")
    version = edit_version(page, planned)
    expect(planned.replan(planned.etag(), on="2026-11-30"), 200)

    answer = page.post(planned.path("/edit"), **plan_form(planned, version=version))

    assert answer.status_code == 412
    assert 'value="115/12/1"' in answer.text
    assert "115年11月30日（一）" in answer.text
    assert planned.read()["on"] == "2026-11-30"


def test_the_share_of_outside_experts_is_warned_of(sign_in: SignIn, as_user: AsUser, people: Ids) -> None:
    visit = Visit.planned(as_user, people, members=[str(people["member2"])])

    assert "未達 1／3" in shown(sign_in, "staff", visit)


# -- secrecy -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("username", [*INSPECTED, "auditor", "other_contractor"])
def test_before_issue_a_visits_page_does_not_exist_for_others(
    sign_in: SignIn, planned: Visit, username: str
) -> None:
    answer = sign_in(username).get(planned.path())

    assert answer.status_code == 404
    assert NAME not in answer.text


def test_nobody_signed_in_is_led_to_the_sign_in_page(page: Page, planned: Visit) -> None:
    assert page.get(planned.path()).headers["Location"].startswith("/sign-in")


@pytest.mark.parametrize("username", INSPECTED)
def test_the_inspected_see_no_declaration_mark_answer_or_early_history(
    sign_in: SignIn, as_user: AsUser, people: Ids, username: str
) -> None:
    visit = Visit.issued(as_user, people, defects=[defect_body()], marks=marks(people, leader=81, member1=85))

    text = words(shown(sign_in, username, visit))

    assert "甲等" in text
    assert "5.01.01" in text
    assert "不公開" in text
    for secret in ("迴避", "委員評分 ", "查核表", "送件版本", "排定於", "送出查核結果", " 81 ", " 85 "):
        assert secret not in text, secret


def test_a_member_sees_his_own_mark_alone(sign_in: SignIn, as_user: AsUser, people: Ids) -> None:
    visit = Visit.submitted(as_user, people, marks=marks(people, leader=81, member1=86))

    member, leader = shown(sign_in, "member1", visit), shown(sign_in, "leader", visit)

    assert '<td class="num">86</td>' in member
    assert '<td class="num">81</td>' not in member
    assert "丙領隊 81" not in member
    assert '<td class="num">81</td>' in leader
    assert "丙領隊 81" in leader


def test_the_reason_of_a_declaration_is_shown_to_its_author_alone(sign_in: SignIn, planned: Visit) -> None:
    expect(planned.post("member1", "/declarations", {"conflict": True, "reason": REASON}), 200)

    assert REASON in shown(sign_in, "member1", planned)
    assert REASON not in shown(sign_in, "staff", planned)
    assert REASON not in shown(sign_in, "leader", planned)


# -- the next step -------------------------------------------------------------------------------------------------


def test_a_planned_visit_awaits_declarations(sign_in: SignIn, planned: Visit) -> None:
    planned.declare("leader")

    strip = primary(shown(sign_in, "staff", planned))

    assert "丁委員、戊委員" in strip
    assert "列印書面通知" in strip
    assert "聲明有無應迴避情事" in primary(shown(sign_in, "member1", planned)).partition("由")[2]


def test_a_conflict_leads_staff_to_change_the_team(sign_in: SignIn, planned: Visit) -> None:
    expect(planned.post("member1", "/declarations", {"conflict": True, "reason": REASON}), 200)

    assert "改派查核人員" in primary(shown(sign_in, "staff", planned))


def test_the_leader_starts_once_everybody_declared(sign_in: SignIn, planned: Visit) -> None:
    page = sign_in("leader")
    assert "開始查核" not in primary(page.get(planned.path()).text)
    planned.declare("leader", "member1", "member2")
    assert "開始查核" in primary(page.get(planned.path()).text)

    assert page.post(planned.path("/start")).status_code == 303
    assert planned.read()["state"] == "started"


@pytest.mark.parametrize(("pending", "label"), [((), "發文"), (("concrete_core",), "登錄試驗結果")])
def test_staff_issue_a_submission_or_record_its_test_first(
    sign_in: SignIn, as_user: AsUser, people: Ids, pending: tuple[str, ...], label: str
) -> None:
    visit = Visit.submitted(as_user, people, pending_tests=list(pending))

    assert label in primary(shown(sign_in, "staff", visit))


@pytest.mark.parametrize(
    ("username", "label"),
    [("contractor", "回復改善"), ("supervisor", "下載改善通知"), ("staff", "下載改善通知")],
)
def test_after_issue_each_side_has_its_own_step(
    sign_in: SignIn, as_user: AsUser, people: Ids, username: str, label: str
) -> None:
    visit = Visit.issued(as_user, people, defects=[defect_body()])

    assert label in primary(shown(sign_in, username, visit))


def test_a_closed_inspection_awaits_nothing(sign_in: SignIn, as_user: AsUser, people: Ids) -> None:
    visit = Visit.issued(as_user, people)
    page = sign_in("staff")
    assert "結案" in primary(page.get(visit.path()).text)

    expect(page.post(visit.path("/close")), 303)
    assert primary(page.get(visit.path()).text) == ""


# -- what the page shows ----------------------------------------------------------------------------------------------


def test_failed_answers_stand_first_in_their_section(sign_in: SignIn, as_user: AsUser, people: Ids) -> None:
    answers = {item: {"result": "pass"} for item in ITEMS} | {
        ITEMS[2]: {"result": "fail", "note": "未附紀錄"}
    }
    visit = Visit.submitted(as_user, people, answers=answers)

    text = shown(sign_in, "staff", visit).partition('id="answers"')[2]

    assert "1 項不合格" in text
    assert text.index("未附紀錄") < text.index('"badge tone-good"')


def test_missing_photos_are_counted_with_what_to_do(sign_in: SignIn, as_user: AsUser, people: Ids) -> None:
    photos = [{"sha256": sha256(1)}, {"sha256": sha256(2)}]
    visit = Visit.submitted(as_user, people, photos=photos)
    expect(visit.send_photo(1), 201)

    text = shown(sign_in, "staff", visit)

    assert "還有 1 張照片沒有收到" in text
    assert f"/photos/{sha256(1)}" in text
    assert f"/photos/{sha256(2)}" not in text


def test_history_is_told_in_sentences(sign_in: SignIn, as_user: AsUser, people: Ids) -> None:
    visit = Visit.submitted(as_user, people)
    expect(visit.amend(submission_body(people)), 201)

    text = shown(sign_in, "staff", visit)

    assert "排定於115年11月20日（五）查核" in text
    assert "更正送件（第 2 版）：漏列委員評分" in text


# -- forms ----------------------------------------------------------------------------------------------------------


def test_a_member_declares(sign_in: SignIn, planned: Visit) -> None:
    answer = send(sign_in("member1"), planned.path(), "/declare", conflict="no")

    assert answer.status_code == 303
    assert [person["declared"] for person in planned.read()["team"]] == [False, True, False]


@pytest.mark.parametrize(
    ("form", "field"), [({}, "conflict"), ({"conflict": "yes"}, "reason"), ({"conflict": "x"}, "conflict")]
)
def test_a_declaration_without_an_answer_is_named(
    sign_in: SignIn, planned: Visit, form: dict[str, str], field: str
) -> None:
    answer = send(sign_in("member1"), planned.path(), "/declare", **form)

    assert answer.status_code == 422
    assert f'href="#declare-{field}"' in answer.text


def test_staff_cancel_with_a_reason(sign_in: SignIn, planned: Visit) -> None:
    page = sign_in("staff")

    assert send(page, planned.path(), "/cancel", reason=" ").status_code == 422
    assert send(page, planned.path(), "/cancel", reason="停工").status_code == 303
    assert planned.read()["cancel_reason"] == "停工"


@pytest.fixture
def tested(as_user: AsUser, people: Ids) -> Visit:
    return Visit.submitted(as_user, people, pending_tests=["concrete_core"])


def test_a_test_result_is_recorded(sign_in: SignIn, tested: Visit) -> None:
    form = {"result": "fail", "decided_on": "115/11/22", "document": "試字第 1 號"}

    answer = send(sign_in("staff"), tested.path(), "/tests/concrete_core", **form)

    assert answer.status_code == 303
    assert "丙等" in shown(sign_in, "staff", tested)


def test_a_test_result_after_today_is_named_and_kept(sign_in: SignIn, tested: Visit) -> None:
    form = {"result": "pass", "decided_on": "115/12/22", "document": "試字第 1 號"}

    answer = send(sign_in("staff"), tested.path(), "/tests/concrete_core", **form)

    assert answer.status_code == 422
    assert 'href="#test-concrete_core-decided_on"' in answer.text
    assert 'value="試字第 1 號"' in answer.text


def test_an_unknown_test_is_not_found(sign_in: SignIn, tested: Visit) -> None:
    assert send(sign_in("staff"), tested.path(), "/tests/other").status_code == 404


@pytest.fixture
def submitted(as_user: AsUser, people: Ids) -> Visit:
    return Visit.submitted(as_user, people, defects=[defect_body()])


def test_staff_issue(sign_in: SignIn, submitted: Visit) -> None:
    answer = send(
        sign_in("staff"), submitted.path(), "/issue", correct_by="115/12/20", document="測查字第 1 號"
    )

    assert answer.status_code == 303
    assert submitted.read()["correct_by"] == "2026-12-20"
    assert "115年12月20日（日）" in shown(sign_in, "contractor", submitted)


def test_a_deadline_in_the_past_keeps_the_document_number(sign_in: SignIn, submitted: Visit) -> None:
    answer = send(
        sign_in("staff"), submitted.path(), "/issue", correct_by="115/11/1", document="測查字第 1 號"
    )

    assert answer.status_code == 422
    assert "改善期限：不可早於今天。" in answer.text
    assert 'value="測查字第 1 號"' in answer.text


def test_what_was_amended_meanwhile_is_not_issued_unseen(
    sign_in: SignIn, submitted: Visit, people: Ids
) -> None:
    page = sign_in("staff")
    found = re.search(r'name="version" value="(\d+)"', page.get(submitted.path()).text)
    expect(submitted.amend(submission_body(people)), 201)

    form = {"correct_by": "115/12/20", "document": "測查字第 1 號", "version": found[1] if found else ""}
    answer = page.post(submitted.path("/issue"), **form)

    assert answer.status_code == 412
    assert 'value="測查字第 1 號"' in answer.text
    assert submitted.read()["state"] == "submitted"


def test_closing_with_open_defects_is_refused_on_the_page(sign_in: SignIn, submitted: Visit) -> None:
    expect(submitted.issue(), 200)

    answer = send(sign_in("staff"), submitted.path(), "/close")

    assert answer.status_code == 409
    assert "還有 1 項缺失未改善完成" in answer.text
    assert builders.CONTRACTOR in answer.text


@pytest.mark.parametrize("username", ["leader", "contractor", "auditor"])
def test_decisions_are_staffs_alone(sign_in: SignIn, submitted: Visit, username: str) -> None:
    page = sign_in(username)
    parts = ("/issue", "/close", "/cancel", "/tests/concrete_core", "/edit")

    answers = [send(page, submitted.path(), part) for part in parts]

    assert [answer.status_code for answer in answers] == [403] * len(parts)
    assert all("不屬於您的角色" in answer.text for answer in answers)


def test_every_form_needs_its_hidden_token(sign_in: SignIn, submitted: Visit) -> None:
    page = sign_in("staff")
    parts = ("/declare", "/start", "/issue", "/close", "/cancel", "/edit", "/tests/concrete_core")

    answers = [page.post(submitted.path(part)) for part in parts]

    assert [answer.status_code for answer in answers] == [403] * len(parts)
    assert all("頁面已逾時" in answer.text for answer in answers)
