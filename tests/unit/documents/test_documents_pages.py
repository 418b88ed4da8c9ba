"""How boxes fill pages."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from inspect_app.documents.boxes import Cell, Row
from inspect_app.documents.pages import Item, Placed, paginate
from inspect_app.documents.text import Line

PAGE = 100.0
EMPTY = Line((), 0)


def row(lines: int, leading: float = 10) -> Row:
    return Row((Cell(0, 50, (EMPTY,) * lines),), 8, leading)


def lines_of(page: list[Placed]) -> list[int]:
    return [round(placed.box.height / 10) for placed in page]


def test_a_long_paragraph_goes_on_over_the_page() -> None:
    assert [lines_of(page) for page in paginate([Item(row(25))], PAGE)] == [[10], [10], [5]]


def test_a_small_row_is_not_divided() -> None:
    pages = paginate([Item(row(8)), Item(row(3), together=True)], PAGE)

    assert [lines_of(page) for page in pages] == [[8], [3]]


def test_a_row_higher_than_a_third_of_the_page_is_divided() -> None:
    pages = paginate([Item(row(8)), Item(row(6), together=True)], PAGE)

    assert [lines_of(page) for page in pages] == [[8, 2], [4]]


def test_no_single_line_is_left_on_a_page() -> None:
    pages = paginate([Item(row(5)), Item(row(6))], PAGE)

    assert [lines_of(page) for page in pages] == [[5, 4], [2]]


def test_the_head_of_a_table_is_repeated() -> None:
    head = row(1)
    items = [Item(head, with_next=True), *(Item(row(2), head=head, together=True) for _ in range(6))]

    assert [lines_of(page) for page in paginate(items, PAGE)] == [[1, 2, 2, 2, 2], [1, 2, 2]]


def test_a_heading_goes_with_what_follows() -> None:
    items = [Item(row(8)), Item(row(1), with_next=True, together=True), Item(row(5))]

    assert [lines_of(page) for page in paginate(items, PAGE)] == [[8], [1, 5]]


def test_the_gap_falls_away_at_the_top_of_a_page() -> None:
    pages = paginate([Item(row(9)), Item(row(3), gap=5, together=True)], PAGE)

    assert [placed.down for placed in pages[1]] == [0]


ITEMS = st.builds(
    Item,
    box=st.builds(row, st.integers(1, 40), st.sampled_from([7.0, 10.0, 26.0])),
    gap=st.integers(0, 20),
    with_next=st.booleans(),
    head=st.none() | st.builds(row, st.integers(1, 12)),
    together=st.booleans(),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(ITEMS, max_size=12))
def test_nothing_is_drawn_below_the_foot_or_over_another(items: list[Item]) -> None:
    for page in paginate(items, PAGE):
        ends = [0.0]
        for placed in page:
            assert placed.down >= ends[-1] - 1e-6
            ends.append(placed.down + placed.box.height)
        assert ends[-1] <= PAGE + 1e-6
