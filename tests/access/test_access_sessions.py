"""Pages take a session cookie and its hidden token, programs a bearer token; reading writes nothing."""

from base64 import b64encode

import pytest
from flask import Flask

from inspect_app.accounts.limits import limiter
from tests.access import matrix, sending
from tests.access.actors import DEAD
from tests.access.matrix import NONE, Line, label
from tests.access.sending import ids_of
from tests.access.world import Answer, World, digest
from tests.clients import PREFIX, PROGRAMS

FIRST = {line.route: line for line in reversed(matrix.lines())}
WRITES = [line for line in FIRST.values() if not line.route.startswith(("GET ", "HEAD "))]
API_WRITES = [line for line in WRITES if f" {PREFIX}" in line.route]
SIGNED = "POST /notifications/decline/<string:choice>"
"""What a mail program sends in one click (RFC 8058): the address itself is signed, nobody is signed in."""
PAGE_WRITES = [
    line for line in WRITES if not line.route.split(" ", 1)[1].startswith(PROGRAMS) and line.route != SIGNED
]
OPENROSA = [line for line in FIRST.values() if " /openrosa/" in line.route]
READS = [line for line in FIRST.values() if line.route.startswith("GET ")]


def first_ids(world: World, line: Line) -> dict[str, str]:
    return ids_of(world, line.route, line.objects[0] if line.objects else NONE)


@pytest.mark.parametrize("line", API_WRITES, ids=label)
def test_a_program_that_writes_with_a_cookie_needs_the_csrf_header(world: World, line: Line) -> None:
    answer = sending.ask(world, "staff", line.route, first_ids(world, line), by_cookie=True)

    assert (answer.status, answer.response.get_json()["code"]) == (403, "csrf")
    assert not answer.wrote


@pytest.mark.parametrize("line", API_WRITES, ids=label)
@pytest.mark.parametrize("who", ["staff", "leader", "contractor"])
def test_with_cookie_and_header_a_program_gets_what_the_bearer_gets(
    world: World, line: Line, who: str
) -> None:
    ids, csrf = first_ids(world, line), {"X-CSRFToken": world.credentials[who].csrf}

    answer = sending.ask(world, who, line.route, ids, by_cookie=True, more_headers=csrf)

    assert answer.status == line.status(who)


@pytest.mark.parametrize("who", ["staff", "contractor", "anonymous", "revoked"])
@pytest.mark.parametrize("line", PAGE_WRITES, ids=label)
def test_a_form_without_its_hidden_token_is_refused(world: World, line: Line, who: str) -> None:
    answer = sending.ask(world, who, line.route, first_ids(world, line), hidden_token="")

    assert answer.status == 403
    assert "頁面已逾時" in answer.response.text
    assert not answer.wrote


@pytest.mark.parametrize("line", PAGE_WRITES, ids=label)
def test_anothers_hidden_token_is_refused(world: World, line: Line) -> None:
    stolen = world.credentials["contractor"].csrf

    answer = sending.ask(world, "staff", line.route, first_ids(world, line), hidden_token=stolen)

    assert (answer.status, answer.wrote) == (403, False)


@pytest.mark.parametrize("who", DEAD)
def test_a_dead_bearer_is_not_saved_by_a_living_cookie(world: World, who: str) -> None:
    cookie = world.credentials["staff"].browser()

    answer = world.ask(who, "GET", "/api/v1/me", headers=cookie)

    assert answer.status == 401


@pytest.mark.parametrize("line", OPENROSA, ids=label)
def test_odk_collect_comes_with_a_living_tablets_token_under_its_owners_name(
    world: World, line: Line
) -> None:
    limiter.reset()
    tokens, ids = {who: each.token for who, each in world.credentials.items()}, first_ids(world, line)
    tablet = tokens["tablet"]
    wrong = [(name, tablet) for name in ("member1", "staff", "", "leader ")]
    wrong += [(name, tokens[who]) for who in (*DEAD, "leader") for name in ("leader", "staff", "inactive")]

    refused = [_by_basic(world, line, ids, name, token) for name, token in wrong]

    assert {(answer.status, answer.wrote) for answer in refused} == {(401, False)}
    assert _by_basic(world, line, ids, "leader", tablet).status == line.status("tablet")


def _by_basic(world: World, line: Line, ids: dict[str, str], name: str, token: str | None) -> Answer:
    given = b64encode(f"{name}:{token}".encode()).decode()
    return sending.ask(world, "anonymous", line.route, ids, more_headers={"Authorization": f"Basic {given}"})


@pytest.mark.parametrize("who", ["staff", "leader", "contractor", "admin", "anonymous"])
def test_reading_everything_changes_no_row_of_any_table(world: World, who: str) -> None:
    """But the log of who saw an original, and what a person marks by reading it."""
    before = unlogged(world)

    for line in (line for line in READS if line.route not in MARKING):
        for name in line.objects or (NONE,):
            sending.ask(world, who, line.route, ids_of(world, line.route, name))

    assert unlogged(world) == before


MARKING = ("GET /inbox/<uuid:message_id>", "GET /calendar/<string:token>.ics")
"""Opening a message marks it as read; a calendar keeps when it was last asked for."""


def unlogged(world: World) -> list[str]:
    return [row for row in digest(world) if not row.startswith('INSERT INTO "photo_views"')]


def test_every_reading_route_is_read(app: Flask) -> None:
    assert {line.route for line in READS} == {
        route for route in matrix.routes(app) if route.startswith("GET ")
    }
