"""The law, article by article, as a lawyer reads it: tests/law/articles/*.yaml."""

from datetime import date, timedelta

import pytest
from article_cases import Article, Case, answer, articles, differences, read, wrong

from scoring import lawbook

ARTICLES = articles()
CASES = [case for article in ARTICLES for case in article.cases]
DAY = timedelta(days=1)
REGULATION = "inspection.regulation"
PLAIN = """
article: 第7條
groups: [inspection.grades]
cases:
  - name: 84分為甲等
    on: 2024-05-01
    command: grade
    input: {inspected_on: 2024-05-01, marks: [{member: 甲, total: 84}]}
    output: {score: 84, grade: A, announceable: true}
"""


def edges(article: Article) -> set[date]:
    """The days in force that a file must tell of: those of its groups, and every version of their regulation."""
    book = lawbook.book()
    days = {day for name in article.groups for day in book[name].days}
    if any(book[name].regulation == book[REGULATION].regulation for name in article.groups):
        days |= {value.source.in_force_on for value in book[REGULATION].values if value}
    return days


def missing(article: Article) -> list[date]:
    """The days around the edges that no case of a file is about."""
    needed = {day + step for day in edges(article) for step in (-DAY, timedelta(0), DAY)}
    return sorted(needed - {case.on for case in article.cases if case.on})


@pytest.mark.parametrize("case", CASES, ids=[f"{case.article}: {case.name}" for case in CASES])
def test_the_engine_says_what_the_article_says(case: Case) -> None:
    assert wrong(case) == []


@pytest.mark.parametrize("article", ARTICLES, ids=[article.name for article in ARTICLES])
def test_every_edge_has_the_day_before_the_day_and_the_day_after(article: Article) -> None:
    assert missing(article) == []


def test_every_group_of_the_national_law_belongs_to_an_article() -> None:
    told = {name for article in ARTICLES for name in article.groups}
    national = {
        name
        for name, group in lawbook.book().items()
        if any(value and value.source.scope == "national" for value in group.values)
    }

    assert national - told == set()
    assert {"local.filing_day", "local.quota_rounding"} <= told


# --- the runner itself ------------------------------------------------------------------------------------


def test_a_right_case_has_nothing_wrong() -> None:
    assert wrong(read(PLAIN, "x").cases[0]) == []


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("score: 84", "score: 85", ".score: 85 was expected, got 84"),
        ("grade: A", "grade: B", ".grade: 'B' was expected, got 'A'"),
        ("announceable: true", "announceable: 1", ".announceable: 1 was expected, got True"),
        ("score: 84", "points: 84", ".points is missing"),
        ("output: {score: 84, grade: A", "error: {error: invalid_input, field: x", "an error was expected"),
        ("total: 84", "total: 101", "an output was expected"),
    ],
)
def test_a_wrong_case_is_noticed(old: str, new: str, told: str) -> None:
    assert old in PLAIN
    found = wrong(read(PLAIN.replace(old, new), "x").cases[0])

    assert found
    assert found[0].startswith(told)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    command: grade\n", ""),
        ("    command: grade\n", "    command: grade\n    mood: good\n"),
        ("    command: grade\n", "    command: grade\n    command: grade\n"),
        ("score: 84, grade", "score: 84, score: 84, grade"),
        ("    output: {", "    error: {error: x}\n    output: {"),
        ("    output: {score: 84, grade: A, announceable: true}\n", "    output: {}\n"),
        ("    on: 2024-05-01", "    on: 2024-05-02"),
        ("groups: [inspection.grades]\n", ""),
    ],
)
def test_a_case_that_is_not_written_right_is_refused(old: str, new: str) -> None:
    assert old in PLAIN
    with pytest.raises(ValueError, match=r"x: |given twice"):
        read(PLAIN.replace(old, new), "x")


def test_lists_are_compared_place_by_place() -> None:
    assert list(differences([{"a": 1}], [{"a": 1, "b": 2}])) == []
    assert list(differences([1], [1, 2]))
    assert list(differences([1, 2], [2, 1]))
    assert list(differences([], [1]))


def test_days_and_decimals_stay_text() -> None:
    (case,) = read(PLAIN.replace("score: 84", "mean: 84.00, score: 84"), "x").cases

    assert (case.input["inspected_on"], case.expected["mean"]) == ("2024-05-01", "84.00")
    assert wrong(case) == []


def test_a_missing_edge_is_noticed() -> None:
    days = missing(read(PLAIN.replace("2024-05-01", "2003-09-12"), "x"))

    assert len(days) == 14
    assert date(2003, 9, 11) in days
    assert date(2003, 9, 12) not in days


def test_a_group_not_in_force_is_told_as_nothing() -> None:
    assert answer("law", {"on": "2002-08-22"})["inspection.grades"] is None
    assert answer("law", {"on": "2024-05-01"})["inspection.grades"]["article"] == "第7條第1項"
