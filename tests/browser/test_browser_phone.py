"""On a phone the page scrolls down and a table only sideways; at a desk no column is broken."""

from collections.abc import Callable
from uuid import UUID

from playwright.sync_api import Page

from tests import builders
from tests.conftest import Write
from tests.inspections_builders import AsUser, Ids, Visit, defect_body

SignIn = Callable[..., Page]
REGIONS = """[...document.querySelectorAll('.table-region')].map(region => {
  region.scrollTop = 1000;
  return [region.scrollTop, getComputedStyle(region).overflowY]})"""
NARROWEST = """Math.min(...[...document.querySelectorAll('.data tbody td:not(.num)')]
  .map(cell => cell.getBoundingClientRect().width))"""
KIND_LINES = """[...document.querySelectorAll('.data tr')].map(row => {
  const cell = row.cells[2], range = document.createRange();
  range.selectNodeContents(cell);
  return new Set([...range.getClientRects()].map(box => Math.round(box.top))).size})"""


def test_a_table_on_a_phone_is_not_a_second_page_to_scroll(
    signed_in: SignIn, as_user: AsUser, people: Ids
) -> None:
    visit = Visit.issued(as_user, people, defects=[defect_body(note="柱底蜂窩" * 20) for _ in range(9)])
    tab = signed_in("staff")
    tab.set_viewport_size({"width": 390, "height": 700})

    tab.goto(f"/inspections/{visit.id}")

    regions = tab.evaluate(REGIONS)
    assert len(regions) >= 5
    assert [scrolled for scrolled, _ in regions] == [0] * len(regions)
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_cell_on_a_phone_is_wide_enough_to_read(signed_in: SignIn, as_user: AsUser, people: Ids) -> None:
    visit = Visit.issued(as_user, people, defects=[defect_body()])
    tab = signed_in("staff")
    tab.set_viewport_size({"width": 390, "height": 700})

    tab.goto(f"/inspections/{visit.id}")

    assert tab.evaluate(NARROWEST) >= 90


def test_the_kind_of_a_tender_stands_on_one_line_at_a_desk(
    signed_in: SignIn, write: Write, people: dict[str, UUID]
) -> None:
    with write() as session:
        builders.tender(
            session, "A-1", name="示範溪上游左岸護岸整治暨生態池復育工程第三期" * 2, kind="service"
        )
    tab = signed_in("staff")
    tab.set_viewport_size({"width": 1280, "height": 900})

    tab.goto("/tenders")

    assert tab.evaluate(KIND_LINES) == [1, 1]
