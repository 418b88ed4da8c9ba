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


def test_a_kept_list_is_its_senders_alone(staff: Page) -> None:
    staff.get("/tenders/import")
    answer = staff.post("/tenders/import", kept="../../secret_key", unit="twd")

    assert answer.status_code == 409
