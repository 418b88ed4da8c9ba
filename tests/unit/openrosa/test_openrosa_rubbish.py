"""Rubbish in every answer of a form in turn: it is taken as an answer or refused as a problem, and never a fault of ours."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from defusedxml.ElementTree import fromstring

from forms.catalogue import catalogue
from forms.published import load
from inspect_app.core.problems import Problem
from inspect_app.inspections import checks, intake
from inspect_app.openrosa import body, instance, xform
from tests import openrosa_builders as collect
from tests.openrosa_builders import fill, name_of

PEOPLE = {name: uuid4() for name in ("leader", "member1")}
RUBBISH = {
    "nothing": "",
    "a word": "x",
    "white space": " \n\t ",
    "a long word": "字" * 5000,
    "many digits": "9" * 5000,
    "a sign": "-1",
    "a fraction": "0.5",
    "no number": "NaN",
    "endless": "1E999",
    "full-width digits": "１２",
    "markup": "<b>&amp;</b>",
    "two words": "safety safety",
    "four numbers": "1e400 NaN inf -0",
    "year 0": "0000-01-01T00:00:00Z",
    "a far year": "9999-12-31T23:59:59-14:00",
    "an id": str(uuid4()),
    "beyond the plane": "𠮷\u202e",
}


def filled() -> str:
    """A form with an answer to everything."""
    answers = collect.all_pass(
        PEOPLE,
        str(uuid4()),
        **{"wk-01_result": "fail", "wk-01_note": "蜂窩", "wk-01_photo": "a.jpg", "wk-03_value": "40"},
        **{"wk-01_photos": [{"wk-01_another": "b.jpg"}], "location": "22.6 120.3 0 8", "device": "d"},
        defectsFound="yes",
        defects=[
            collect.defect(defectAlso="supervisor", defectNote="n", defectPlace="p", defectPhoto="c.jpg")
        ],
        findings="safety",
        pendingTests="concrete_core",
        indicator_safety="80",
        merits=[{"meritCode": "0.04", "meritNote": "n"}],
        advice=[{"adviceCode": "7.01", "adviceNote": "n"}],
    )
    return fill(xform.of_any(load("construction-inspection", 1), catalogue()), answers).decode()


FILLED = filled()
ANSWERED = sorted({name_of(node) for node in fromstring(FILLED).iter() if (node.text or "").strip()})


def judge(data: bytes) -> None:
    """As far as a form is judged without the database."""
    given = instance.read(data)
    hashes = dict.fromkeys(body.attachments(given), "a" * 64)
    sent = intake.read(body.json_body(given, hashes))
    checks.refuse(sent.faults)


def status_of(data: bytes) -> int:
    try:
        judge(data)
    except Problem as problem:
        return problem.status
    return 200


def spoilt(name: str, rubbish: str) -> Iterator[bytes]:
    """The form with rubbish in one answer, and with that answer twice."""
    start, mark, rest = FILLED.partition(f"<{name}>")
    _, end, after = rest.partition(f"</{name}>")
    assert mark
    assert end
    text = rubbish.replace("<", "&lt;") if rubbish != RUBBISH["markup"] else rubbish
    yield f"{start}{mark}{text}{end}{after}".encode()
    yield f"{start}{mark}{text}{end}{mark}{text}{end}{after}".encode()


def test_the_form_itself_is_well() -> None:
    judge(FILLED.encode())


@pytest.mark.parametrize("name", ANSWERED)
def test_rubbish_in_an_answer_is_a_problem_or_an_answer(name: str) -> None:
    found = [status_of(data) for rubbish in RUBBISH.values() for data in spoilt(name, rubbish)]

    assert {400, 404, 422} & set(found)
    assert set(found) <= {200, 400, 404, 422}


def test_every_answer_is_spoilt() -> None:
    assert len(ANSWERED) >= 50
    assert {"defectPoints", "markTotal", "location", "instanceID", "startedAt"} <= set(ANSWERED)
