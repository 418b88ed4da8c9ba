"""Importing the real list with a real browser: first a trial, then in earnest."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import SignIn

REAL_LIST = Path(__file__).parents[1] / "data" / "pcc_project_progress.csv"


def fact(tab: Page, label: str) -> str:
    """The value beside a label."""
    return tab.locator("dt", has_text=label).locator("xpath=following-sibling::dd[1]").inner_text()


def test_the_real_list_is_tried_and_then_imported(
    signed_in: SignIn, accessible: Callable[[Page], None]
) -> None:
    tab = signed_in("staff")
    tab.goto("/tenders/import")
    tab.get_by_label("標案清單").set_input_files(REAL_LIST)
    tab.get_by_label("金額單位").select_option("twd")
    tab.get_by_role("button", name="試匯入").click()
    expect(tab.get_by_role("heading", name="試匯入結果")).to_be_visible()
    assert (fact(tab, "讀取"), fact(tab, "新增"), fact(tab, "退回")) == ("190 列", "190 列", "0 項")
    accessible(tab)

    tab.get_by_role("button", name="正式匯入").click()
    expect(tab.get_by_role("heading", name="匯入結果", exact=True)).to_be_visible()

    tab.goto("/tenders")
    expect(tab.get_by_text("共 190 件")).to_be_visible()
    accessible(tab)


def test_a_spoilt_copy_shows_line_field_and_reason(signed_in: SignIn, tmp_path: Path) -> None:
    lines = REAL_LIST.read_text("utf-8").splitlines()
    lines[1] = lines[1].replace("5225000.0", "五百萬")
    spoilt = tmp_path / "spoilt.csv"
    spoilt.write_text("\n".join(lines), "utf-8")
    tab = signed_in("staff")
    tab.goto("/tenders/import")
    tab.get_by_label("標案清單").set_input_files(spoilt)
    tab.get_by_label("金額單位").select_option("twd")
    tab.get_by_role("button", name="試匯入").click()

    row = tab.get_by_role("row", name="decide_tenders_price")
    expect(row).to_contain_text("2")
    expect(row).to_contain_text("不是金額")


def test_a_file_without_a_unit_is_refused_beside_its_field(signed_in: SignIn) -> None:
    tab = signed_in("staff")
    tab.goto("/tenders/import")
    tab.get_by_label("標案清單").set_input_files(REAL_LIST)
    tab.get_by_role("button", name="試匯入").click()

    expect(tab.locator("#unit")).to_have_attribute("aria-invalid", "true")


def test_a_search_narrows_the_list(signed_in: SignIn) -> None:
    tab = signed_in("staff")
    tab.goto("/tenders/import")
    tab.get_by_label("標案清單").set_input_files(REAL_LIST)
    tab.get_by_label("金額單位").select_option("twd")
    tab.get_by_role("button", name="試匯入").click()
    tab.get_by_role("button", name="正式匯入").click()
    tab.goto("/tenders?q=L0321114")

    expect(tab.get_by_text("共 1 件")).to_be_visible()
