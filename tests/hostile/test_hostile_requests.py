"""Addresses, queries and envelopes that no honest program sends, on every operation of the API."""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import jsonschema_rs
import pytest
from werkzeug.test import TestResponse

from tests.hostile.examples import BODIES, EXAMPLES, places_of
from tests.hostile.verdicts import REFUSALS, Document, ill_told, names
from tests.hostile.world import World
from tests.inspections_builders import expect

RUBBISH = {
    "a word": "x",
    "another id": "00000000-0000-4000-8000-000000000000",
    "dots": "..",
    "encoded dots": "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "NUL": "%00",
    "overlong dot": "%c0%ae",
    "no UTF-8": "%ff",
    "a surrogate": "%ed%a0%80",
    "blank": "%20",
    "negative": "-1",
    "10,000 digits": "9" * 10_000,
    "a statement": "'%20OR%20'1'='1",
    "markup": "%3Cscript%3E",
    "no day": "2026-02-30",
    "year 0": "0000-00",
    "year 10000": "10000-01",
    "month 13": "2026-13",
    "a letter beyond the plane": "%F0%A0%AE%B7",
}
ANSWERED = REFUSALS | {200, 201, 204}
WITH_PATH = tuple(sorted(route for route in EXAMPLES if "{" in route))


@pytest.fixture
def document(world: World) -> Document:
    return Document(world.api("staff").get("/openapi.json").get_json())


def unwritten(world: World, before: str, answer: TestResponse, what: str) -> Iterator[str]:
    """A refusal is well told and writes nothing; afterwards everything is as it was."""
    if answer.status_code < 300:
        world.restore()
    elif answer.status_code < 500 and answer.request.method != "HEAD":
        yield from (f"{what} {told}" for told in ill_told(answer))
    if world.digest() != before:
        world.restore()
        yield f"{what} wrote something"


@pytest.mark.parametrize("route", WITH_PATH)
def test_rubbish_in_an_address_is_not_found_or_named(world: World, route: str) -> None:
    method, template = route.split(" ", 1)
    example, before, faults = EXAMPLES[route], world.digest(), []
    headers = example.told(world)
    for place in re.findall(r"{\w+}", template):
        for how, rubbish in RUBBISH.items():
            answer = example.send(method, world, path=_with(world, route, place, rubbish), headers=headers)
            if answer.status_code not in REFUSALS | {403, 405}:
                faults.append(f"{place} {how}: {answer.status_code} {answer.text[:200]}")
            faults += unwritten(world, before, answer, f"{place} {how}")

    assert not faults, "\n".join(faults)
    assert example.send(method, world).status_code < 300


def _with(world: World, route: str, place: str, rubbish: str) -> str:
    """The example's address with rubbish at one place of the document's template."""
    _, mark, query = EXAMPLES[route].address(world).partition("?")
    given = places_of(world, route) | {place.strip("{}"): rubbish}
    return route.split(" ", 1)[1].format(**given) + mark + query


WRONG_QUERIES = {
    **{how: text for how, text in RUBBISH.items() if how != "10,000 digits"},
    "empty": "",
    "zero": "0",
    "a fraction": "1.5",
    "1e400": "1e400",
    "NaN": "NaN",
    "30 digits": "9" * 30,
    "5,000 digits": "9" * 5000,
    "full-width": "%EF%BC%91",
    "list": "%5B%5D",
}


@pytest.mark.parametrize("route", sorted(EXAMPLES))
def test_each_query_parameter_wrong_in_turn_is_refused(world: World, document: Document, route: str) -> None:
    method, example, before = route.split(" ", 1)[0], EXAMPLES[route], world.digest()
    asked = [each for each in document.operations()[route]["parameters"] if each["in"] == "query"]
    given, faults = example.address(world).partition("?"), []
    for parameter in asked:
        for how, text in WRONG_QUERIES.items():
            rest = "&".join(
                pair for pair in given[2].split("&") if pair and not pair.startswith(parameter["name"])
            )
            answer = example.send(
                method, world, path=f"{given[0]}?{parameter['name']}={text}&{rest}".rstrip("&")
            )
            what = f"{parameter['name']} {how}"
            faults += [f"{what} {told}" for told in _judged(answer, parameter, text)]
            faults += unwritten(world, before, answer, what)
    if asked:
        mark = "&" if given[2] else "?"
        answer = example.send(method, world, path=f"{''.join(given)}{mark}colour=1")
        assert answer.status_code == 422
        assert names(answer, "colour")

    assert not faults, "\n".join(faults)
    assert example.send(method, world).status_code < 300


