"""Importing a list by the page: previewed first, written once, and never chosen twice."""

import io
import re
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse

from inspect_app.core.clock import FixedClock
from inspect_app.core.database import session
from inspect_app.core.jobs import Turn
from inspect_app.core.permissions import Role
from inspect_app.tenders.imports import jobs
from inspect_app.tenders.imports.models import TenderImport
from inspect_app.tenders.imports.results import KIND
from tests import builders
from tests.clients import Page
from tests.conftest import MakeApp, Write

HEADER = "標案編號,標案名稱,主辦機關,預算金額(元)\n"
GOOD = HEADER + "A-1,甲工程,測試市水利局,52000000\nA-2,乙工程,測試市水利局,\n"
SPOILT = GOOD + "A-3,丙工程,測試市水利局,很多\n"
NO_UNIT = GOOD.replace("(元)", "")
Browser = Callable[[str], Page]


@pytest.fixture
def browser(app: Flask, people: dict[str, UUID]) -> Browser:
    """`browser("staff")` is that person's browser, with the form for a list open."""

    def open_(username: str) -> Page:
        assert username in people
        page = Page(app.test_client())
        page.sign_in(username)
        page.get("/tenders/import")
        return page

    return open_


@pytest.fixture
def staff(browser: Browser) -> Page:
    return browser("staff")


def send(page: Page, text: str, **form: str) -> TestResponse:
    """Choose a file and send the form."""
    file = FileStorage(io.BytesIO(text.encode()), filename="標案清單.csv")
    form_data = {"csrf_token": page.csrf, "file": file, **form}
    return page.client.post("/tenders/import", data=form_data, headers={"Accept": "text/html"})


def previewed(page: Page, text: str, **form: str) -> str:
    """The address of the preview."""
    answer = send(page, text, **form)
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def total(page: Page) -> str:
    return page.get("/tenders").text.partition('class="count">')[2].partition("<")[0]


def columns(text: str) -> dict[str, str]:
    """What the form of the columns would send: titles, and the field chosen for each."""
    titles = re.findall(r'name="(title-[0-9]+)" value="([^"]*)"', text)
    chosen = re.findall(r'name="(column-[0-9]+)">(.*?)</select>', text, re.DOTALL)
    picked = {name: re.search(r'value="([^"]*)" selected', inner) for name, inner in chosen}
    return dict(titles) | {name: found[1] if found else "" for name, found in picked.items()}


def fact(text: str, label: str) -> str:
    return text.partition(f"<dt>{label}</dt><dd>")[2].partition("<")[0]


def test_a_preview_tells_and_writes_nothing(staff: Page) -> None:
    text = staff.get(previewed(staff, SPOILT)).text

    assert [fact(text, label) for label in ("檔案", "讀取", "新增", "退回")] == [
        "標案清單.csv", "3 列", "2 列", "1 列，1 項",
    ]  # fmt: skip
    assert "<td>預算金額(元)</td><td>不是金額" in text
    assert total(staff) == "共 0 件"


def test_the_file_previewed_is_the_file_imported(staff: Page) -> None:
    run = previewed(staff, GOOD)
    staff.get(run)
    answer = staff.post(f"{run}/confirm")

    assert (answer.status_code, answer.location) == (303, run)
    assert "已寫入資料庫" in staff.get(run).text
    assert total(staff) == "共 2 件"


def test_the_result_stays_however_often_it_is_loaded_or_sent(staff: Page, fixed_clock: FixedClock) -> None:
    run = previewed(staff, GOOD)
    staff.get(run)
    staff.post(f"{run}/confirm")

    assert staff.post(f"{run}/confirm").status_code == 303
    fixed_clock.instant += timedelta(hours=11)
    assert fact(staff.get(run).text, "新增") == "2 列"
    assert staff.get("/tenders/imports").text.count("標案清單.csv") == 1


def test_every_changed_field_is_listed_from_what_to_what(staff: Page) -> None:
    run = previewed(staff, GOOD)
    staff.get(run)
    staff.post(f"{run}/confirm")
    text = staff.get(previewed(staff, GOOD.replace("甲工程", "甲橋").replace("52000000", "53000000"))).text

    assert "<td>標案名稱</td><td>甲工程</td><td>甲橋</td>" in text
    assert "<td>預算金額（元）</td><td>52,000,000</td><td>53,000,000</td>" in text
    assert '會變更的標案 <span class="muted">共 1 件' in text


