"""Each field of each JSON route wrong in turn: refused as the contract says, and nothing is written."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.hostile.examples import BODIES, EXAMPLES
from tests.hostile.spoiling import Spoilt, named, spoilt
from tests.hostile.verdicts import REFUSALS, Document, ill_told, names
from tests.hostile.world import World
from tests.inspections_builders import ITEMS


@pytest.fixture
def document(world: World) -> Document:
    return Document(world.api("staff").get("/openapi.json").get_json())


def test_every_operation_has_an_example(document: Document) -> None:
    assert set(EXAMPLES) == set(document.operations())


def test_every_operation_with_a_json_body_is_spoilt(document: Document) -> None:
    described = {
        route
        for route, operation in document.operations().items()
        if set(operation.get("requestBody", {}).get("content", {})) == {"application/json"}
    }  # a list of tenders comes as a file as well, and its rows are spoilt where they are read

    assert described == set(BODIES)


def general(path: str) -> str:
    """A place as the document's schemas see it: any item, any key of an open object."""
    steps = re.sub(r"\[\d+\]", "/*", "/" + path.replace(".", "/"))
    return re.sub("/(" + "|".join(map(re.escape, ITEMS)) + ")(?=/|$)", "/*", steps)


@pytest.mark.parametrize("route", BODIES)
def test_the_example_has_every_field_of_the_schema(world: World, document: Document, route: str) -> None:
    body = EXAMPLES[route].body
    assert body is not None
    shown = {general(named(path)) for path in _all_places(body(world))}

    assert document.fields(route) - shown == ALLOWED_GAPS.get(route, set())


ALLOWED_GAPS: dict[str, set[str]] = {
    "PUT /inspections/{inspection_id}/marks/{member_id}": {
        "/total"
    },  # a total and parts are never both given
}


def _all_places(body: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    inner = body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ()
    for key, value in inner:
        yield (*path, key)
        yield from _all_places(value, (*path, key))


@pytest.mark.parametrize("route", BODIES)
def test_each_field_wrong_in_turn_is_refused_and_writes_nothing(
    world: World, document: Document, route: str
) -> None:
    example, method = EXAMPLES[route], route.split(" ", 1)[0]
    assert example.body is not None
    validator, before = document.validator(route), world.digest()
    faults = []
    for each in spoilt(example.body(world), example.walk):
        answer = example.send(method, world, data=each.text.encode(), content_type="application/json")
        faults += [f"{each} {told}" for told in judged(answer, each, validator, example.refusals)]
        if answer.status_code < 300:
            world.restore()
        elif world.digest() != before:
            faults.append(f"{each} wrote something")
            world.restore()

    assert not faults, "\n".join(faults)
    assert example.send(method, world).status_code in {200, 201}


def judged(
    answer: TestResponse, each: Spoilt, validator: Any, refusals: frozenset[int] = REFUSALS
) -> Iterator[str]:
    """What is wrong with the answer to a spoilt body."""
    wrong = each.status or (None if validator.is_valid(each.value) else frozenset({422}))
    if answer.status_code < 300:
        if wrong:
            yield f"was accepted with {answer.status_code}"
        return
    if answer.status_code not in (wrong or refusals):
        yield f"was answered {answer.status_code}: {answer.text[:300]}"
        return
    yield from ill_told(answer)
    if wrong and answer.status_code == 422 and not names(answer, each.path):
        yield f"is not named: {answer.get_json()['errors']}"
