"""Deadlines, closures and quotas in a real browser: they fit, and everyone can read and use them."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SignIn
from tests.inspections_builders import AsUser, Ids, Visit, defect_body

PATHS = ("/deadlines", "/closures", "/quotas/115")


@pytest.fixture
def busy(as_user: AsUser, people: Ids) -> None:
    """A visit under way, one issued with a defect, and a typhoon."""
    Visit.started(as_user, people)
    Visit.issued(as_user, people, defects=[defect_body(note="蜂窩")])
    as_user("staff").put("/closures/2026-11-24", {"document": "府人考字第1150012300號", "note": "颱風"})


@pytest.mark.parametrize("width", [1280, 390])
def test_the_pages_fit_and_are_accessible(
    busy: None, signed_in: SignIn, accessible: Callable[[Page], None], width: int
) -> None:
    tab = signed_in("staff")
    tab.set_viewport_size({"width": width, "height": 900})
    for path in PATHS:
        tab.goto(path)
        for folded in tab.locator("details summary").all():
            folded.click()
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        accessible(tab)


def test_a_typhoon_recorded_by_hand_moves_the_day(busy: None, signed_in: SignIn) -> None:
    tab = signed_in("staff")
    tab.goto("/deadlines")
    expect(tab.get_by_text("115年12月2日（三）").first).to_be_visible()

    tab.get_by_role("link", name="停止上班日").click()
    tab.get_by_role("textbox", name="停止上班日").fill("115/11/26")
    tab.get_by_label("文號").fill("府人考字第1150012400號")
    tab.get_by_role("button", name="登錄").click()
    expect(tab.get_by_text("已登錄115年11月26日（四）停止上班")).to_be_visible()
    tab.get_by_role("link", name="期限", exact=True).first.click()

    expect(tab.get_by_text("115年12月3日（四）").first).to_be_visible()
