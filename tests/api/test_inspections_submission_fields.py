"""A submission that cannot be meant: every wrong field is named by its path, and nothing at all is kept.

Tables of wrong bodies: one application answers a whole table, and the answers are compared as one.
"""

from copy import deepcopy
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask

from tests.api.test_inspections_submission import FULL, rows
from tests.inspections_builders import (
    FORM,
    ITEMS,
    AsUser,
    Ids,
    Visit,
    defect_body,
    errors,
    marks,
    sha256,
    submission_body,
)

Body = dict[str, Any]
Table = dict[str, list[Any]]

ITEM = ITEMS[2]


@pytest.fixture
def visit(as_user: AsUser, people: Ids) -> Visit:
    return Visit.started(as_user, people)


def full(people: Ids) -> Body:
    """A right body that has every field."""
    answers = {item: {"result": "pass"} for item in ITEMS}
    answers[ITEM] |= {"value": "30", "note": "不足", "photos": [sha256(1)]}  # type: ignore[dict-item]
    found = defect_body(also=["supervisor"], note="蜂窩", place="一樓", photos=[sha256(1)])
    return submission_body(people, answers=answers, defects=[found], **deepcopy(FULL))


def steps(path: str) -> list[str | int]:
    """defects[0].code as ["defects", 0, "code"]."""
    words = path.replace("[", ".[").split(".")
    return [int(word[1:-1]) if word.startswith("[") else word for word in words]


def put_at(body: Body, path: str, value: Any) -> Body:
    """The body with a value put at a path."""
    changed = deepcopy(body)
    *way, last = steps(path)
    node: Any = changed
    for step in way:
        node = node[step]
    node[last] = value
    return changed


def without(body: Body, path: str) -> Body:
    """The body without what is at a path."""
    changed = deepcopy(body)
    *way, last = steps(path)
    node: Any = changed
    for step in way:
        node = node[step]
    del node[last]
    return changed


def refusals(visit: Visit, table: Table) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """What each wrong value's answer names, and what it should name: the path, once for each value."""
    right = full(visit.people)
    found = {
        path: [",".join(errors(visit.submit(put_at(right, path, value)))) for value in values]
        for path, values in table.items()
    }
    return found, {path: [path] * len(values) for path, values in table.items()}


def test_the_right_body_is_right(visit: Visit) -> None:
    assert visit.submit(full(visit.people)).status_code == 201


REQUIRED = [
    *("id", "form", "started_at", "finished_at", "answers", "marks"),
    *("form.code", "form.version", "device.id", "location.lat", "location.lon"),
    *(f"answers.{ITEM}.result", "photos[0].sha256", "signatures[0].role", "signatures[0].sha256"),
    *("defects[0].id", "defects[0].code", "defects[0].severity", "defects[0].party", "defects[0].points"),
    *("marks[0].member", "merits[0].code", "advice[0].code"),
]


def test_what_is_required_is_named_when_it_is_left_out(visit: Visit) -> None:
    right = full(visit.people)

    found = [errors(visit.submit(without(right, path))) for path in REQUIRED]

    assert found == [[path] for path in REQUIRED]


OPTIONAL = [
    *("device", "location", "defects", "findings", "pending_tests", "indicators", "merits", "advice"),
    *("photos", "signatures"),
]


def test_the_rest_may_be_left_out(visit: Visit) -> None:
    body = full(visit.people)
    for path in OPTIONAL:
        body.pop(path, None)
    body["answers"][ITEM] = {"result": "pass"}

    assert visit.submit(body).status_code == 201


NEW = [
    *("x", "state", "score", "form.x", "device.x", "location.x", f"answers.{ITEM}.x", "defects[0].x"),
    *("defects[0].state", "marks[0].x", "marks[0].outside", "indicators.x", "merits[0].x", "advice[0].x"),
    *("photos[0].x", "signatures[0].x"),
]


def test_a_field_nobody_knows_is_named(visit: Visit) -> None:
    right = full(visit.people)

    found = [errors(visit.submit(put_at(right, path, 1))) for path in NEW]

    assert found == [[path] for path in NEW]


