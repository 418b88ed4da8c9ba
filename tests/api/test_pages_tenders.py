"""The pages of tenders: what is typed is never lost, and nobody overwrites unseen."""

import re
from uuid import UUID

import pytest

from tests import builders
from tests.clients import Page
from tests.conftest import Write

TYPED = {"number": "T-1", "name": "測試橋梁工程", "agency": builders.AGENCY, "kind": "work", "own": "yes"}


@pytest.fixture
def staff(page: Page, people: dict[str, UUID]) -> Page:
    assert people
    page.sign_in("staff")
    return page


def test_a_tender_is_added_with_an_amount_as_people_write_it(staff: Page) -> None:
    staff.get("/tenders/new")
    answer = staff.post("/tenders/new", **TYPED, budget_twd="52,000,000 元")

    assert answer.status_code == 303
    assert "52,000,000" in staff.get(answer.location).text


def test_a_mistake_is_named_and_nothing_typed_is_lost(staff: Page) -> None:
    staff.get("/tenders/new")
    answer = staff.post("/tenders/new", **TYPED | {"name": "", "budget_twd": "很多"})

    assert answer.status_code == 422
    assert 'href="#name"' in answer.text
    assert 'value="很多"' in answer.text
    assert 'value="T-1"' in answer.text


def test_the_second_of_two_editors_is_told_and_keeps_his_words(staff: Page, write: Write) -> None:
    with write() as session:
        tender = builders.tender(session).id
    version = re.search(r'name="version" value="(\d+)"', staff.get(f"/tenders/{tender}/edit").text)
    assert version is not None
    first = staff.post(f"/tenders/{tender}/edit", **TYPED | {"name": "甲的更正"}, version=version.group(1))
    second = staff.post(f"/tenders/{tender}/edit", **TYPED | {"name": "乙的更正"}, version=version.group(1))

    assert (first.status_code, second.status_code) == (303, 412)
    assert "乙的更正" in second.text
    assert "甲的更正" in staff.get(f"/tenders/{tender}").text


def test_a_contractor_sees_no_button_to_import_and_may_not(page: Page, people: dict[str, UUID]) -> None:
    assert people
    page.sign_in("contractor")

    assert "匯入標案" not in page.get("/tenders").text
    assert page.get("/tenders/import").status_code == 403


def test_the_summary_of_mistakes_can_be_understood_alone(staff: Page) -> None:
    staff.get("/tenders/new")
    answer = staff.post("/tenders/new", **TYPED | {"name": "", "agency": "", "contract_twd": "5,22"})
    summary = answer.text.partition("data-error-summary")[2].partition("</div>")[0]

    assert [re.sub("<[^>]+>", "", item) for item in re.findall("<li>.*?</li>", summary)] == [
        "標案名稱：必填。例：示範溪護岸整治工程。",
        "主辦機關：必填。例：示範市工務局。",
        "契約金額（元）：不是金額；應為不小於 0 的數字，例如 5,225,000。",
    ]


def test_a_number_the_agency_already_has_is_a_conflict_and_nothing_is_lost(staff: Page, write: Write) -> None:
    with write() as session:
        builders.tender(session, "T-1")
    staff.get("/tenders/new")
    answer = staff.post("/tenders/new", **TYPED)

    assert answer.status_code == 409
    assert "已有編號 T-1 的標案" in answer.text
    assert 'value="測試橋梁工程"' in answer.text


def test_the_second_editor_sees_what_differs_and_may_then_save(staff: Page, write: Write) -> None:
    with write() as session:
        tender = builders.tender(session, "T-1").id
    path = f"/tenders/{tender}/edit"
    staff.get(path)
    staff.post(path, **TYPED | {"name": "甲的更正"}, version="1")
    stale = staff.post(path, **TYPED | {"name": "乙的更正"}, version="1")
    again = staff.post(path, **TYPED | {"name": "乙的更正"}, version="2")

    assert "<td>乙的更正</td><td>甲的更正</td>" in stale.text
    assert 'name="version" value="2"' in stale.text
    assert again.status_code == 303
    assert "乙的更正" in staff.get(f"/tenders/{tender}").text


def test_a_blank_amount_is_unknown_not_nought(staff: Page) -> None:
    staff.get("/tenders/new")
    answer = staff.post("/tenders/new", **TYPED, budget_twd="", contract_twd="0")
    text = staff.get(answer.location).text

    assert "預算未填" in text
    assert "<dt>契約金額（元）</dt><dd>0</dd>" in text


@pytest.mark.parametrize("path", ["/tenders/new", "/tenders/{}/edit"])
@pytest.mark.parametrize("username", ["admin", "leader", "auditor", "agency"])
def test_only_staff_write(
    page: Page, write: Write, people: dict[str, UUID], path: str, username: str
) -> None:
    assert people
    with write() as session:
        path = path.format(builders.tender(session).id)
    page.sign_in(username)
    page.get("/devices")

    assert page.get(path).status_code == 403
    assert page.post(path, **TYPED).status_code == 403


def test_the_foot_of_every_page_names_the_program_s_version(staff: Page, write: Write) -> None:
    with write() as session:
        tender = builders.tender(session).id
    feet = {
        staff.get(path).text.partition('class="site-foot"')[2]
        for path in ("/tenders", "/tenders/new", f"/tenders/{tender}/edit", "/tenders/import")
    }

    assert len(feet) == 1
