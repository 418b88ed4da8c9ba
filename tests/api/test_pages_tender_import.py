"""Importing a list by the page: tried first, written once, and never chosen twice."""

import io
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse

from inspect_app.core.clock import FixedClock
from inspect_app.core.permissions import Role
from inspect_app.tenders.kept import KIND
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


def tried(page: Page, text: str, **form: str) -> str:
    """The address of the trial's result."""
    answer = send(page, text, **form)
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def total(page: Page) -> str:
    return page.get("/tenders").text.partition('class="count">')[2].partition("<")[0]


def hidden(text: str, name: str) -> str:
    return text.partition(f'name="{name}" value="')[2].partition('"')[0]


def fact(text: str, label: str) -> str:
    return text.partition(f"<dt>{label}</dt><dd>")[2].partition("<")[0]


def test_a_trial_tells_and_writes_nothing(staff: Page) -> None:
    text = staff.get(tried(staff, SPOILT)).text

    assert [fact(text, label) for label in ("檔案", "讀取", "新增", "退回")] == [
        "標案清單.csv", "3 列", "2 列", "1 列，1 項",
    ]  # fmt: skip
    assert "<td>預算金額(元)</td><td>不是金額" in text
    assert total(staff) == "共 0 件"


def test_the_file_tried_is_the_file_imported(staff: Page) -> None:
    result = tried(staff, GOOD)
    staff.get(result)
    answer = staff.post(result)

    assert (answer.status_code, answer.location) == (303, result)
    assert "已寫入資料庫" in staff.get(result).text
    assert total(staff) == "共 2 件"


def test_the_result_stays_however_often_it_is_loaded_or_sent(staff: Page) -> None:
    result = tried(staff, GOOD)
    staff.get(result)
    staff.post(result)

    assert staff.post(result).status_code == 303
    assert fact(staff.get(result).text, "新增") == "2 列"
    assert fact(staff.get(result).text, "新增") == "2 列"


def test_a_missing_unit_is_asked_for_without_choosing_the_file_again(staff: Page) -> None:
    asked = send(staff, NO_UNIT, strict="yes")
    kept, filename = hidden(asked.text, "kept"), hidden(asked.text, "filename")
    answer = staff.post("/tenders/import", kept=kept, filename=filename, unit="thousand_twd")
    staff.get(answer.location)
    staff.post(answer.location)

    assert asked.status_code == 422
    assert "已收到 <strong>標案清單.csv</strong>，不必再選" in asked.text
    assert 'name="strict" type="checkbox" value="yes" checked' in asked.text
    assert "52,000,000,000" in staff.get("/tenders").text


@pytest.mark.parametrize(
    ("text", "reason"), [("", "檔案沒有欄名"), ("一,二\n1,2\n", "標案編號"), ("\0", "不是文字檔")]
)
def test_an_unusable_file_is_refused_beside_its_field(staff: Page, text: str, reason: str) -> None:
    answer = send(staff, text)

    assert answer.status_code == 422
    assert 'href="#file"' in answer.text
    assert reason in answer.text
    assert 'type="file"' in answer.text


def test_no_file_chosen_is_said_beside_the_field(staff: Page) -> None:
    answer = staff.post("/tenders/import", unit="twd")

    assert answer.status_code == 422
    assert "尚未選擇檔案" in answer.text


def test_who_wants_all_or_nothing_is_stopped_and_may_take_the_good_rows(staff: Page) -> None:
    result = tried(staff, SPOILT, strict="yes")
    offered = staff.get(result).text
    staff.post(result, partly="yes")

    assert "只匯入正確的列" in offered
    assert "正式匯入" not in offered
    assert total(staff) == "共 2 件"


def test_all_or_nothing_writes_nothing_of_a_spoilt_file(staff: Page) -> None:
    result = tried(staff, SPOILT, strict="yes")
    staff.get(result)
    staff.post(result)

    assert "未寫入任何資料" in staff.get(result).text
    assert total(staff) == "共 0 件"


def test_a_list_already_known_needs_no_import(staff: Page) -> None:
    first = tried(staff, GOOD)
    staff.get(first)
    staff.post(first)
    again = staff.get(tried(staff, GOOD)).text

    assert "檔案中沒有需要寫入的變動" in again
    assert "正式匯入" not in again


def test_five_hundred_problems_are_listed_and_the_rest_counted(staff: Page) -> None:
    rows = "".join(f"A-{n},工程,測試市水利局,很多\n" for n in range(502))
    text = staff.get(tried(staff, HEADER + rows)).text

    assert text.count("<td>預算金額(元)</td>") == 500
    assert "另有 2 項未列出" in text
    assert fact(text, "退回") == "502 列，502 項"


def test_a_result_is_its_sender_s_alone(staff: Page, app: Flask, write: Write) -> None:
    result = tried(staff, GOOD)
    with write() as session:
        builders.person(session, builders.Person("staff2", "丑承辦", Role.STAFF))
    other = Page(app.test_client())
    other.sign_in("staff2")
    other.get("/tenders/import")

    assert other.get(result).status_code == 404
    assert other.post(result).status_code == 409
    assert total(staff) == "共 0 件"


def test_a_file_is_kept_for_an_hour(staff: Page, app: Flask, fixed_clock: FixedClock) -> None:
    result = tried(staff, GOOD)
    staff.get(result)
    fixed_clock.instant += timedelta(hours=1, seconds=1)
    answer = staff.post(result)

    assert answer.status_code == 409
    assert "請重新選擇檔案" in answer.text
    assert [path for path in stored(app) if not path.endswith(".json")] == []


def test_an_imported_file_is_not_kept_and_its_result_for_a_week(
    staff: Page, app: Flask, fixed_clock: FixedClock
) -> None:
    result = tried(staff, GOOD)
    staff.get(result)
    staff.post(result)
    after_import = stored(app)
    fixed_clock.instant += timedelta(hours=11)
    still = staff.get(result).status_code
    fixed_clock.instant += timedelta(days=7)
    page = Page(app.test_client())
    page.sign_in("staff")

    assert [path.endswith(".json") for path in after_import] == [True]
    assert (still, page.get(result).status_code, stored(app)) == (200, 404, [])


def stored(app: Flask) -> list[str]:
    folder = app.extensions["chahe.storage"].root / KIND
    return [path.name for path in folder.glob("*/*")]


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
