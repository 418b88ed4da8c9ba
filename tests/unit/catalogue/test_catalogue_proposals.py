"""What a sheet makes of the catalogue: titles carried over, new codes classified, differences told."""

from collections import Counter
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from forms.catalogue import MAX_TITLE, NOT_AVAILABLE, catalogue
from inspect_app.catalogue import proposals, sheet
from inspect_app.catalogue.proposals import NO_ENGLISH, Known, Proposal, short_title
from tests.unit.catalogue.sheets import HEADER, Rows, delimited, rows, words

HEADER_ROW = list(HEADER)
BEFORE = {line.code: words(line.code) for line in catalogue().codes}


def made(given: Rows, words_before: dict[str, str] | None = None) -> Proposal:
    read = sheet.read(delimited(given), {})
    known = [Known(catalogue(), words_before or {})]
    return proposals.revision(read, "roc-199", date(2099, 1, 1), known)


def changed(code: str, **cells: Any) -> Rows:
    """The whole catalogue with one row changed."""
    given = rows()
    (row,) = [each for each in given if each[0] == code]
    for place, name in enumerate(("code", "wording", "points")):
        row[place] = cells.get(name, row[place])
    return given


def without(*codes: str) -> Rows:
    return [row for row in rows() if row[0] not in codes]


def with_rows(*more: tuple[str, str, str]) -> Rows:
    return [*rows(), *(list(row) for row in more)]


def reasons(proposal: Proposal) -> list[str]:
    return [each.reason for each in proposal.refused]


def test_the_same_sheet_makes_the_same_catalogue() -> None:
    proposal = made(rows())
    found, ours = proposal.catalogue, catalogue()

    assert [(line.code, line.kind, line.points) for line in found.codes] == [
        (line.code, line.kind, line.points) for line in ours.codes
    ]
    assert {each.code for each in proposal.differences.changed} == {
        line.code for line in ours.codes if line.title == NOT_AVAILABLE
    }
    assert (proposal.refused, proposal.is_writable, proposal.wordings) == ((), True, BEFORE)
    assert found.get("5.01.01").bears == ours.get("5.01.01").bears


def test_the_order_of_the_file_does_not_matter() -> None:
    header, *body = rows()

    assert made([header, *reversed(body)]).catalogue.codes == made(rows()).catalogue.codes


def test_changed_points_are_told() -> None:
    (change, *_) = made(changed("4.01.01", points="-1,-2")).differences.changed

    assert str(change).endswith("：扣點由「-2,-4」改為「-1,-2」。")


def test_a_code_left_out_is_withdrawn() -> None:
    assert [line.code for line in made(without("5.01.02", "5.01.03")).differences.withdrawn] == [
        "5.01.02",
        "5.01.03",
    ]


def test_groups_left_out_are_carried_over_while_something_stands_below_them() -> None:
    groups = {line.code for line in catalogue().codes if line.kind == "group" and line.code != "8"}
    childless = {"0.01", "0.02", "0.03", "0.04", "0.05", "0"}

    withdrawn = made(without(*groups)).differences.withdrawn

    assert {line.code for line in withdrawn} == childless


def test_a_new_code_is_classified_like_its_neighbours() -> None:
    long = "混凝土表面有裂縫，寬度超過契約規定且未辦理修補或評估其影響，承攬廠商亦未提報改善計畫"
    proposal = made(with_rows(("5.01.77", long, "-1,-2")))
    line, beside = proposal.catalogue.get("5.01.77"), catalogue().get("5.01.02")

    assert [each.code for each in proposal.differences.added] == ["5.01.77"]
    assert (line.trade, line.phase, line.party) == (beside.trade, beside.phase, beside.party)
    assert (line.kind, line.english, line.title) == (
        "item",
        NO_ENGLISH,
        "混凝土表面有裂縫，寬度超過契約規定且未辦理修補或評估其影響",
    )


def test_each_line_is_carried_over_from_the_newest_revision_that_has_it() -> None:
    partial = made([HEADER_ROW, ["4", "大項", ""], ["4.01.01", "新的文字", "-1"]]).catalogue
    known = [Known(partial, {"4.01.01": "新的文字"}), Known(catalogue(), BEFORE)]
    later = proposals.revision(sheet.read(delimited(rows()), {}), "roc-200", date(2100, 1, 1), known)

    assert later.catalogue.codes == tuple(
        replace(line, edition="roc-200") for line in made(rows()).catalogue.codes
    )
    assert later.catalogue.trades == catalogue().trades
    assert (later.earlier, later.outdated, later.differences.withdrawn) == (partial, {"4.01.01"}, ())