def _judged(answer: TestResponse, parameter: dict[str, Any], text: str) -> Iterator[str]:
    if answer.status_code not in ANSWERED:
        yield f"was answered {answer.status_code}: {answer.text[:200]}"
    elif answer.status_code < 300 and _is_wrong(parameter, text):
        yield f"was accepted with {answer.status_code}"
    elif answer.status_code == 422 and not names(answer, parameter["name"]):
        yield f"is not named: {answer.text[:300]}"


def _is_wrong(parameter: dict[str, Any], text: str) -> bool:
    """Whether the document says that a text is none of the parameter's."""
    schema, plain = parameter["schema"], unquote(text)
    if "boolean" in schema["type"]:
        return plain not in WORDS_FOR_FLAGS
    value: Any = int(plain) if "integer" in schema["type"] and re.fullmatch(r"-?\d{1,40}", plain) else plain
    return "\0" in plain or not jsonschema_rs.is_valid(schema, value, validate_formats=True)


WORDS_FOR_FLAGS = {"0", "1", "true", "false"}


ENVELOPES: dict[str, dict[str, Any]] = {
    "plain text": {"content_type": "text/plain"},
    "no type": {"content_type": ""},
    "a form": {"content_type": "application/x-www-form-urlencoded"},
    "many parts": {"content_type": "multipart/form-data; boundary=x"},
    "another charset in the body": {"spoil": lambda text: text.encode("utf-16")},
    "a mark of byte order": {"spoil": lambda text: b"\xef\xbb\xbf" + text.encode()},
    "no UTF-8": {"spoil": lambda text: text.encode().replace(b'"', b'"\xff', 1)},
    "an overlong letter": {"spoil": lambda text: text.encode().replace(b'"', b'"\xc0\xaf', 1)},
    "cut off": {"spoil": lambda text: text.encode()[:-1]},
    "cut in a letter": {"spoil": lambda _: '{"字'.encode()[:-1]},
    "two bodies": {"spoil": lambda text: text.encode() * 2},
    "a comment": {"spoil": lambda text: b"// x\n" + text.encode()},
    "compressed": {"headers": {"Content-Encoding": "gzip"}, "spoil": lambda _: b"\x1f\x8b\x08\x00rubbish"},
    "a list": {"spoil": lambda text: f"[{text}]".encode()},
    "null": {"spoil": lambda _: b"null"},
    "a text": {"spoil": lambda _: b'"text"'},
    "more said than sent": {"lie": "1000000"},
}


@pytest.mark.parametrize("route", BODIES)
def test_a_body_in_a_wrong_envelope_is_refused(world: World, route: str) -> None:
    method, example, before, faults = route.split(" ", 1)[0], EXAMPLES[route], world.digest(), []
    assert example.body is not None
    text = json.dumps(example.body(world), ensure_ascii=False)
    for how, envelope in ENVELOPES.items():
        answer = example.send(method, world, **_in_envelope(text, **envelope))
        if answer.status_code not in {400, 415, 422}:
            faults.append(f"{how}: {answer.status_code} {answer.text[:200]}")
        faults += unwritten(world, before, answer, how)

    assert not faults, "\n".join(faults)
    assert example.send(method, world).status_code < 300


def _in_envelope(
    text: str,
    content_type: str = "application/json",
    spoil: Any = str.encode,
    headers: dict[str, str] | None = None,
    lie: str | None = None,
) -> dict[str, Any]:
    told = {"environ_overrides": {"CONTENT_LENGTH": lie}} if lie else {}
    return {"data": spoil(text), "content_type": content_type, "headers": headers or {}, **told}


@pytest.mark.parametrize(
    "route", ["POST /tenders", "PUT /inspections/{inspection_id}/submission", "POST /auth/login"]
)
def test_ten_megabytes_of_text_are_refused(world: World, route: str) -> None:
    method, example, before = route.split(" ", 1)[0], EXAMPLES[route], world.digest()
    assert example.body is not None
    body = example.body(world)
    body[next(key for key, value in body.items() if isinstance(value, str))] = "字" * (10 * 2**20 // 3)

    answer = example.send(method, world, data=json.dumps(body, ensure_ascii=False).encode())

    assert answer.status_code in {400, 413, 422}
    assert list(unwritten(world, before, answer, "")) == []


@pytest.mark.parametrize(
    "method", ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "BREW"]
)
def test_every_address_answers_every_method(world: World, method: str) -> None:
    paths = {example.address(world) for example in EXAMPLES.values()}
    before, faults = world.digest(), []
    for path in sorted(paths):
        answer = world.send(method, path, "auditor")
        if answer.status_code not in ANSWERED | {401, 403, 405, 412, 428}:
            faults.append(f"{path}: {answer.status_code} {answer.text[:200]}")
        if answer.status_code == 405 and "Allow" not in answer.headers:
            faults.append(f"{path} does not say what it allows")
        world.restore()

    assert not faults, "\n".join(faults)
    assert world.digest() == before
    expect(world.send("GET", "/me", "auditor"), 200)
