"""Importing lists with a real browser: choose, say what columns are, preview, import; progress and giving up."""

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event, Thread

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from inspect_app.core.jobs import LeaseLost
from tests.browser.conftest import SignIn
from tests.import_samples import listed, work

REAL_LIST = Path(__file__).parents[1] / "data" / "pcc_project_progress.csv"
WAIT_MS = 60_000


def fact(tab: Page, label: str) -> str:
    """The value beside a label."""
    return tab.locator("dt", has_text=label).locator("xpath=following-sibling::dd[1]").inner_text()


def choose(tab: Page, path: Path, unit: str = "twd") -> None:
    tab.goto("/tenders/import")
    tab.get_by_label("標案清單").set_input_files(path)
    if unit:
        tab.get_by_label("金額單位").select_option(unit)
    tab.get_by_role("button", name="預覽").click()


@pytest.fixture
def large(tmp_path: Path) -> Path:
    path = tmp_path / "large.csv"
    path.write_bytes(listed(20_000))
    return path


@pytest.fixture
def worker(app: Flask) -> Iterator[Event]:
    """The worker's looks, in a thread, from when the event is set until the test ends."""
    go, over = Event(), Event()

    def check() -> None:
        if over.is_set():
            raise LeaseLost

    def look() -> None:
        while not over.wait(0.2):
            if go.is_set():
                work(app, check)

    thread = Thread(target=look)
    thread.start()
    yield go
    over.set()
    thread.join()


def test_the_real_list_is_previewed_and_then_imported(
    signed_in: SignIn, accessible: Callable[[Page], None]
) -> None:
    tab = signed_in("staff")
    choose(tab, REAL_LIST)
    expect(tab.get_by_role("heading", name="預覽匯入")).to_be_visible()
    assert (fact(tab, "讀取"), fact(tab, "新增"), fact(tab, "退回")) == ("190 列", "190 列", "0 項")
    tab.get_by_text("欄位對應").click()
    accessible(tab)

    tab.get_by_role("button", name="匯入", exact=True).click()
    expect(tab.get_by_role("heading", name="匯入結果", exact=True)).to_be_visible()
    tab.goto("/tenders")
    expect(tab.get_by_text("共 190 件")).to_be_visible()
    accessible(tab)
    tab.goto("/tenders/imports")
    expect(tab.get_by_role("link", name=REAL_LIST.name)).to_be_visible()
    accessible(tab)


def test_a_spoilt_copy_shows_line_field_and_reason(signed_in: SignIn, tmp_path: Path) -> None:
    lines = REAL_LIST.read_text("utf-8").splitlines()
    lines[1] = lines[1].replace("5225000.0", "五百萬")
    spoilt = tmp_path / "spoilt.csv"
    spoilt.write_text("\n".join(lines), "utf-8")
    tab = signed_in("staff")
    choose(tab, spoilt)

    row = tab.get_by_role("region", name="退回的列").get_by_role("row", name="decide_tenders_price")
    expect(row).to_contain_text("2")
    expect(row).to_contain_text("不是金額")


def test_columns_are_named_and_remembered(
    signed_in: SignIn, tmp_path: Path, accessible: Callable[[Page], None]
) -> None:
    path = tmp_path / "月報.csv"
    path.write_bytes(listed(3).replace("標案編號".encode(), "案號".encode()))
    tab = signed_in("staff")
    choose(tab, path, unit="")
    expect(tab.get_by_role("alert")).to_contain_text("缺少欄名：標案編號")
    accessible(tab)
    tab.get_by_label("案號").select_option(label="標案編號")
    tab.get_by_label("記為來源（名稱）").fill("水利局月報")
    tab.get_by_role("button", name="依此重新預覽").click()
    expect(tab.get_by_text("已記住")).to_be_visible()
    assert (fact(tab, "新增"), fact(tab, "來源")) == ("3 列", "水利局月報")

    tab.get_by_role("button", name="匯入", exact=True).click()
    expect(tab.get_by_role("heading", name="匯入結果", exact=True)).to_be_visible()
    tab.goto("/tenders/import-sources")
    tab.get_by_role("link", name="水利局月報").click()
    expect(tab.get_by_text("記住的欄位對應")).to_be_visible()
    accessible(tab)


def test_a_large_list_shows_its_progress_and_then_its_preview(
    signed_in: SignIn, large: Path, worker: Event, accessible: Callable[[Page], None]
) -> None:
    tab = signed_in("staff")
    choose(tab, large, unit="")
    expect(tab.get_by_role("heading", name="匯入進行中")).to_be_visible()
    accessible(tab)
    worker.set()
    expect(tab.get_by_role("heading", name="預覽匯入")).to_be_visible(timeout=WAIT_MS)
    assert fact(tab, "新增") == "20,000 列"
    tab.get_by_role("button", name="匯入", exact=True).click()

    expect(tab.get_by_role("heading", name="匯入結果", exact=True)).to_be_visible(timeout=WAIT_MS)


def test_a_large_list_is_given_up(signed_in: SignIn, large: Path) -> None:
    tab = signed_in("staff")
    choose(tab, large, unit="")
    tab.get_by_role("button", name="取消匯入").click()

    expect(tab.get_by_role("heading", name="匯入已取消")).to_be_visible()


def test_the_pages_fit_a_phone(signed_in: SignIn) -> None:
    tab = signed_in("staff")
    tab.set_viewport_size({"width": 390, "height": 844})
    choose(tab, REAL_LIST)
    tab.get_by_text("欄位對應").click()
    for address in (tab.url, "/tenders/imports", "/tenders/import-sources", "/tenders/import-sources/new"):
        tab.goto(address)
        assert tab.evaluate("document.documentElement.scrollWidth") <= 390, address


def test_a_search_narrows_the_list(signed_in: SignIn) -> None:
    tab = signed_in("staff")
    choose(tab, REAL_LIST)
    tab.get_by_role("button", name="匯入", exact=True).click()
    expect(tab.get_by_role("heading", name="匯入結果", exact=True)).to_be_visible()
    tab.goto("/tenders?q=L0321114")

    expect(tab.get_by_text("共 1 件")).to_be_visible()