WRONG_TYPES: Table = {
    "id": ["not an id", "", 7, None, [], {}],
    "form": [None, "construction-inspection", []],
    "form.code": [None, 1, ""],
    "form.version": [None, "1", 1.5, 0, -1, True],
    "started_at": ["2026-11-20T09:00:00", "2026-11-20", "9:00", 1763600000, None],
    "finished_at": ["2026-11-20T12:00:00", "115年11月20日", None],
    "device": ["平板", []],
    "device.id": ["", None, 7, "字" * 121],
    "device.clock_offset_s": ["0", None, 1e10],
    "location": ["22.62,120.31", []],
    "location.lat": ["22.62", 90.001, -91, None],
    "location.lon": ["120.31", 180.001, -181, None],
    "location.accuracy_m": ["8", -1, 1e8],
    "answers": [None, [], "pass"],
    f"answers.{ITEM}": [None, "pass", []],
    f"answers.{ITEM}.result": ["ok", "PASS", "", None, True],
    f"answers.{ITEM}.value": [30, "3" * 201],
    f"answers.{ITEM}.note": [1, "字" * 2001],
    f"answers.{ITEM}.photos": [None, "x", ["0" * 64] * 101],
    f"answers.{ITEM}.photos[0]": ["x", "A" * 64, "0" * 63, "0" * 65, "0" * 64 + "\n", None, 1],
    "marks": [None, [], {}],
    "marks[0]": [None, 84, []],
    "marks[0].member": ["leader", "", None, 1],
    "defects": [None, {}],
    "defects[0]": [None, "5.01.01"],
    "defects[0].id": ["1", None],
    "defects[0].code": [None, 5.01, "", "5" * 21],
    "defects[0].severity": ["A", "m", "", None],
    "defects[0].party": ["owner", "", None],
    "defects[0].also": [None, "supervisor"],
    "defects[0].also[0]": ["owner", None],
    "defects[0].points": ["3", 2.5, -1, None, True, 10**30],
    "defects[0].note": [1, "字" * 2001],
    "defects[0].place": [1, "字" * 201],
    "defects[0].photos[0]": ["x", None],
    "findings": [None, "safety"],
    "findings[0]": ["danger", "", None],
    "indicators": [[], "80"],
    "indicators.environment": [101, -1, "80", 80.5, True],
    "merits": [None, {}],
    "merits[0].code": [None, "", 1],
    "merits[0].note": ["字" * 2001, 1],
    "advice[0].code": [None],
    "photos": [None, {}],
    "photos[0].sha256": ["x", "0" * 64 + "\n", None],
    "photos[0].bytes": [0, -1, "1", 1.5, 10**13],
    "photos[0].taken_at": ["2026-11-20T09:30:00", "2026:11:20 09:30:00", 1],
    "photos[0].caption": [1, "字" * 201],
    "signatures": [None, {}],
    "signatures[0].role": ["", None, "角" * 25],
    "signatures[0].sha256": ["x", None],
}


def test_a_value_of_another_type_or_size_is_named(visit: Visit) -> None:
    found, wanted = refusals(visit, WRONG_TYPES)

    assert found == wanted


WRONG_MARKS: Table = {
    "marks[0].quality_system": [21, -1, "17", 17.5],
    "marks[0].workmanship": [61, -1],
    "marks[0].progress": [21, -1],
    "marks[0].total": [82],
    "marks[1].total": [101, -1, "84", 84.5, True, 10**30],
}


def test_a_mark_out_of_its_range_is_named(visit: Visit) -> None:
    found, wanted = refusals(visit, WRONG_MARKS)

    assert found == wanted


WRONG_BY_RULE: Table = {
    "finished_at": ["2026-11-20T08:59:59+08:00"],
    "started_at": ["0001-01-01T00:00:00+08:00"],
    "photos[0].taken_at": ["9999-12-31T23:59:59-12:00"],
    f"answers.{ITEM}.photos[0]": ["0" * 64],
    "defects[0].photos[0]": ["0" * 64],
    "defects[0].code": ["5.01", "9.99.99", "5.01.01 ", "7"],
    "merits[0].code": ["9.99"],
    "advice[0].code": ["nothing"],
    "marks[1].member": [str(uuid4())],
    "defects[0].also": [["contractor"], ["supervisor", "supervisor"], ["pcm", "supervisor", "pcm"]],
}


def test_a_value_that_breaks_a_rule_is_named(visit: Visit) -> None:
    found, wanted = refusals(visit, WRONG_BY_RULE)

    assert found == wanted


def test_every_item_of_the_form_must_be_answered(visit: Visit) -> None:
    answers = {item: {"result": "na"} for item in ITEMS[2:]}

    found = errors(visit.submit(submission_body(visit.people, answers=answers)))

    assert found == [f"answers.{ITEMS[0]}", f"answers.{ITEMS[1]}"]


def test_an_item_that_is_not_on_the_form_is_named(visit: Visit) -> None:
    answers = {item: {"result": "pass"} for item in (*ITEMS, "wk-99")}

    assert errors(visit.submit(submission_body(visit.people, answers=answers))) == ["answers.wk-99"]