def test_changes_come_in_pages(staff: Page) -> None:
    rows = "".join(f"A-{n:03},工程,測試市水利局,1\n" for n in range(60))
    run = previewed(staff, HEADER + rows)
    staff.get(run)
    staff.post(f"{run}/confirm")
    run = previewed(staff, HEADER + rows.replace(",1\n", ",2\n"))
    first, second = staff.get(run).text, staff.get(f"{run}?from=50").text

    assert (first.count("預算金額（元）"), second.count("預算金額（元）")) == (50, 10)
    assert "?from=50" in first
    assert "A-059" in second


def test_a_missing_unit_is_asked_for_without_choosing_the_file_again(staff: Page) -> None:
    run = previewed(staff, NO_UNIT, strict="yes")
    asked = staff.get(run).text
    staff.post(f"{run}/columns", unit="thousand_twd", **columns(asked))
    staff.get(run)
    staff.post(f"{run}/confirm")

    assert 'href="#unit"' in asked
    assert ">匯入</button>" not in asked
    assert 'name="strict" type="checkbox" value="yes" checked' in asked
    assert "52,000,000,000" in staff.get("/tenders").text


def test_a_column_of_another_name_is_said_to_be_what_it_is(staff: Page) -> None:
    run = previewed(staff, GOOD.replace("標案編號", "案號"))
    asked = staff.get(run).text
    chosen = columns(asked) | {"column-0": "number"}
    staff.post(f"{run}/columns", **chosen)
    text = staff.get(run).text

    assert "缺少欄名：標案編號" in asked
    assert columns(text)["column-0"] == "number"
    assert fact(text, "新增") == "2 列"


def test_a_column_may_be_left_out(staff: Page) -> None:
    run = previewed(staff, SPOILT)
    chosen = columns(staff.get(run).text) | {"column-3": ""}
    staff.post(f"{run}/columns", **chosen)
    text = staff.get(run).text

    assert (fact(text, "退回"), fact(text, "未使用的欄位")) == ("0 項", "預算金額(元)")


def test_two_columns_for_one_field_are_refused_and_the_choice_stays(staff: Page) -> None:
    run = previewed(staff, GOOD)
    chosen = columns(staff.get(run).text) | {"column-1": "number"}
    staff.post(f"{run}/columns", **chosen)
    text = staff.get(run).text

    assert "都對應到「標案編號」" in text
    assert columns(text)["column-1"] == "number"
    assert ">匯入</button>" not in text


def test_a_mapping_is_remembered_by_its_source(staff: Page) -> None:
    strange = GOOD.replace("標案編號", "案號").replace("預算金額(元)", "錢")
    run = previewed(staff, strange)
    chosen = columns(staff.get(run).text) | {"column-0": "number", "column-3": "budget_twd"}
    staff.post(f"{run}/columns", unit="twd", remember="水利局月報", **chosen)
    source = re.search(r'value="([0-9a-f-]{36})">水利局月報', staff.get("/tenders/import").text)
    assert source is not None
    text = staff.get(previewed(staff, strange, source=source[1])).text

    assert (fact(text, "新增"), fact(text, "來源")) == ("2 列", "水利局月報")


@pytest.mark.parametrize(("text", "reason"), [("", "檔案沒有欄名"), ("\0", "不是文字檔")])
def test_an_unusable_file_is_refused_beside_its_field(
    staff: Page, app: Flask, text: str, reason: str
) -> None:
    answer = send(staff, text)

    assert answer.status_code == 422
    assert 'href="#file"' in answer.text
    assert reason in answer.text
    assert 'type="file"' in answer.text
    assert stored(app) == []


def test_no_file_chosen_is_said_beside_the_field(staff: Page) -> None:
    answer = staff.post("/tenders/import", unit="twd")

    assert answer.status_code == 422
    assert "尚未選擇檔案" in answer.text
    assert '<option value="twd" selected>' in answer.text


def test_who_wants_all_or_nothing_is_stopped_and_may_take_the_good_rows(staff: Page) -> None:
    run = previewed(staff, SPOILT, strict="yes")
    offered = staff.get(run).text
    refused = staff.post(f"{run}/confirm")
    written = total(staff)
    staff.post(f"{run}/confirm", partly="yes")

    assert "只匯入正確的列" in offered
    assert ">匯入</button>" not in offered
    assert (refused.status_code, written, total(staff)) == (409, "共 0 件", "共 2 件")


def test_a_list_already_known_needs_no_import(staff: Page) -> None:
    first = previewed(staff, GOOD)
    staff.get(first)
    staff.post(f"{first}/confirm")
    again = staff.get(previewed(staff, GOOD)).text

    assert "檔案中沒有需要寫入的變動" in again
    assert ">匯入</button>" not in again


