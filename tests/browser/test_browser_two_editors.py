"""Two people of the staff change one plan at the same time, each in a browser of his own."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, Page, expect

from tests import builders
from tests.inspections_builders import AsUser, Ids, Visit

OpenPlan = Callable[[], Page]


@pytest.fixture
def visit(as_user: AsUser, people: Ids) -> Visit:
    return Visit.planned(as_user, people)


@pytest.fixture
def open_plan(chromium: Browser, address: str, visit: Visit) -> Iterator[OpenPlan]:
    """`open_plan()` is the plan's form in a fresh profile where the staff signed in."""
    with ExitStack() as contexts:

        def opened() -> Page:
            context = chromium.new_context(base_url=address, locale="zh-TW")
            contexts.callback(context.close)
            tab = context.new_page()
            tab.set_default_timeout(8000)
            tab.goto("/sign-in")
            tab.get_by_label("帳號").fill("staff")
            tab.get_by_label("密碼").fill(builders.PASSWORD)
            tab.get_by_role("button", name="登入", exact=True).click()
            tab.wait_for_url(lambda url: "/sign-in" not in url)
            tab.goto(f"/inspections/{visit.id}/edit")
            return tab

        yield opened


def save(tab: Page) -> int:
    """Press the button; the status of the page that answers."""
    with tab.expect_response(lambda response: response.request.method == "POST") as answered:
        tab.get_by_role("button", name="儲存").click()
    return answered.value.status


def test_the_second_keeps_what_he_typed_sees_what_changed_and_can_go_on(
    open_plan: OpenPlan, visit: Visit
) -> None:
    first, second = open_plan(), open_plan()
    first.get_by_label("查核日期").fill("115/12/01")
    first.get_by_label("查核方式").select_option("announced")
    second.get_by_label("查核日期").fill("115/12/09")

    assert save(first) == 303
    assert save(second) == 412

    shown = second.locator("main")
    expect(shown.get_by_role("heading", name="資料已被他人更新")).to_be_visible()
    expect(second.get_by_label("查核日期")).to_have_value("115/12/09")
    expect(shown.get_by_text("115年12月1日").first).to_be_visible()
    expect(shown.locator("dd").get_by_text("事先函知").first).to_be_visible()
    assert visit.read()["on"] == "2026-12-01"

    assert save(second) == 303
    assert visit.read()["on"] == "2026-12-09"
