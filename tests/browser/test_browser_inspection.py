"""The inspection's page in a real browser: what each role sees, and the way from a result to the issue."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SignIn
from tests.inspections_builders import Ids, Visit, defect_body, sha256, submission_body

Accessible = Callable[[Page], None]


@pytest.fixture
def visit(as_user: Any, people: Ids) -> Visit:
    """Submitted with a defect, its photo, and a core test still pending."""
    made = Visit.started(as_user, people)
    defect = defect_body(note="柱底蜂窩 <script>alert(1)</script>", photos=[sha256(1)])
    photos = [{"sha256": sha256(1), "caption": "柱底"}]
    body = submission_body(people, defects=[defect], photos=photos, pending_tests=["concrete_core"])
    assert made.submit(body).status_code == 201
    assert made.send_photo(1).status_code == 201
    return made


def test_a_withheld_grade_is_released_by_its_test_and_issued(
    visit: Visit, signed_in: SignIn, accessible: Accessible
) -> None:
    tab = signed_in("staff")
    tab.goto(f"/inspections/{visit.id}")
    expect(tab.get_by_text("待試驗").first).to_be_visible()
    accessible(tab)
    tab.get_by_label("合格", exact=True).check()
    tab.get_by_label("判定日期").fill("115/11/23")
    tab.get_by_label("試驗報告文號").fill("試字第 1 號")
    tab.get_by_role("button", name="登錄結果").click()
    expect(tab.get_by_text("甲等").first).to_be_visible()

    tab.locator("#issue-correct_by").fill("115/12/20")
    tab.locator("#issue-document").fill("示範字第 1 號")
    tab.locator("form[action$='/issue'] button[type=submit]").click()
    tab.locator("dialog[open]").get_by_role("button", name="發文").click()

    expect(tab.get_by_text("已發文").first).to_be_visible()


def test_a_thumbnail_is_shown_and_a_note_stays_text(visit: Visit, signed_in: SignIn) -> None:
    tab = signed_in("leader")
    tab.goto(f"/inspections/{visit.id}")
    picture = tab.locator("img[src*='/photos/']").first
    expect(picture).to_be_visible()

    assert picture.evaluate("image => image.complete && image.naturalWidth") > 0
    expect(tab.get_by_text("<script>alert(1)</script>").first).to_be_visible()


def test_a_contractor_finds_nothing_before_the_issue(visit: Visit, signed_in: SignIn) -> None:
    tab = signed_in("contractor")
    tab.goto("/inspections")
    assert tab.locator("tbody tr").count() == 0

    answer = tab.goto(f"/inspections/{visit.id}")
    assert answer is not None
    assert answer.status == 404


def test_the_page_fits_a_tablet(visit: Visit, signed_in: SignIn) -> None:
    tab = signed_in("staff")
    tab.set_viewport_size({"width": 768, "height": 1024})
    tab.goto(f"/inspections/{visit.id}")

    assert tab.evaluate("document.documentElement.scrollWidth") <= 768