def test_five_hundred_problems_are_listed_and_all_can_be_taken_away(staff: Page) -> None:
    rows = "".join(f"A-{n},工程,測試市水利局,很多\n" for n in range(502))
    run = previewed(staff, HEADER + rows)
    text, file = staff.get(run).text, staff.get(f"{run}/rejections.csv")

    assert text.count("<td>預算金額(元)</td>") == 500
    assert "另有 2 項未列出" in text
    assert fact(text, "退回") == "502 列，502 項"
    assert file.mimetype == "text/csv"
    assert file.data.decode("utf-8-sig").splitlines()[502].startswith('503,預算金額(元),"不是金額')


def test_no_cell_of_the_rejections_is_a_formula(staff: Page) -> None:
    evil = GOOD.replace("標案編號", "=cmd").replace("A-1", " ")
    run = previewed(staff, evil)
    chosen = columns(staff.get(run).text) | {"column-0": "number"}
    staff.post(f"{run}/columns", **chosen)

    assert ",'=cmd,不可空白" in staff.get(f"{run}/rejections.csv").data.decode("utf-8-sig")


def test_a_preview_is_given_up(staff: Page) -> None:
    run = previewed(staff, GOOD)
    staff.get(run)
    staff.post(f"{run}/cancel")
    late = staff.post(f"{run}/confirm")

    assert "匯入已取消" in staff.get(run).text
    assert (late.status_code, total(staff)) == (409, "共 0 件")


def test_what_is_done_cannot_be_given_up(staff: Page) -> None:
    run = previewed(staff, GOOD)
    staff.get(run)
    staff.post(f"{run}/confirm")
    answer = staff.post(f"{run}/cancel")

    assert answer.status_code == 409
    assert "已經結束，不能再取消" in answer.text


def test_any_of_the_staff_sees_an_import_and_who_sent_it(staff: Page, app: Flask, write: Write) -> None:
    run = previewed(staff, GOOD)
    with write() as session:
        builders.person(session, builders.Person("staff2", "丑承辦", Role.STAFF))
    other = Page(app.test_client())
    other.sign_in("staff2")

    assert "乙承辦" in other.get("/tenders/imports").text
    assert other.get(run).status_code == 200


def test_a_preview_is_given_up_after_a_week_and_its_file_after_another(
    staff: Page, app: Flask, fixed_clock: FixedClock
) -> None:
    run = previewed(staff, GOOD)
    tidy(app, fixed_clock, days=6)
    kept = len(stored(app))
    tidy(app, fixed_clock, days=2)
    cancelled = app.test_client().get(run).status_code, state(app)
    tidy(app, fixed_clock, days=8)
    left = stored(app)
    tidy(app, fixed_clock, days=90)

    assert (kept, cancelled[1]) == (3, ["cancelled"])
    assert [name.partition(".")[2] for name in sorted(left)] == ["changed", "rejected"]
    assert stored(app) == []


def tidy(app: Flask, clock: FixedClock, days: int) -> None:
    clock.instant += timedelta(days=days)
    with app.app_context():
        jobs.tidy(Turn("", clock.instant, clock.instant, 1, lambda: None))


def state(app: Flask) -> list[str]:
    with app.app_context():
        return list(session().scalars(select(TenderImport.state)))


def stored(app: Flask) -> list[str]:
    folder = app.extensions["chahe.storage"].root / KIND
    return [path.name for path in folder.glob("*/*")]


def test_a_file_whose_time_is_over_is_to_be_chosen_again(staff: Page, app: Flask) -> None:
    run = previewed(staff, GOOD)
    staff.get(run)
    for path in (app.extensions["chahe.storage"].root / KIND).glob("*/*"):
        path.unlink()
    answer = staff.post(f"{run}/confirm")

    assert answer.status_code == 409
    assert "重新選擇檔案" in answer.text


def test_a_file_beyond_the_limit_is_told_the_limit(make_app: MakeApp, people: dict[str, UUID]) -> None:
    page = Page(make_app(MAX_BODY_BYTES=str(2**20)).test_client())
    assert people
    page.sign_in("staff")
    page.get("/tenders/import")
    answer = send(page, "x" * 2**20)

    assert answer.status_code == 413
    assert "檔案超過 1 MiB" in answer.text


@pytest.mark.parametrize("username", ["admin", "leader", "auditor", "agency", "contractor"])
def test_only_staff_import(browser: Browser, username: str) -> None:
    page = browser(username)

    assert send(page, GOOD).status_code == 403
