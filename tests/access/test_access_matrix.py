"""matrix.tsv against the application: every route, every column, every object, and nothing left out."""

from collections import Counter
from typing import Any

import pytest
from flask import Flask

from inspect_app.core.auth import permission_of
from inspect_app.core.permissions import PERMISSIONS, PUBLIC
from tests.access import actors, matrix, sending
from tests.access.actors import COLUMNS, DEAD, OUTSIDERS, PEOPLE
from tests.access.matrix import ABSENT, BY_ROUTE, CASES, NONE, Line, label
from tests.access.sending import ids_of
from tests.access.world import Answer, World
from tests.clients import PROGRAMS

READS = ("GET ", "HEAD ")
LOGGED = (
    "GET /api/v1/photos/<string:sha256>",
    "GET /api/v1/inspections/<uuid:inspection_id>/evidence.zip",
    "GET /inbox/<uuid:message_id>",
    "GET /calendar/<string:token>.ics",
)
"""The reading routes that write: who saw an original, what was read, when a calendar was last asked for."""
REFUSALS = (302, 401, 403, 404)


def credentials(column: str) -> tuple[str, ...]:
    return DEAD if column == "dead" else (column,)


def tried(world: World, who: str, line: Line, name: str) -> Answer:
    """The answer; the world is put back when the request changed it."""
    answer = sending.ask(world, who, line.route, ids_of(world, line.route, name))
    if answer.wrote:
        world.restore("whole")
    return answer


def absent_answer(world: World, who: str, line: Line) -> tuple[Any, ...]:
    """What the same request gets about an object that is not there; asked once."""
    key = (line.route, who)
    if key not in world.absent:
        world.absent[key] = tried(world, who, line, ABSENT).plain(ids_of(world, line.route, ABSENT))
    return world.absent[key]


def fared(world: World, who: str, line: Line, name: str, *, known: bool) -> str:
    """The status, and what an answer must never do."""
    answer = tried(world, who, line, name)
    reads = line.route.startswith(READS) and line.route not in LOGGED
    faults = ["wrote"] if answer.wrote and (answer.status >= 400 or reads) else []
    if answer.status in REFUSALS and name not in (NONE, ABSENT) and not known:
        absent = absent_answer(world, who, line)
        alike = answer.plain(ids_of(world, line.route, name)) == absent
        faults += [] if alike or answer.status != absent[0] else ["tells that the object is there"]
    return " and ".join([str(answer.status), *faults])


# -- the table and the application have the same routes -------------------------------------------------


def test_every_route_has_a_line(app: Flask) -> None:
    assert matrix.routes(app) - {line.route for line in matrix.lines()} == set()


def test_every_line_has_a_route(app: Flask) -> None:
    assert {line.route for line in matrix.lines()} - matrix.routes(app) == set()


def test_every_line_speaks_of_every_object_once(world: World) -> None:
    spoken = Counter((line.route, name) for line, name in CASES)
    wanted = {
        (line.route, name)
        for line in matrix.lines()
        for name in world.objects.get(sending.kind_of(line.route) or "", NONE)
    }

    assert spoken == Counter(wanted)


def test_every_body_belongs_to_a_route(app: Flask) -> None:
    assert sending.BODIES.keys() - matrix.routes(app) == set()


# -- every cell -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("line", "name"), CASES, ids=label)
def test_every_column_gets_what_the_table_says(world: World, line: Line, name: str) -> None:
    """The status; a refusal and a reading write nothing; a refusal looks as if nothing were there, SQL included."""
    found = {
        (column, who): fared(world, who, line, name, known=line.is_known(column))
        for column in COLUMNS
        for who in credentials(column)
    }

    assert found == {(column, who): str(line.status(column)) for column, who in found}


# -- what the table itself must say -----------------------------------------------------------------------


SECRETS = tuple(
    case for case in CASES if case[1] in sending.SECRET.get(sending.kind_of(case[0].route) or "", ())
)


@pytest.mark.parametrize(("line", "name"), SECRETS, ids=label)
def test_for_outsiders_what_is_secret_is_absent(line: Line, name: str) -> None:
    absent = BY_ROUTE[line.route, ABSENT]

    assert {column: line.cells[column] for column in OUTSIDERS} == {
        column: absent.cells[column] for column in OUTSIDERS
    }


def test_without_a_living_token_only_public_routes_answer(app: Flask) -> None:
    guarded = [line for line in matrix.lines() if permission(app, line) not in (PUBLIC, None)]

    assert [line for line in guarded if turned_away(line) != {302 if is_page(line) else 401}] == []


def test_a_role_without_the_permission_gets_403_whatever_the_object(app: Flask) -> None:
    asked = {line: permission(app, line) for line in matrix.lines()}
    may = {line: PERMISSIONS[name] for line, name in asked.items() if name in PERMISSIONS}

    assert [
        (line.route, column)
        for line, roles in may.items()
        for column in PEOPLE
        if actors.role_of(column) not in roles and line.status(column) != 403
    ] == []


def turned_away(line: Line) -> set[int]:
    return {line.status("anonymous"), line.status("dead")}


def is_page(line: Line) -> bool:
    return not line.route.split(" ", 1)[1].startswith(PROGRAMS)


def permission(app: Flask, line: Line) -> str | None:
    """The permission that a line's route asks for."""
    method, rule = line.route.split(" ", 1)
    found = (
        each for each in app.url_map.iter_rules() if each.rule == rule and method in (each.methods or ())
    )
    return permission_of(app, next(found).endpoint)
