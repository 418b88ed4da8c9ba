"""Signing in with a real browser."""

from collections.abc import Callable
from uuid import UUID

from playwright.sync_api import Page, expect


def test_a_wrong_password_keeps_the_name_and_says_what_to_do(
    tab: Page, people: dict[str, UUID], accessible: Callable[[Page], None]
) -> None:
    assert "staff" in people
    tab.goto("/sign-in")
    tab.get_by_label("帳號").fill("staff")
    tab.get_by_label("密碼").fill("wrong password")
    tab.get_by_role("button", name="登入", exact=True).click()

    expect(tab.get_by_text("帳號或密碼不正確").first).to_be_visible()
    expect(tab.get_by_label("帳號")).to_have_value("staff")
    accessible(tab)


def test_the_keyboard_alone_signs_in_and_out(tab: Page, people: dict[str, UUID]) -> None:
    from tests.builders import PASSWORD

    assert "staff" in people
    tab.goto("/sign-in")
    tab.get_by_label("帳號").focus()
    tab.keyboard.type("staff")
    tab.keyboard.press("Tab")
    tab.keyboard.type(PASSWORD)
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("heading", name="標案")).to_be_visible()

    tab.get_by_role("button", name="登出").focus()
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("button", name="登入", exact=True)).to_be_visible()
