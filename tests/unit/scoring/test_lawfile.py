"""The strict loader: a law file says exactly what it must, and every scalar is typed by its unit."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

import pytest

from scoring.errors import LawError
from scoring.lawfile import MAX_DEPTH, load
from scoring.parameters import Parameters


@dataclass(frozen=True, slots=True)
class Row:
    word: str
    known: bool


@dataclass(frozen=True, slots=True)
class Sample(Parameters):
    group: ClassVar[str] = "sample"
    figure: int
    limit: int | None
    rows: tuple[Row, ...]

    def __post_init__(self) -> None:
        if self.figure == 13:
            raise ValueError("thirteen is not a figure")


TEXT = """\
title: 樣本
scope: national
regulation: 某辦法
effect: third_day
checked_on: 2026-11-23
units:
  figure: mark
  limit: mark_or_none
  rows:
    - {word: text, known: flag}
absent_in:
  2000-01-01: 尚無規定
values:
  2001-02-03:
    promulgated_on: 2001-02-01
    article: 第1條
    status: confirmed
    unchanged_in: [2002-01-01]
    figure: 70
    limit: none
    rows:
      - {word: no, known: yes}
"""


def changed(old: str, new: str) -> str:
    assert old in TEXT
    return TEXT.replace(old, new)


def test_a_file_gives_typed_values_from_its_day_on() -> None:
    group = load(TEXT, "sample.yaml", Sample)
    value = group.on(date(2001, 2, 3))

    assert value is not None
    assert (value.figure, value.limit, value.rows) == (70, None, (Row("no", True),))
    assert group.on(date(2001, 2, 2)) is None
    assert group.first_day() == date(2001, 2, 3)
    assert group.versions == {date(2000, 1, 1), date(2001, 2, 1), date(2002, 1, 1)}


def test_a_letter_may_hold_from_the_same_day() -> None:
    text = changed("third_day", "same_day").replace("2001-02-03:", "2001-02-01:")

    assert load(text, "sample.yaml", Sample).first_day() == date(2001, 2, 1)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("  figure: mark\n", "", "figure has no unit"),
        ("figure: mark", "figure: mile", "unit 'mile' does not fit"),
        ("figure: mark", "figure: flag", "unit 'flag' does not fit"),
        ("figure: mark", "figure: {a: mark}", "a row of fields, where"),
        ("figure: mark", "figure: [mark]", "a list with one unit, where"),
        ("figure: mark", "other: mark\n  figure: mark", "units declares other"),
        ("known: flag", "know: flag", "the units of a row name exactly"),
        ("figure: 70", "figure: 70\n    figure: 70", "line 20: figure is given twice"),
        ("figure: 70", "figure: 70\n    color: red", "color is not known here"),
        ("    figure: 70\n", "", "figure is missing"),
        ("title: 樣本", "title: 樣本\nauthor: x", "author is not known here"),
        ("    article: 第1條\n", "", "article is missing"),
        ("figure: 70", "figure: 70.0", "whole number in digits, got '70.0'"),
        ("figure: 70", "figure: 7_0", "whole number in digits"),
        ("figure: 70", "figure: -7", "whole number in digits"),
        ("figure: 70", "figure: 101", "at most 100"),
        ("figure: 70", "figure: 13", "thirteen is not a figure"),
        ("figure: 70", "figure:", "give a text"),
        ("figure: 70", "figure: [70]", "give a text"),
        ("known: yes", "known: true", "choose out of no, yes"),
        ("word: no,", "word: ' ',", "give a text"),
        ("word: no, ", "", "word is missing"),
        ("- {word: no, known: yes}", "word", "a list with one unit"),
        ("promulgated_on: 2001-02-01", "promulgated_on: 2001-02-02", "in force from 2001-02-04"),
        ("checked_on: 2026-11-23", "checked_on: 20261123", "give a day as YYYY-MM-DD"),
        ("checked_on: 2026-11-23", "checked_on: 2026-13-01", "give a day as YYYY-MM-DD"),
        ("status: confirmed", "status: sure", "choose out of confirmed, reading"),
        ("scope: national", "scope: city", "choose out of national, local"),
        ("[2002-01-01]", "2002-01-01", "unchanged_in is a list"),
        ("[2002-01-01]", "[2000-01-01]", "named twice"),
        ("title: 樣本", "title: [", "not YAML"),
        ("title: 樣本", "[a]: 樣本", "a key is a text"),
    ],
)
def test_a_file_that_says_anything_else_is_refused(old: str, new: str, message: str) -> None:
    with pytest.raises(LawError, match=r"sample\.yaml") as refused:
        load(changed(old, new), "sample.yaml", Sample)

    assert message in str(refused.value)


@pytest.mark.parametrize("levels", [MAX_DEPTH, 1000, 200_000])
def test_a_deep_file_is_refused_before_it_is_composed(levels: int) -> None:
    with pytest.raises(LawError, match=r"deep\.yaml: nested too deep"):
        load(f"title: {'[' * levels}{']' * levels}\n", "deep.yaml", Sample)


@pytest.mark.parametrize("text", ["", "# nothing\n", "- a\n", "word\n"])
def test_a_file_is_a_mapping(text: str) -> None:
    with pytest.raises(LawError):
        load(text, "sample.yaml", Sample)
