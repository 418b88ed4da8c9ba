"""What one may read of an object that one may read: marks by member, and what stays inside the team."""

import re
from typing import Any

import pytest

from tests.access import actors, sending
from tests.access.actors import INSIDERS
from tests.access.world import World

INSPECTED = ("agency", "supervisor", "contractor", "pcm")
MARKS = {"leader": "82", "deputy": "91", "member": "84"}
ALL = frozenset(MARKS)
SEEN: dict[str, frozenset[str]] = {
    "staff": ALL,
    "auditor": ALL,
    "leader": ALL,
    "tablet": ALL,
    "deputy": frozenset({"deputy"}),
    "member": frozenset({"member"}),
    **dict.fromkeys(INSPECTED, frozenset()),
}
"""Whose marks each reader of an issued visit sees."""
ISSUED = tuple(SEEN)


def read(world: World, who: str, part: str = "", name: str = "issued") -> Any:
    ids = world.objects["inspection"][name]
    answer = sending.ask(world, who, f"GET {sending.VISIT}{part}", ids)
    assert answer.status == 200
    return answer.response.get_json()


def members(world: World, columns: frozenset[str]) -> set[str]:
    return {actors.person_of(column, world.people) for column in columns}


@pytest.mark.parametrize("name", ["issued", "closed"])
@pytest.mark.parametrize("who", ISSUED)
def test_marks_by_member(world: World, who: str, name: str) -> None:
    assert {mark["member"] for mark in read(world, who, name=name)["marks"]} == members(world, SEEN[who])


@pytest.mark.parametrize("who", INSIDERS)
def test_marks_by_member_before_issue(world: World, who: str) -> None:
    assert {mark["member"] for mark in read(world, who, name="submitted")["marks"]} == members(
        world, SEEN[who]
    )


@pytest.mark.parametrize("who", ISSUED)
def test_only_who_sees_every_mark_sees_what_the_mean_was_made_of(world: World, who: str) -> None:
    steps = {step["rule"]: step["inputs"] for step in read(world, who, "/score")["steps"]}

    assert (steps["grade.mean"] != {}) == (SEEN[who] == ALL)


@pytest.mark.parametrize("who", ISSUED)
def test_nothing_else_of_the_score_names_a_member(world: World, who: str) -> None:
    text = str(read(world, who, "/score"))
    named = {column for column in MARKS if actors.person_of(column, world.people) in text}

    assert named == (ALL if SEEN[who] == ALL else set())


@pytest.mark.parametrize("who", [who for who in ISSUED if who not in INSPECTED])
def test_a_version_of_the_submission_holds_the_marks_its_reader_sees(world: World, who: str) -> None:
    version = read(world, who, "/submissions/<uuid:submission_id>")
    marks = find(version, "marks")

    assert {mark["member"] for mark in marks} == members(world, SEEN[who])


def find(value: Any, name: str) -> Any:
    """The value under a name, at whatever depth."""
    if isinstance(value, dict):
        found = [value[name]] if name in value else [find(inner, name) for inner in value.values()]
        return next((each for each in found if each is not None), None)
    return None


@pytest.mark.parametrize("who", ISSUED)
def test_the_page_shows_the_marks_its_reader_sees(world: World, who: str) -> None:
    ids = world.objects["inspection"]["issued"]
    page = sending.ask(world, who, f"GET {sending.VISIT_PAGE}", ids).response.text
    text = re.sub(r"<[^>]*>", "", page)
    shown = {
        column for column, mark in MARKS.items() if re.search(rf"(?<![\w-]){mark}(?![\w.])", text, re.ASCII)
    }

    assert shown == SEEN[who]


@pytest.mark.parametrize("who", INSPECTED)
def test_the_inspected_read_nothing_of_the_teams_own_matters(world: World, who: str) -> None:
    seen = read(world, who)

    assert (seen["submissions"], seen["missing"], seen["outside_share"], seen["cancel_reason"]) == (
        [],
        [],
        None,
        None,
    )
    assert {(person["declared"], person["conflict"]) for person in seen["team"]} == {(False, None)}


@pytest.mark.parametrize("who", [who for who in ISSUED if who not in INSPECTED])
def test_the_team_and_the_auditor_read_the_declarations(world: World, who: str) -> None:
    assert {person["declared"] for person in read(world, who)["team"]} == {True}


@pytest.mark.parametrize("who", INSPECTED)
def test_the_inspecteds_page_begins_its_history_with_the_issue(world: World, who: str) -> None:
    page = sending.ask(
        world, who, f"GET {sending.VISIT_PAGE}", world.objects["inspection"]["issued"]
    ).response.text

    assert not re.search("排定於|聲明|開始查核|送出查核結果|傳送 [0-9]+ 張照片", page)


def test_the_administrator_reads_people_and_tablets_but_no_inspection(world: World) -> None:
    page = world.ask("admin", "GET", "/devices").response.text

    assert "領隊平板" in page
    assert not re.search("查核</a>|標案</a>|缺失</a>", page.split("site-nav")[1].split("</nav>")[0])


@pytest.mark.parametrize("who", ["contractor", "other_leader", "auditor"])
def test_only_the_administrator_sees_tablets_of_others(world: World, who: str) -> None:
    assert "領隊平板" not in world.ask(who, "GET", "/devices").response.text
