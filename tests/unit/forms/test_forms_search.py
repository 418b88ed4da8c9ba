"""Finding a defect with as few keys as possible, and the same without network."""

import json
import re
import unicodedata
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms.catalogue import catalogue
from forms.search import MOST_TYPED, Narrowed, index

INDEX = index()
OFFLINE = json.loads(json.dumps(INDEX.offline()))
TITLES = [line.title for line in catalogue().codes]
FAVOUR = {"5.02.03": 7, "5.01.04": 2, "5.14.01.01": 1}


def codes(typed: str, favour: dict[str, int] | None = None, **narrowed: Any) -> list[str]:
    return [each.line.code for each in INDEX.find(typed, Narrowed(**narrowed), favour)]


def matched(typed: str, code: str) -> str | None:
    return next(each.matched for each in INDEX.find(typed) if each.line.code == code)


FIRST = [
    ("5.01", "5.01"),
    ("501", "5.01"),
    ("5-01", "5.01"),
    ("5.1", "5.01"),
    ("５．０１", "5.01"),
    ("５０１", "5.01"),
    ("5-1-1", "5.01.01"),
    ("5/1/1", "5.01.01"),
    ("50101", "5.01.01"),
    ("5。01。01", "5.01.01"),
    ("5.07.1", "5.07.01"),
    ("5.01.", "5.01.01"),
    ("511", "5.01.01"),
    ("57141", "5.07.14.01"),
    ("514", "5.14"),
    ("4.01.20.01", "4.01.20.01"),
]


@pytest.mark.parametrize(("typed", "code"), FIRST)
def test_a_code_is_found_however_it_is_typed(typed: str, code: str) -> None:
    assert codes(typed)[0] == code


def test_a_code_finds_what_it_begins_and_nothing_else() -> None:
    assert all(code.startswith("5.01") for code in codes("5.01"))
    assert len(codes("5.01")) == 1 + sum(line.parent == "5.01" for line in catalogue().codes)


def test_the_beginning_of_a_number_finds_it_with_and_without_zeros() -> None:
    found = codes("5.07.1")

    assert {"5.07.01", "5.07.11", "5.07.14.02"} <= set(found)
    assert "5.07.02" not in found


WAYS = [
    ("蜂窩", "5.01.01", "title"),
    ("搗實不良", "5.01.01", "title"),
    ("ㄏㄋㄊ", "5.01", "sound"),
    ("hnt", "5.01", "sound"),
    ("hunningtu", "5.01", "sound"),
    ("hùn", "5.01", None),
    ("ㄈㄥㄨㄛ", "5.01.01", "sound"),
    ("ㄏㄨㄣˋㄋㄧㄥˊㄊㄨˇ", "5.01", "sound"),
    ("HNT", "5.01", "sound"),
    ("ＨＮＴ", "5.01", "sound"),
    ("concrete", "5.01", "english"),
    ("WORK", "5.01", "english"),
    ("full-time", "4.03.11", "english"),
    ("混凝土 蜂窩", "5.01.01", "group"),
    ("hnt fw", "5.01.01", "group"),
    ("混凝土　施工", "5.01", "title"),
    ("施工 5.01", "5.01", "title"),
    ("銲", "5.10.03.03", "title"),
    ("焊", "5.10.03.03", "title"),
    ("橋樑", "5.07.03", "title"),
    ("PCM", "4.01.20", "title"),
]


@pytest.mark.parametrize(("typed", "code", "field"), [way for way in WAYS if way[2]])
def test_a_line_is_found_in_many_ways(typed: str, code: str, field: str) -> None:
    assert matched(typed, code) == field


@pytest.mark.parametrize(("typed", "code"), [way[:2] for way in WAYS if not way[2]])
def test_a_line_is_not_found_by_what_is_not_in_it(typed: str, code: str) -> None:
    assert code not in codes(typed)


@pytest.mark.parametrize(
    "key", [*"0456789", *"abcdefghjklmnopqrstwxyz", *"ㄅㄆㄇㄈㄉㄊㄋㄌㄍㄎㄏㄐㄑㄒㄓㄔㄕㄖㄗㄘㄙ"]
)
def test_one_key_finds_something(key: str) -> None:
    assert codes(key)


