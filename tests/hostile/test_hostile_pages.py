"""Pages: each field of each form wrong in turn, addresses and queries that no link has."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from tests.clients import PREFIX, Page
from tests.hostile.page_examples import FORMS, PLACES, file, send
from tests.hostile.test_hostile_requests import RUBBISH, WRONG_QUERIES
from tests.hostile.verdicts import CHINESE, INSIDES, REFUSALS
from tests.hostile.world import World

WITHOUT_FORM = {"accounts.open_"}
LONG = "長" * 100_001
WRONG = {
    "empty": "",
    "blank": " 　",
    "long": LONG,
    "NUL": "a\0b",
    "a word": "x",
    "negative": "-1",
    "1e400": "1e400",
    "NaN": "NaN",
    "5,000 digits": "9" * 5000,
    "no day": "115/02/30",
    "a western day": "2026-11-20",
    "year 0": "000/01/01",
    "year 10000": "10000/01/01",
    "another id": "00000000-0000-4000-8000-000000000000",
    "markup": "<script>alert(1)</script>",
    "a template": "{{ 7 * 7 }}{% raw %}",
    "control letters": "\u202e\u0007\u001b[31m\r\n",
}


def rules(app: Flask, method: str) -> list[Rule]:
    """The pages' own rules that take a method."""
    apart = {"static", "health.healthz", "health.readyz"}
    return [
        rule
        for rule in app.url_map.iter_rules()
        if not rule.rule.startswith((PREFIX, "/openrosa", "/metrics"))
        and rule.endpoint not in apart
        and method in (rule.methods or set())
    ]


def unwell(answer: TestResponse, world: World, before: str, what: str) -> Iterator[str]:
    """What is wrong with a page's answer; a refusal is a page in Chinese and writes nothing."""
    if answer.status_code < 400:
        world.restore()
    elif answer.status_code not in REFUSALS | {403, 405, 412}:
        yield f"{what}: {answer.status_code} {answer.text[:200]}"
    elif answer.mimetype != "text/html" or not CHINESE.search(answer.text):
        yield f"{what}: {answer.mimetype}"
    if INSIDES.search(answer.text) or "<script>alert" in answer.text:
        yield f"{what} shows what it must not"
    if len(answer.data) > 1_000_000:
        yield f"{what}: {len(answer.data)} bytes"
    if world.digest() != before:
        world.restore()
        yield f"{what} wrote something"


def test_every_page_is_covered(world: World) -> None:
    sent = {rule.endpoint for rule in rules(world.app, "POST")}
    places = {place for rule in rules(world.app, "GET") for place in rule.arguments}

    assert sent - WITHOUT_FORM == set(FORMS)
    assert places - set(PLACES) == set()


@pytest.mark.parametrize("endpoint", sorted(FORMS))
def test_each_field_of_a_form_wrong_in_turn_is_refused(world: World, endpoint: str) -> None:
    form, before = FORMS[endpoint], world.digest()
    faults: list[str] = []
    path = form.path.format(**world.ids)
    for what, fields in _spoilt(form.fields(world)):
        answer = send(world, "POST", path, form.by, data=fields)
        faults += unwell(answer, world, before, what)

    assert not faults, "\n".join(faults)
    assert send(world, "POST", path, form.by, data=dict(form.fields(world))).status_code in {200, 303}


def _spoilt(fields: Any) -> Iterator[tuple[str, Any]]:
    """The form with one thing wrong at a time; files are read anew each time."""
    for name in fields:
        rest = [(key, value) for key, value in _texts(fields) if key != name]
        yield f"{name}: missing", MultiDict(rest)
        yield f"{name}: a file", MultiDict([*rest, (name, file(b"\0\xff", "../../a\0.csv"))])
        yield f"{name}: twice", MultiDict([*rest, (name, "x"), (name, "y")])
        for how, text in WRONG.items():
            yield f"{name}: {how}", MultiDict([*rest, (name, text)])
    yield "a field too many", MultiDict([*_texts(fields), ("colour", "red")])
    yield "1,100 fields", MultiDict([(f"colour{at}", "red") for at in range(1100)])