@pytest.mark.parametrize(
    "form", [FORM | {"version": 99}, FORM | {"code": "other"}, FORM | {"code": "../lock"}]
)
def test_a_form_that_was_never_published_is_named(visit: Visit, form: Body) -> None:
    assert errors(visit.submit(submission_body(visit.people, form=form))) == ["form"]


def test_a_member_marks_once(visit: Visit) -> None:
    twice = marks(visit.people, leader=80) + marks(visit.people, leader=82)

    assert errors(visit.submit(submission_body(visit.people, marks=twice))) == ["marks[1].member"]


@pytest.mark.parametrize("username", ["staff", "agency"])
def test_nobody_outside_the_team_marks(visit: Visit, username: str) -> None:
    body = submission_body(visit.people, marks=marks(visit.people, leader=80, **{username: 90}))

    assert errors(visit.submit(body)) == ["marks[1].member"]


def test_a_test_is_pending_or_failed_not_both(visit: Visit) -> None:
    body = submission_body(visit.people, findings=["concrete_core"], pending_tests=["concrete_core"])

    assert errors(visit.submit(body)) == ["pending_tests"]


def test_a_finding_is_named_once(visit: Visit) -> None:
    body = submission_body(visit.people, findings=["safety", "safety"])

    assert visit.submit(body).status_code == 201
    assert visit.read("staff", "/score")["forced"] == ["safety"]


def test_a_pending_test_is_one_of_the_three_of_article_8(visit: Visit) -> None:
    body = submission_body(visit.people, pending_tests=["main_structure"])

    assert errors(visit.submit(body)) == ["pending_tests[0]"]


def test_a_defect_id_is_used_once(visit: Visit) -> None:
    one = defect_body()

    assert errors(visit.submit(submission_body(visit.people, defects=[one, one]))) == ["defects[1].id"]


def test_a_photo_is_listed_once(visit: Visit) -> None:
    photos = [{"sha256": sha256(1)}, {"sha256": sha256(1), "caption": "另一張"}]

    assert errors(visit.submit(submission_body(visit.people, photos=photos))) == ["photos"]


def test_every_wrong_field_is_named_at_once(visit: Visit) -> None:
    found = [defect_body(code="9.99", photos=["0" * 64]), defect_body(points=9)]

    body = submission_body(visit.people, defects=found, merits=[{"code": "x"}])

    assert set(errors(visit.submit(body))) == {
        "defects[0].code",
        "defects[0].photos[0]",
        "defects[1].points",
        "merits[0].code",
    }


POINTS = [
    ("5.01.01", "M", 3, True),
    ("5.01.01", "S", 5, True),
    ("5.01.01", "M", 4, False),
    ("5.01.01", "L", 0, True),
    ("5.01.01", "L", 3, False),
    ("5.01.01", "M", 0, False),
    ("4.01.01", "M", 2, True),
    ("4.01.01", "S", 4, True),
    ("4.01.01", "S", 3, False),
]


def test_a_defect_costs_what_the_catalogue_allows(visit: Visit) -> None:
    given = [(code, severity, points) for code, severity, points, _ in POINTS]
    found = [defect_body(code=code, severity=severity, points=points) for code, severity, points in given]

    refused = errors(visit.submit(submission_body(visit.people, defects=found)))

    wrong = [index for index, (*_, allowed) in enumerate(POINTS) if not allowed]
    assert refused == [f"defects[{index}].points" for index in wrong]


@pytest.mark.parametrize("body", [None, [], "text", 1, True])
def test_a_body_that_is_no_object_is_refused(visit: Visit, body: Any) -> None:
    answer = visit.api("leader").send("PUT", visit.path("/submission"), json=body)

    assert answer.status_code == 422


@pytest.mark.every_database
def test_a_refused_body_leaves_no_row_in_any_table(app: Flask, visit: Visit) -> None:
    right, before = full(visit.people), rows(app)

    for path, values in (WRONG_BY_RULE | WRONG_MARKS).items():
        for value in values:
            errors(visit.submit(put_at(right, path, value)))

    assert rows(app) == before
    assert visit.read()["state"] == "started"


def test_an_amendments_wrong_field_is_named_below_submission(as_user: AsUser, people: Ids) -> None:
    visit = Visit.submitted(as_user, people)
    right = full(people)
    wrong: Table = {
        "defects[0].code": ["9.99"],
        "marks[1].total": [101, "84"],
        f"answers.{ITEM}.note": [1],
        "started_at": ["0001-01-01T00:00:00+08:00"],
        "x": [1],
    }

    found = {
        path: [errors(visit.amend(put_at(right, path, value))) for value in values]
        for path, values in wrong.items()
    }

    assert found == {path: [[f"submission.{path}"]] * len(values) for path, values in wrong.items()}
