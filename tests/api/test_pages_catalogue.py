"""The catalogue's pages: the tree, what a search finds, one code."""

import re

import pytest

from forms.catalogue import catalogue
from tests import builders
from tests.clients import Page
from tests.inspections_builders import Ids

EVERYBODY = [who.username for who in builders.CAST]


@pytest.fixture
def reader(page: Page, people: Ids) -> Page:
    page.sign_in("leader")
    return page


def entries(text: str) -> list[str]:
    """The codes listed, in order."""
    return re.findall(r'class="entry" href="/catalogue/([^"]+)"', text)


@pytest.mark.parametrize("username", EVERYBODY)
def test_everybody_finds_it_in_the_menu(page: Page, people: Ids, username: str) -> None:
    page.sign_in(username)

    assert '<a href="/catalogue" aria-current="page">缺失目錄</a>' in page.get("/catalogue").text


def test_nobody_reads_it_unknown(page: Page) -> None:
    assert page.get("/catalogue").status_code == 302


def test_the_tree_holds_every_item_below_its_group(reader: Page) -> None:
    text = reader.get("/catalogue").text

    items = {line.code for line in catalogue().items}
    assert items <= set(entries(text))
    assert len(re.findall("<details", text)) == 1 + sum(
        line.kind == "group" and any(each.parent == line.code for each in catalogue().codes)
        for line in catalogue().codes
    )
    assert "412 項" in text


def test_a_search_lists_what_it_finds_in_its_order(reader: Page) -> None:
    text = reader.get("/catalogue?q=蜂窩").text

    assert entries(text) == ["5.01.01"]
    assert "符合 1 筆" in text
    assert 'value="蜂窩"' in text


def test_a_line_tells_its_points_party_and_what_it_bears_on(reader: Page) -> None:
    text = reader.get("/catalogue?q=5.01.01").text

    for word in ("混凝土施工", "Poor placing", "扣 3、5 點", "現場", "承攬廠商", "可能涉及第8條：主要結構"):
        assert word in text


def test_many_finds_are_cut_off_and_told(reader: Page) -> None:
    text = reader.get("/catalogue?q=5").text

    assert len(entries(text)) == 100
    assert "先列最接近的 100 筆" in text


def test_choices_alone_narrow_the_list_and_stay_chosen(reader: Page) -> None:
    text = reader.get("/catalogue?trade=rebar&phase=site").text

    shown = [catalogue().get(code) for code in entries(text)]
    assert {(line.trade, line.phase) for line in shown} == {("rebar", "site")}
    assert '<option value="rebar" selected>' in text
    assert "<details open>" in text


@pytest.mark.parametrize("query", ["trade=magic", "phase=%27", "party=x", "kind=both", "q=%20", "q=ˊ"])
def test_a_word_that_is_no_choice_narrows_nothing(reader: Page, query: str) -> None:
    assert "412 項" in reader.get(f"/catalogue?{query}").text


def test_the_way_back_to_everything_stands_where_live_searches_put_it(reader: Page) -> None:
    shown = [
        re.findall(r"<span data-all>(.*?)</span>", reader.get(f"/catalogue{query}").text)
        for query in ("", "?q=hnt")
    ]

    assert shown == [[""], ['<a class="button secondary" href="/catalogue">看全部</a>']]


def test_nothing_found_says_what_to_do(reader: Page) -> None:
    assert "請少打幾個字" in reader.get("/catalogue?q=qqqq").text


@pytest.mark.parametrize("typed", ["x" * 10_000_000, "(.*)+[", "\ufffd", "<script>alert(1)</script>"])
def test_rubbish_is_a_page_with_nothing_found(reader: Page, typed: str) -> None:
    answer = reader.client.get("/catalogue", query_string={"q": typed}, headers={"Accept": "text/html"})

    assert (answer.status_code, entries(answer.text)) == (200, [])
    assert "<script>alert" not in answer.text
    assert len(answer.data) < 50_000


def test_a_code_tells_its_groups_its_points_and_its_neighbours(reader: Page) -> None:
    text = reader.get("/catalogue/5.01.02").text

    assert re.findall(r'<li><a href="/catalogue(/[^"]+)?">', text) == ["", "/5", "/5.01"]
    assert re.findall(r'<th scope="row">(.+?)</th><td>(.+?)</td>', text) == [
        ("輕微", "0"),
        ("中等", "2、4"),
        ("嚴重", "2、4"),
    ]
    assert re.findall(r'rel="(\w+)" href="/catalogue/([^"]+)"', text) == [
        ("prev", "5.01.01"),
        ("next", "5.01.03"),
    ]


def test_every_code_has_its_page(reader: Page) -> None:
    lines = catalogue().codes

    wrong = [
        line.code for line in lines if f"<h1>{line.code} " not in reader.get(f"/catalogue/{line.code}").text
    ]

    assert wrong == []


def test_a_doubtful_wording_is_told(reader: Page) -> None:
    line = next(line for line in catalogue().items if line.doubt)

    assert line.doubt in reader.get(f"/catalogue/{line.code}").text


def test_a_group_lists_what_is_below_it_and_costs_nothing(reader: Page) -> None:
    text = reader.get("/catalogue/5.07").text

    assert [code for code in entries(text) if code.startswith("5.07.")][:2] == ["5.07.01", "5.07.02"]
    assert "可扣點數" not in text


@pytest.mark.parametrize("code", ["5.99", "..", "lock", "%EF%BC%95", "5.01.01 "])
def test_a_code_that_is_none_is_not_found(reader: Page, code: str) -> None:
    assert reader.get(f"/catalogue/{code}").status_code == 404
