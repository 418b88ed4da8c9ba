"""The catalogue on a tablet: found while one types, by thumb and with gloves, and by everyone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SignIn

SIZES = ((1280, 900), (1024, 768), (768, 1024), (390, 844))
FIELD = "編號、標題、注音或拼音"
SMALL = """[...document.querySelectorAll('main :is(a, button, input, select, summary)')]
  .filter(each => each.checkVisibility() && !each.closest('.breadcrumbs'))
  .map(each => [each.textContent.trim().slice(0, 20), each.getBoundingClientRect().height])
  .filter(([_, height]) => height < 44)"""


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_the_pages_fit_and_are_accessible(
    signed_in: SignIn, accessible: Callable[[Page], None], size: tuple[int, int]
) -> None:
    tab = signed_in("leader")
    tab.set_viewport_size({"width": size[0], "height": size[1]})
    for path in ("/catalogue", "/catalogue?q=hnt&trade=concrete", "/catalogue/5.01.01", "/catalogue/5.07"):
        tab.goto(path)

        assert tab.evaluate("document.documentElement.scrollWidth") <= size[0], path
        assert tab.evaluate(SMALL) == [], path
        if size[0] in (1024, 390):
            accessible(tab)


def test_the_dark_pages_are_accessible_too(signed_in: SignIn, accessible: Callable[[Page], None]) -> None:
    tab = signed_in("leader")
    tab.emulate_media(color_scheme="dark")
    tab.goto("/catalogue?q=hnt")

    accessible(tab)


def test_it_is_found_while_one_types_and_the_address_keeps_it(signed_in: SignIn) -> None:
    tab = signed_in("leader")
    tab.goto("/catalogue")

    tab.get_by_label(FIELD).press_sequentially("hnt fw")

    expect(tab.get_by_text("符合 1 筆")).to_be_visible()
    expect(tab.locator(".entries").get_by_role("link")).to_have_count(1)
    assert "q=hnt+fw" in tab.url
    tab.reload()
    expect(tab.get_by_label(FIELD)).to_have_value("hnt fw")
    tab.locator(".entries").get_by_role("link").click()
    expect(tab.get_by_role("heading", level=1)).to_contain_text("5.01.01")


def test_the_way_back_to_everything_comes_with_what_is_found(signed_in: SignIn) -> None:
    tab = signed_in("leader")
    tab.goto("/catalogue")
    back = tab.get_by_role("link", name="看全部")
    expect(back).to_have_count(0)

    tab.get_by_label(FIELD).press_sequentially("hnt")
    back.click()

    expect(tab.locator("[data-count]")).to_be_empty()
    expect(tab.get_by_label(FIELD)).to_have_value("")


def test_a_choice_narrows_at_once(signed_in: SignIn) -> None:
    tab = signed_in("leader")
    tab.goto("/catalogue")

    tab.get_by_text("只看某個工項").click()
    tab.get_by_label("工項").select_option("lift")

    expect(tab.locator("[data-count]")).to_contain_text("符合")
    assert "trade=lift" in tab.url


def test_without_script_the_tree_opens_and_the_button_finds(signed_in: SignIn, address: str) -> None:
    tab = signed_in("leader")
    cookies = tab.context.cookies()
    browser = tab.context.browser
    assert browser is not None
    plain = browser.new_context(base_url=address, java_script_enabled=False)
    plain.add_cookies(cookies)  # type: ignore[arg-type]
    page = plain.new_page()
    page.goto("/catalogue")
    page.locator("summary", has_text="混凝土施工").click()
    expect(page.get_by_text("養護不良致塑性收縮裂縫")).to_be_visible()

    page.get_by_label(FIELD).fill("ㄏㄋㄊ")
    page.get_by_role("button", name="搜尋").click()

    expect(page.locator(".entries a").first).to_contain_text("混凝土施工")
    plain.close()
