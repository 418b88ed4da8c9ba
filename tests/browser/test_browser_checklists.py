"""The checklists in a real browser: readable on a tablet either way up, on a phone, and for everyone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SignIn
from tests.checklist_samples import CODE, publish_samples

SCREENS = ((1280, 900), (1024, 768), (768, 1024), (390, 844))
LOW = "[...document.querySelectorAll('.tick')].map(each => each.getBoundingClientRect().height)"


@pytest.fixture
def leader(signed_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> Page:
    publish_samples(monkeypatch)
    return signed_in("leader")


def test_they_fit_every_screen_and_are_accessible(leader: Page, accessible: Callable[[Page], None]) -> None:
    for path in ("/forms", f"/forms/{CODE}/1"):
        leader.goto(path)
        for width, height in SCREENS:
            leader.set_viewport_size({"width": width, "height": height})
            assert leader.evaluate("document.documentElement.scrollWidth") <= width
        accessible(leader)


def test_the_dark_preview_is_accessible_too(leader: Page, accessible: Callable[[Page], None]) -> None:
    leader.emulate_media(color_scheme="dark")
    leader.goto(f"/forms/{CODE}/1")

    accessible(leader)


def test_the_menu_leads_to_a_preview_that_cannot_be_filled_in(leader: Page) -> None:
    leader.get_by_role("link", name="檢查表", exact=True).click()
    leader.get_by_role("link", name="每一種題型的檢查表", exact=True).click()

    expect(leader.get_by_role("heading", name="一、現場")).to_be_visible()
    first = leader.get_by_role("group", name="混凝土面平整，無蜂窩")
    expect(first.get_by_role("radio", name="不符")).to_be_disabled()
    expect(leader.get_by_role("group", name="保護層厚度").get_by_label("實測值")).to_be_disabled()
    assert min(leader.evaluate(LOW)) >= 44
