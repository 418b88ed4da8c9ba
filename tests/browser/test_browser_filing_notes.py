"""Filing notes in a real browser: the list, a note with its values, its review; on a desk and on a phone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests import builders
from tests.api.test_filing_notes import file, file_frozen, month
from tests.browser.conftest import SignIn
from tests.conftest import Write
from tests.inspections_builders import AsUser

Accessible = Callable[[Page], None]


@pytest.fixture
def tender(as_user: AsUser, write: Write, people: object) -> str:
    """A tender that stands still, and a month of it beyond all measure."""
    with write() as session:
        id_ = str(builders.tender(session).id)
    file_frozen(as_user("staff"), id_)
    file(as_user("staff"), id_, "2026-11", month("70.00", "120.00"))
    return id_


def fits(tab: Page) -> None:
    tab.set_viewport_size({"width": 390, "height": 844})
    tab.wait_for_function("document.documentElement.scrollWidth <= 390", timeout=5_000)


def test_a_note_is_found_in_the_list_and_judged(
    tender: str, signed_in: SignIn, accessible: Accessible
) -> None:
    tab = signed_in("staff")
    tab.goto("/scrutiny")
    accessible(tab)
    tab.locator("#rule").select_option("frozen")
    tab.get_by_role("button", name="篩選").click()
    tab.get_by_role("link", name="進度停滯不動").click()
    accessible(tab)

    tab.locator("#review-verdict").select_option("dismissed")
    tab.get_by_role("button", name="登錄判斷").click()
    expect(tab.get_by_text("不成立時必填。").first).to_be_visible()
    accessible(tab)
    tab.get_by_label("理由").fill("連續豪雨，已函報")
    tab.get_by_role("button", name="登錄判斷").click()

    expect(tab.get_by_text("理由：連續豪雨，已函報")).to_be_visible()
    fits(tab)
    tab.goto("/scrutiny?state=all")
    fits(tab)


def test_an_agency_is_asked_on_the_tenders_page(
    tender: str, signed_in: SignIn, accessible: Accessible
) -> None:
    tab = signed_in("agency")
    tab.goto(f"/tenders/{tender}")
    section = tab.locator("section[aria-labelledby=filing-notes]")

    expect(section.get_by_text("請確認是否已更新")).to_be_visible()
    accessible(tab)
    section.get_by_role("link", name="實際進度超過 110 %").click()
    expect(tab.get_by_text("請至標案管理系統更正")).to_be_visible()
    accessible(tab)
    fits(tab)
