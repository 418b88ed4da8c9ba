"""ODK Collect's addresses: rubbish in paths, queries, names, passwords and envelopes is refused in OpenRosa's own XML."""

import re
from base64 import b64encode
from collections.abc import Iterator

import pytest
from defusedxml.ElementTree import fromstring
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from inspect_app.accounts.limits import limiter
from tests.hostile.test_hostile_pages import RAW
from tests.hostile.test_hostile_requests import RUBBISH, WRONG_QUERIES
from tests.hostile.verdicts import CHINESE, INSIDES, REFUSALS
from tests.hostile.world import World
from tests.openrosa_builders import RESPONSE

PLACES = {"code": "construction-inspection", "version": "1", "revision": "roc-111"}
SUBMISSION = "/openrosa/submission"


def rules(app: Flask, method: str) -> list[Rule]:
    """The addresses below /openrosa that take a method."""
    found = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/openrosa/")]
    return [rule for rule in found if method in (rule.methods or set())]


def address(rule: Rule, world: World, rubbish: dict[str, str] | None = None) -> str:
    """A rule's address for a visit that may be filled in, or with rubbish."""
    given = {**PLACES, "inspection_id": world.ids["started"], **(rubbish or {})}
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: given[found[1]], rule.rule)


def unwell(answer: TestResponse, world: World, before: str, what: str) -> Iterator[str]:
    """What is wrong with an answer; a refusal is told in XML, in Chinese, and writes nothing."""
    if answer.status_code >= 400:
        yield from (f"{what} {told}" for told in _ill_told(answer))
    if world.digest() != before:
        world.restore()
        yield f"{what} wrote something"


def _ill_told(answer: TestResponse) -> Iterator[str]:
    if answer.status_code not in REFUSALS | {401, 405}:
        yield f"{answer.status_code}: {answer.text[:200]}"
    elif answer.mimetype != "text/xml":
        yield f"is {answer.mimetype}"
    else:
        told = fromstring(answer.data).findtext(RESPONSE) or ""
        if not CHINESE.search(told) or INSIDES.search(told) or len(told) > 20_000:
            yield f"says {told[:200]!r}"


def test_rubbish_in_an_address_is_not_found(world: World) -> None:
    before, faults = world.digest(), []
    for rule in rules(world.app, "GET"):
        assert world.send("GET", f"/{address(rule, world)}", "leader").status_code == 200
        for place, (how, rubbish) in ((p, item) for p in rule.arguments for item in RUBBISH.items()):
            answer = world.send("GET", f"/{address(rule, world, {place: rubbish})}", "leader")
            faults += [] if answer.status_code in {400, 404} else [f"{rule.rule} {how}: {answer.status_code}"]
            faults += unwell(answer, world, before, f"{rule.rule} {how}")

    assert not faults, "\n".join(faults)


def test_every_address_stands_any_query(world: World) -> None:
    before, faults = world.digest(), []
    for rule in rules(world.app, "GET"):
        for how, text in WRONG_QUERIES.items():
            path = f"/{address(rule, world)}?deviceID={text}&formID={text}&verbose={text}"
            faults += unwell(world.send("GET", path, "leader"), world, before, f"{rule.rule} {how}")

    assert not faults, "\n".join(faults)


def basic(text: bytes) -> str:
    return f"Basic {b64encode(text).decode()}"


STRANGE = {
    "nothing": "Basic",
    "blank": "Basic  ",
    "no base64": "Basic %%%",
    "no colon": basic(b"leader"),
    "only a colon": basic(b":"),
    "no UTF-8": basic(b"\xff\xfe:\xff"),
    "NUL": basic(b"leader\0:\0"),
    "long": basic(b"leader:" + b"a" * 50_000),
    "a statement": basic(b"leader:' OR '1'='1"),
    "another way": "Digest username=leader",
    "an empty bearer": "Bearer",
    "a strange bearer": "Bearer \u00ff\u00fe",
}


@pytest.mark.parametrize("how", STRANGE)
def test_a_strange_name_and_password_are_nobodys(world: World, how: str) -> None:
    before, faults = world.digest(), []
    for method in ("GET", "POST"):
        for rule in rules(world.app, method):
            limiter.reset()
            client = world.app.test_client()
            answer = client.open(address(rule, world), method=method, headers={"Authorization": STRANGE[how]})
            faults += [] if answer.status_code == 401 else [f"{rule.rule}: {answer.status_code}"]
            faults += unwell(answer, world, before, rule.rule)

    assert not faults, "\n".join(faults)


def part(name: bytes, data: bytes = b"x") -> bytes:
    head = b'--x\r\nContent-Disposition: form-data; name="' + name + b'"; filename="a"\r\n\r\n'
    return head + data + b"\r\n"


FORM = part(b"xml_submission_file", b'<data id="construction-inspection" version="1"/>')
ENVELOPES = RAW | {
    "no form": b"--x--\r\n",
    "an empty form": part(b"xml_submission_file", b"") + b"--x--\r\n",
    "two forms": FORM + FORM + b"--x--\r\n",
    "a form without answers": FORM + b"--x--\r\n",
    "a file with a strange name": FORM + part(b"\x0b\x01<a>\xff") + b"--x--\r\n",
    "1,100 files": FORM + b"".join(part(b"f%d" % at) for at in range(1100)) + b"--x--\r\n",
}


@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=x", "multipart/form-data", "text/xml", ""])
def test_an_envelope_that_cannot_be_read_is_refused(world: World, kind: str) -> None:
    before, faults = world.digest(), []
    for how, data in ENVELOPES.items():
        answer = world.send("POST", f"/{SUBMISSION}", "leader", data=data, content_type=kind)
        faults += [] if answer.status_code >= 400 else [f"{how}: {answer.status_code}"]
        faults += unwell(answer, world, before, how)

    assert not faults, "\n".join(faults)
