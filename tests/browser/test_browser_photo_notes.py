"""Photo notes on the inspection's page in a real browser: both pictures, and a review."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import SignIn
from tests.inspections_builders import AsUser, Ids
from tests.plausibility_builders import file, issued

Accessible = Callable[[Page], None]


def test_both_pictures_stand_side_by_side_and_a_note_is_reviewed(
    as_user: AsUser, people: Ids, signed_in: SignIn, accessible: Accessible
) -> None:
    issued(as_user, people, file(2))
    visit = issued(as_user, people, file(2, quality=50, shrink=2))
    tab = signed_in("staff")
    tab.goto(f"/inspections/{visit.id}")
    section = tab.locator("section[aria-labelledby=photo-notes]")
    expect(section.locator("img")).to_have_count(2)
    section.locator("summary").click()
    accessible(tab)

    section.get_by_label("查看結果").select_option("follow_up")
    section.get_by_role("button", name="登錄").click()
    expect(tab.get_by_text("需追查時必填。").first).to_be_visible()

    section.locator("summary").click()
    section.get_by_label("查看結果").select_option("follow_up")
    section.get_by_label("理由").fill("與前次查核相同")
    section.get_by_role("button", name="登錄").click()

    expect(section.get_by_text("與前次查核相同")).to_be_visible()
    tab.set_viewport_size({"width": 390, "height": 844})
    tab.wait_for_function("document.documentElement.scrollWidth <= 390", timeout=5_000)
