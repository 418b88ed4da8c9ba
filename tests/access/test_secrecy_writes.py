"""Whoever writes to a secret visit learns as much as from writing to none; who leaves the team loses it."""

from typing import Any

import pytest

from tests.access import actors, matrix, sending
from tests.access.actors import OUTSIDERS
from tests.access.matrix import BY_ROUTE, CASES, Line, label
from tests.access.objects import ABSENT
from tests.access.world import Ids, World
from tests.clients import PREFIX
from tests.inspections_builders import plan_body

SECRET_WRITES = [
    (line, name)
    for line, name in CASES
    if name in ("planned", "submitted", "found", "leaders")
    and not line.route.startswith(("GET ", "HEAD "))
    and sending.kind_of(line.route) in sending.SECRET
]
SPOILT: dict[str, dict[str, Any]] = {
    "an unknown field": {"json": {"no_such_field": 1}},
    "no JSON": {"data": b"{", "content_type": "application/json"},
    "a stale version": {"json": {}, "headers": {"If-Match": '"99"'}},
}


def looks(world: World, who: str, route: str, ids: Ids, **spoilt: Any) -> tuple[Any, ...]:
    answer = sending.ask(world, who, route, ids, **spoilt)
    assert not answer.wrote
    return answer.plain(ids)


@pytest.mark.parametrize("spoilt", SPOILT)
@pytest.mark.parametrize(("line", "name"), SECRET_WRITES, ids=label)
def test_a_spoilt_body_learns_nothing_either(world: World, line: Line, name: str, spoilt: str) -> None:
    """The order of the checks is the same for a secret object and for none, whatever is wrong with the body."""
    kind = sending.kind_of(line.route) or ""
    body = SPOILT[spoilt] if f" {PREFIX}" in line.route else {"data": {"no_such_field": "1", "version": "99"}}
    told = [
        who
        for who in OUTSIDERS
        if looks(world, who, line.route, world.objects[kind][name], instead=body)
        != looks(world, who, line.route, ABSENT[kind], instead=body)
    ]

    assert told == []


# -- leaving the team ---------------------------------------------------------------------------------------

PLANNED = [line for line, name in CASES if name == "planned"]


@pytest.fixture
def without_member(world: World) -> World:
    """The planned visit without `member1`, who had declared and sent a photo."""
    ids, people = world.objects["inspection"]["planned"], world.people
    tender = world.as_user("staff").get(f"/inspections/{ids['inspection_id']}").get_json()["tender"]
    plan = plan_body(tender, people, members=[str(people["deputy"])])
    answer = world.ask(
        "staff", "PUT", f"/api/v1/inspections/{ids['inspection_id']}", json=plan, headers={"If-Match": "*"}
    )
    assert answer.status == 200
    return world


@pytest.mark.parametrize("line", PLANNED, ids=label)
def test_who_is_taken_off_the_team_finds_it_no_longer(without_member: World, line: Line) -> None:
    ids = without_member.objects["inspection"]["planned"]
    absent = BY_ROUTE[line.route, "absent"]

    answer = sending.ask(without_member, "member", line.route, ids)

    assert answer.status == absent.status("member")
    assert answer.plain(ids) == sending.ask(without_member, "member", line.route, ABSENT["inspection"]).plain(
        ABSENT["inspection"]
    )


@pytest.mark.parametrize("path", ["/api/v1/inspections", "/inspections", "/tenders"])
def test_nor_does_a_list_show_it(without_member: World, path: str) -> None:
    id_ = without_member.objects["inspection"]["planned"]["inspection_id"]

    assert id_ not in without_member.ask("member", "GET", path).response.text
    assert path == "/tenders" or id_ in without_member.ask("deputy", "GET", path).response.text


def test_the_lines_and_people_tried_are_not_none() -> None:
    assert len(SECRET_WRITES) >= 30
    assert len(PLANNED) >= 25
    assert set(OUTSIDERS) < set(actors.COLUMNS)
    assert {line.route for line in PLANNED} <= {line.route for line in matrix.lines()}