def _texts(fields: Any) -> Iterator[tuple[str, str]]:
    for name, value in fields.items():
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, str):
                yield name, each


RAW = {
    "no UTF-8": b"note=%ff%fe&reason=%ff&user=%ff&document=%ff",
    "a surrogate": b"note=%ed%a0%80&reason=%ed%a0%80&number=%ed%a0%80",
    "raw bytes": b"\xff\xfe\x00note=\xff",
    "no form at all": b"{}",
    "a boundary alone": b"--x\r\n",
    "an endless part": b"--x\r\nContent-Disposition: form-data; name=note\r\n\r\n" + b"a" * 100_000,
    "a part without a name": b"--x\r\nContent-Disposition: form-data\r\n\r\na\r\n--x--\r\n",
}


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
def test_a_form_that_cannot_be_read_is_refused(world: World, kind: str) -> None:
    before = world.digest()
    faults: list[str] = []
    for endpoint, form in FORMS.items():
        for how, data in RAW.items():
            path = form.path.format(**world.ids)
            answer = send(world, "POST", path, form.by, data=data, content_type=kind)
            faults += unwell(answer, world, before, f"{endpoint}: {how}")

    assert not faults, "\n".join(faults)


def test_rubbish_in_a_pages_address_is_not_found(world: World) -> None:
    before = world.digest()
    faults: list[str] = []
    for method in ("GET", "POST"):
        for rule in rules(world.app, method):
            for place, (how, rubbish) in ((p, item) for p in rule.arguments for item in RUBBISH.items()):
                path = _address(rule, world, {place: rubbish})
                answer = send(world, method, path, "staff")
                if answer.status_code < 400:
                    faults.append(f"{path[:200]}: {answer.status_code}")
                faults += unwell(answer, world, before, f"{rule.rule} {how}")

    assert not faults, "\n".join(faults)


def test_every_page_stands_any_query(world: World) -> None:
    names = ("q", "kind", "status", "agency", "own", "budget", "cursor", "state", "since", "until", "tender",
             "inspection", "open", "code", "next", "limit", "year", "month", "on", "page", "trade", "phase",
             "party")  # fmt: skip
    before = world.digest()
    faults: list[str] = []
    for rule in rules(world.app, "GET"):
        for how, text in WRONG_QUERIES.items():
            for asked in (names, ("cursor",)):
                query = "&".join(f"{name}={text}" for name in asked)
                answer = send(world, "GET", f"{_address(rule, world)}?{query}", "staff")
                faults += unwell(answer, world, before, f"{rule.rule} {how}")

    assert not faults, "\n".join(faults)


def _address(rule: Rule, world: World, rubbish: dict[str, str] | None = None) -> str:
    """A page's address with the world's own things in their places, or rubbish."""
    given = {place: world.ids[thing] for place, thing in PLACES.items()} | (rubbish or {})
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: given.get(found[1], "concrete_core"), rule.rule)


@pytest.mark.parametrize("field", ["username", "password", "csrf_token"])
def test_signing_in_with_rubbish_shows_the_form_again(world: World, field: str) -> None:
    page, before, faults = Page(world.app.test_client()), world.digest(), []
    page.get("/sign-in")
    for how, text in WRONG.items():
        world.api("anonymous")
        form = {"username": "staff", "password": "wrong", "csrf_token": page.csrf, field: text}
        answer = page.client.post("/sign-in", data=urlencode(form), headers={"Accept": "text/html"},
                                  content_type="application/x-www-form-urlencoded")  # fmt: skip
        if answer.status_code not in {400, 401, 403, 429}:
            faults.append(f"{how}: {answer.status_code}")
    faults += [] if world.digest() == before else ["wrote something"]

    assert faults == []