def test_more_than_one_code_in_ten_is_many() -> None:
    codes = [line.code for line in catalogue().items]

    assert [made(without(*codes[:number])).withdraws_many for number in (66, 67)] == [False, True]


def test_a_group_that_becomes_an_item_is_classified_by_what_stood_below_it() -> None:
    item = made(changed("5.01", points="-1")).catalogue.get("5.01")
    below = Counter(
        (each.trade, each.phase, each.party) for each in catalogue().items if each.code.startswith("5.01.")
    )

    assert (item.kind, (item.trade, item.phase, item.party)) == ("item", below.most_common(1)[0][0])


def test_official_words_end_a_doubt_about_them() -> None:
    doubted = [line.code for line in catalogue().codes if line.doubt]

    assert doubted
    assert not [line for line in made(rows()).catalogue.codes if line.doubt]


def test_a_new_group_may_bring_its_items() -> None:
    proposal = made(with_rows(("5.88.01", "新項目", "-1"), ("5.88", "新工程", "")))

    assert [(each.code, each.kind) for each in proposal.differences.added] == [
        ("5.88", "group"),
        ("5.88.01", "item"),
    ]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (("5.88.01", "新項目", "-1"), "5.88.01 的上層 5.88 不在檔案中"),
        (("5.01.88", "新項目", ""), "5.01.88 沒有扣點，也沒有下層"),
        (("5.88.01.01", "新項目", "-1"), "5.88.01.01 的上層 5.88.01 不在檔案中"),
    ],
)
def test_a_code_that_cannot_be_placed_is_refused(row: tuple[str, str, str], reason: str) -> None:
    proposal = made(with_rows(row))

    assert reasons(proposal)[0].startswith(reason)
    assert not proposal.is_writable
    assert not proposal.catalogue.knows(row[0])


def test_a_new_group_of_merits_needs_nothing_below_it() -> None:
    proposal = made(with_rows(("0.06", "其他優點", "")))

    assert (proposal.catalogue.get("0.06").kind, proposal.refused) == ("group", ())


def test_a_title_made_for_earlier_words_says_so() -> None:
    proposal = made(changed("5.01.02", wording="新的文字"), BEFORE)

    assert proposal.outdated == {"5.01.02"}
    assert proposal.catalogue.get("5.01.02").title == catalogue().get("5.01.02").title
    assert "公告文字由" in str(next(each for each in proposal.differences.changed if each.code == "5.01.02"))


def test_nothing_is_said_of_titles_while_the_earlier_words_are_unknown() -> None:
    assert made(changed("5.01.02", wording="新的文字")).outdated == frozenset()


def test_a_code_without_title_gets_one_from_its_words() -> None:
    assert made(rows(), BEFORE).catalogue.get("5.10.99").title == words("5.10.99").rstrip("。")
    assert made(rows()).catalogue.get("5.10.99").english == NO_ENGLISH
    assert "5.10.99" not in made(changed("5.10.99", wording="新的文字"), BEFORE).outdated


@pytest.mark.parametrize(
    ("wording", "title"),
    [
        ("短", "短"),
        ("有句號。", "有句號"),
        ("。", "。"),
        ("一" * 30, "一" * 30),
        ("一" * 31, "一" * 29 + "…"),
        ("一" * 20 + "，" + "二" * 20, "一" * 20),
        ("一" * 30 + "。" + "二", "一" * 30),
        ("一，" + "二" * 40, "一，" + "二" * 27 + "…"),
    ],
)
def test_a_short_title_ends_where_a_clause_does(wording: str, title: str) -> None:
    assert short_title(wording) == title
    assert len(title) <= MAX_TITLE


# -- the words of a published revision -----------------------------------------------------------------------------


def test_a_published_revision_takes_words_and_nothing_else() -> None:
    given = [*changed("4.01.01", points="-1,-2"), ["9", "新", ""]]
    proposal = proposals.words_for(sheet.read(delimited(given), {}), Known(catalogue(), {}))

    assert proposal.catalogue is catalogue()
    assert set(proposal.wordings) == set(BEFORE) - {"4.01.01"}
    assert [each[:4] for each in reasons(proposal)] == ["4.01", "9 不在"]
    assert not proposal.is_writable


def test_words_once_given_stand_and_those_that_lack_are_added() -> None:
    given = BEFORE | {"5.01.02": "另一段"}
    stored = {code: words for code, words in given.items() if code != "4.01.01"}
    proposal = proposals.words_for(sheet.read(delimited(rows()), {}), Known(catalogue(), stored))

    assert proposal.new_words == {"4.01.01": words("4.01.01")}
    assert [each.partition("；")[0] for each in reasons(proposal)] == [
        "5.01.02 在 roc-111 已有另一段公告文字，不會更改"
    ]
