"""The checklists and the defect catalogue over the API, as a tablet carries them along."""

from typing import Any

import pytest

from forms.catalogue import catalogue
from forms.published import load
from tests import builders
from tests.clients import Api
from tests.inspections_builders import AsUser, Ids

ROLES = [who.username for who in builders.CAST]


@pytest.mark.parametrize("username", ROLES)
def test_everybody_reads_them(as_user: AsUser, username: str) -> None:
    api = as_user(username)

    paths = ("/forms", "/forms/construction-inspection/1", "/defect-codes")
    paths += ("/defect-codes/search", "/defect-codes/index")

    assert {path: api.get(path).status_code for path in paths} == dict.fromkeys(paths, 200)


def test_nobody_reads_them_unknown(client: Api, people: Ids) -> None:
    assert client.get("/forms").status_code == 401


def test_the_published_forms_are_listed(as_user: AsUser) -> None:
    items = as_user("leader").get("/forms").get_json()["items"]

    first = {
        "code": "construction-inspection",
        "version": 1,
        "title": "工程施工查核檢查表",
        "works": "general",
    }
    assert items[0] == first
    assert [(item["code"], item["version"]) for item in items] == [
        ("construction-inspection", 1),
        ("construction-inspection", 2),
        ("building-works", 1),
        ("road-works", 1),
        ("drainage-works", 1),
        ("slope-works", 1),
        ("equipment-works", 1),
    ]


def test_a_form_gives_its_sections_and_items_in_order(as_user: AsUser) -> None:
    form = as_user("leader").get("/forms/construction-inspection/1").get_json()

    items = [item["id"] for section in form["sections"] for item in section["items"]]
    assert items == list(load("construction-inspection", 1).item_ids)
    assert form["sections"][0]["items"][0].keys() == {"id", "text", "kind"}


UNKNOWN = [
    "construction-inspection/3",
    "construction-inspection/0",
    "other/1",
    "..%2Flock/1",
    "construction-inspection/x",
]


@pytest.mark.parametrize("path", UNKNOWN)
def test_a_form_that_was_never_published_is_not_found(as_user: AsUser, path: str) -> None:
    assert as_user("leader").get(f"/forms/{path}").status_code == 404


def lines(as_user: AsUser) -> list[dict[str, Any]]:
    return list(as_user("leader").get("/defect-codes").get_json()["items"])


def test_the_catalogue_has_579_items_in_its_official_order(as_user: AsUser) -> None:
    found = lines(as_user)

    assert [line["code"] for line in found] == [line.code for line in catalogue().codes]
    assert sum(line["kind"] == "item" for line in found) == 579


def test_a_code_gives_its_group_and_the_points_it_allows(as_user: AsUser) -> None:
    by_code = {line["code"]: line for line in lines(as_user)}

    assert by_code["5.01.01"]["allowed"] == [3, 5]
    assert (by_code["5.01.01"]["parent"], by_code["5.01"]["kind"]) == ("5.01", "group")


def test_every_code_hangs_on_one_that_comes_before_it(as_user: AsUser) -> None:
    seen: set[str | None] = {None}
    for line in lines(as_user):
        assert line["parent"] in seen
        seen.add(line["code"])


def test_a_code_gives_these_fields_and_no_more(as_user: AsUser) -> None:
    assert {frozenset(line) for line in lines(as_user)} == {
        frozenset(
            {"code", "parent", "kind", "allowed", "title", "english", "phase", "trade", "party", "also"}
            | {"bears", "points", "doubt"}
        )
    }