def test_all_words_must_be_found() -> None:
    both = set(codes("鋼筋 間距"))

    assert both == set(codes("鋼筋")) & set(codes("間距"))
    assert both


def test_what_fits_better_comes_first() -> None:
    found = INDEX.find("鋼筋")
    fields = [each.matched for each in found]
    begin = [each.line.title.startswith("鋼筋") for each in found if each.matched == "title"]

    assert begin == sorted(begin, reverse=True)
    assert [field for at, field in enumerate(fields) if field not in fields[:at]] == ["title", "group"]


def test_lines_that_fit_alike_come_in_the_official_order() -> None:
    order = [line.code for line in catalogue().codes]
    found = [each.line.code for each in INDEX.find("紀錄") if each.matched == "group"]

    assert found == sorted(found, key=order.index)


def test_the_most_used_come_first_but_after_the_code_itself() -> None:
    assert codes("鋼筋", FAVOUR)[0] == "5.02.03"
    assert codes("5.02", FAVOUR)[:2] == ["5.02", "5.02.03"]
    assert codes("", FAVOUR)[:3] == ["5.02.03", "5.01.04", "5.14.01.01"]


def test_a_favour_moves_nothing_up_that_fits_by_its_group_alone() -> None:
    found = [each.matched for each in INDEX.find("鋼筋", favour={"5.02.01": 9})]

    assert found.index("group") > found.index("title")


def test_a_favour_finds_nothing_that_does_not_fit() -> None:
    assert sorted(codes("蜂窩", FAVOUR)) == sorted(codes("蜂窩"))


def test_nothing_typed_gives_all_in_the_official_order() -> None:
    assert codes(" 　") == [line.code for line in catalogue().codes]
    assert {each.matched for each in INDEX.find("")} == {None}


def test_lines_are_narrowed() -> None:
    lines = catalogue().by_code

    assert {lines[code].trade for code in codes("", trade="rebar")} == {"rebar"}
    assert {lines[code].phase for code in codes("", phase="test")} == {"test"}
    assert {lines[code].kind for code in codes("", kind="group")} == {"group"}
    assert "5.01" in codes("hnt", kind="group")


def test_a_party_deducted_with_another_counts_too() -> None:
    with_it = [line.code for line in catalogue().items if "supervisor" in line.also]

    assert with_it
    assert set(with_it) <= set(codes("", party="supervisor"))
    assert not set(with_it) & set(codes("", party="agency"))


HOSTILE = [
    "a" * 10_000_000,
    "5." * 5_000_000,
    "\0",
    "\ud800",
    "(.*)+[",
    "\\",
    "%",
    "'; --",
    "\ufdfa" * 100,
    "5" * 4300,
]


@pytest.mark.parametrize("typed", HOSTILE, ids=range(len(HOSTILE)))
def test_rubbish_finds_nothing_and_does_no_harm(typed: str) -> None:
    assert codes(typed) == []


# -- the same without network, by the rule of docs/search.md ---------------------------------------------------


def offline(typed: str, favour: dict[str, int]) -> list[tuple[str, str | None]]:
    """The rule as a tablet would write it down, with nothing but the index's JSON; slow and plain."""
    asked = list(dict.fromkeys(re.findall(r"[^ \t\r\n]+", plain(typed[:MOST_TYPED]))))
    lines = {line["code"]: line for line in OFFLINE["codes"]}
    found = []
    for at, line in enumerate(OFFLINE["codes"]):
        fits = max((fit(word, line, lines) for word in asked), default=2)
        if fits < 9:
            tier = fits if fits < 2 else 2 if fits < 8 else 3
            fields = ["code", "code", "title", "title", "sound", "sound", "english", "english", "group"]
            field = fields[fits] if asked else None
            found.append((tier, -favour.get(line["code"], 0), fits, at, line["code"], field))
    return [(code, field) for *_, code, field in sorted(found, key=lambda each: each[:4])]


def plain(text: str) -> str:
    text = unicodedata.normalize("NFKC", re.sub("[ˊˇˋ˙]", "", text)).lower()
    return "".join(OFFLINE["keys"]["variants"].get(each, each) for each in text)


