"""Messages, choices and contacts in a real browser: readable at every width, for everyone."""

from collections.abc import Callable
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from tests import builders, messages_builders
from tests.browser.conftest import SignIn
from tests.conftest import Write

WIDTHS = (1280, 390)


@pytest.fixture
def made(people: dict[str, UUID], write: Write) -> str:
    """A message to the staff, a tender's agency without a head; the message's id."""
    with write() as session:
        builders.tender(session)
    ids = messages_builders.one_of_each(write, people)
    return ids["message"]["staffs"]["message_id"]


def readable(page: Page, accessible: Callable[[Page], None]) -> None:
    page.wait_for_load_state()  # a click may still be on its way to the next page
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_function(f"document.documentElement.scrollWidth <= {width}", timeout=5_000)
        accessible(page)


def test_a_message_is_found_read_and_put_back(
    signed_in: SignIn, made: str, accessible: Callable[[Page], None]
) -> None:
    page = signed_in("staff")
    page.get_by_role("link", name="收件匣 1 則未讀").click()
    readable(page, accessible)

    page.get_by_role("link", name="本週提醒：兩件標案要處理").click()
    expect(page.get_by_role("heading", name="本週提醒：兩件標案要處理")).to_be_visible()
    expect(page.get_by_role("table", name="各月填報率")).to_contain_text("97.50%")
    readable(page, accessible)
    with page.expect_download() as download:
        page.get_by_role("link", name="figures.pdf").click()
    assert download.value.suggested_filename == "figures.pdf"

    page.get_by_role("button", name="標為未讀").click()
    page.get_by_role("button", name="全部標為已讀").click()
    expect(page.get_by_role("link", name="收件匣", exact=True)).to_be_visible()


def test_choices_and_a_calendar_address_are_made_and_ended(
    signed_in: SignIn, made: str, accessible: Callable[[Page], None]
) -> None:
    page = signed_in("staff")
    page.get_by_role("link", name="通知設定").click()
    page.get_by_label("每週提醒").uncheck()
    page.get_by_role("button", name="儲存").click()
    expect(page.get_by_label("每週提醒")).not_to_be_checked()

    page.get_by_role("button", name="重新產生網址").click()
    page.get_by_role("dialog").get_by_role("button", name="重新產生網址").click()
    expect(page.get_by_text("只顯示這一次")).to_be_visible()
    readable(page, accessible)
    page.get_by_label("新信箱").fill("wrong")
    page.get_by_role("button", name="更改信箱").click()
    expect(page.get_by_role("alert")).to_contain_text("應為信箱")
    readable(page, accessible)


def test_contacts_are_kept_until_nothing_is_missing(
    signed_in: SignIn, made: str, accessible: Callable[[Page], None]
) -> None:
    page = signed_in("staff")
    page.get_by_role("link", name="聯絡人", exact=True).click()
    expect(page.get_by_text("缺機關首長：催辦將無人可寄")).to_be_visible()
    readable(page, accessible)

    page.get_by_role("link", name=f"新增{builders.AGENCY}的聯絡人").click()
    page.get_by_label("職責").select_option("機關首長")
    page.get_by_label("姓名").fill("某局長")
    readable(page, accessible)
    page.get_by_label("信箱").fill("head@agency.example")
    page.get_by_role("button", name="儲存").click()
    expect(page.get_by_text("缺機關首長")).to_have_count(0)
