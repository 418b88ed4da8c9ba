"""Every figure, yes and no, word and article of the law files is held by a case: changed, it is noticed.

A law file under `articles/` with one value changed is tried in place of the right one.
"""

import re
from collections.abc import Iterator

import pytest
from article_cases import articles, wrong

from scoring import lawbook
from scoring.errors import LawError
from scoring.lawfile import Group, load
from scoring.parameters import GROUPS
from scoring.sources import Parameters

ARTICLES = articles()
KINDS = {kind.group: kind for kind in GROUPS}
HELD = sorted({name for article in ARTICLES for name in article.groups})
FIGURE = re.compile(r"(?<=: )(?:\d+|yes|no|none)(?=[,}\n])")
WORD = re.compile(r"(?<=[\[ ])(?:[a-z_]+|OUTSTANDING|[ABC])(?=[,\]])")
CITED = re.compile(r"(?<=article: )[^,}\n]+")
OTHER = {"yes": "no", "no": "yes", "none": "71"}


def others(old: str) -> tuple[str, ...]:
    """What could stand in a value's place; a word's own kind is unknown here, so a few of each."""
    if old.isdigit():
        return (str(int(old) + 1),)
    if old in OTHER:
        return (OTHER[old],)
    words = ("A", "B", "agency", "contractor", "during", "superior", "第99條")
    return tuple(each for each in words if each != old)


def changed(name: str) -> Iterator[tuple[str, Group[Parameters]]]:
    """Each law file that differs from the right one in one value and that the loader takes."""
    text = lawbook.LAW.joinpath(*name.split(".")).with_suffix(".yaml").read_text("utf-8")
    start = text.index("\nvalues:")
    for found in (each for kind in (FIGURE, WORD, CITED) for each in kind.finditer(text, start)):
        old, line = found.group(), text.count("\n", 0, found.start()) + 1
        for new in others(old):
            try:
                draft = load(text[: found.start()] + new + text[found.end() :], name, KINDS[name])
            except LawError:
                continue
            yield f"{name}, line {line}: {new} instead of {old}", draft


def is_noticed(draft: Group[Parameters]) -> bool:
    cases = [case for article in ARTICLES if draft.name in article.groups for case in article.cases]
    with lawbook.trying([draft]):
        return any(wrong(case) for case in cases)


@pytest.mark.parametrize("name", HELD)
def test_a_changed_value_of_the_law_is_noticed(name: str) -> None:
    assert [told for told, draft in changed(name) if not is_noticed(draft)] == []


def test_there_is_much_to_change() -> None:
    assert sum(1 for name in HELD for _ in changed(name)) > 200


@pytest.mark.parametrize("name", HELD)
def test_the_law_as_it_is_has_nothing_to_notice(name: str) -> None:
    assert not is_noticed(lawbook.book()[name])