def short(code: str) -> str:
    return ".".join(re.sub("^0+(?=.)", "", part) for part in code.split("."))


def fit(word: str, line: dict[str, Any], lines: dict[str, Any]) -> int:
    return min(code_fit(word, line["code"]), text_fit(word, line), group_fit(word, line, lines))


def code_fit(word: str, code: str) -> int:
    word = re.sub("[-/。]", ".", word)
    if not re.fullmatch(r"[0-9]+(\.[0-9]+)*\.?", word):
        return 9
    if word in (code, code.replace(".", "")) or short(word) == short(code):
        return 0
    whole = word.split(".")[-1].startswith("0")
    begins = (
        (short(code) + ".").startswith(short(word) + ".") if whole else short(code).startswith(short(word))
    )
    ways = (code, code.replace(".", ""), short(code).replace(".", ""))
    return 1 if begins or any(each.startswith(word) for each in ways) else 9


def text_fit(word: str, line: dict[str, Any]) -> int:
    title, spoken = plain(line["title"]), [*sounds(plain(line["title"]))]
    if word in title:
        return 2 if title.startswith(word) else 3
    heard = [start for start in range(len(spoken)) if hears(word, spoken[start:])]
    if heard:
        return 4 if heard[0] == 0 else 5
    english, letters = (re.sub("[^a-z0-9]+", " ", text) for text in (plain(line["english"]), word))
    place = f" {english}".find(f" {letters.strip()}") if letters.strip() else -1
    return 9 if place < 0 else 6 if place == 0 else 7


def sounds(title: str) -> Iterator[list[str]]:
    for each in title:
        if each in OFFLINE["keys"]["readings"]:
            yield OFFLINE["keys"]["readings"][each].split(" ")
        elif re.fullmatch("[a-z0-9]", each):
            yield [each]


def hears(word: str, spoken: list[list[str]]) -> bool:
    """Whether the word, cut into pieces, begins a reading of each character in turn."""
    if not word:
        return True
    pieces = (word[:end] for end in range(1, len(word) + 1))
    return bool(spoken) and any(
        hears(word[len(piece) :], spoken[1:])
        for piece in pieces
        if any(reading.startswith(piece) for reading in spoken[0])
    )


def group_fit(word: str, line: dict[str, Any], lines: dict[str, Any]) -> int:
    while len(word) > 1 and line["parent"] is not None:
        line = lines[line["parent"]]
        if text_fit(word, line) < 9:
            return 8
    return 9


@st.composite
def parts(draw: st.DrawFn) -> str:
    """A piece of a title, or how such a piece is typed by sound."""
    title = draw(st.sampled_from(TITLES))
    start = draw(st.integers(0, len(title) - 1))
    piece = title[start : start + draw(st.integers(1, 5))]
    if draw(st.booleans()):
        return piece
    return "".join(
        draw(st.sampled_from(INDEX.readings.get(each, (each,))))[: draw(st.integers(1, 6))] for each in piece
    )


PIECES = parts() | st.text("0123456789.-", min_size=1, max_size=6) | st.text("abhnostuㄏㄋㄊㄓ", max_size=4)


@settings(max_examples=60, deadline=None)
@given(
    pieces=st.lists(PIECES, min_size=1, max_size=2),
    favour=st.dictionaries(st.sampled_from(sorted(FAVOUR)), st.integers(1, 9)),
)
def test_the_plain_rule_over_the_index_finds_the_same_in_the_same_order(
    pieces: list[str], favour: dict[str, int]
) -> None:
    typed = " ".join(pieces)

    assert offline(typed, favour) == [
        (each.line.code, each.matched) for each in INDEX.find(typed, favour=favour)
    ]


@given(title=st.sampled_from(TITLES), data=st.data())
def test_any_part_of_a_title_finds_it(title: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(title) - 1))
    typed = title[start : data.draw(st.integers(start + 1, len(title)))]

    assert title in [each.line.title for each in INDEX.find(typed)]


def test_the_current_revision_is_read_and_indexed_once_under_any_name() -> None:
    assert catalogue() is catalogue("roc-111")
    assert index() is index("roc-111")
    assert index().catalogue is catalogue()
