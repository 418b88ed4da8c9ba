"""A visit is sent on any checklist: what was shown is answered, what failed is recorded, who was there signed."""

from typing import Any

import pytest

from forms.published import load, newest
from forms.schema import FormDefinition
from inspect_app.inspections import submissions
from tests import forms_builders
from tests.inspections_builders import (
    AsUser,
    Ids,
    Visit,
    defect_body,
    errors,
    expect,
    sha256,
    submission_body,
)

Body = dict[str, Any]
SIGNERS = ("leader", "contractor", "supervisor", "agency")
ROAD = load("road-works", 1)


@pytest.fixture
def visit(as_user: AsUser, people: Ids) -> Visit:
    return Visit.started(as_user, people)


def body(people: Ids, form: FormDefinition, **changes: Any) -> Body:
    """A visit on the checklist where all is well; every photo is the first, the signatures are the next four."""
    photo = sha256()
    answers = {
        id_: {"result": given.result, "value": given.value, "photos": [photo] if given.photos else []}
        for id_, given in forms_builders.visit(form).items()
    }
    given = {
        "form": {"code": form.code, "version": form.version},
        "answers": answers,
        "photos": [{"sha256": photo}],
        "signatures": [{"role": role, "sha256": sha256(at)} for at, role in enumerate(SIGNERS, 1)],
    }
    return submission_body(people, **given | changes)


@pytest.mark.parametrize("form", newest(), ids=lambda form: form.code)
def test_every_checklist_can_be_sent(visit: Visit, form: FormDefinition) -> None:
    answer = expect(visit.submit(body(visit.people, form)), 201).get_json()

    assert answer["state"] == "incomplete"
    assert len(answer["missing"]) == 5


def test_a_fail_without_its_defect_photo_and_note_is_named(visit: Visit) -> None:
    given = body(visit.people, ROAD)
    given["answers"] |= {"sw-03": {"result": "fail"}, "dc-01": {"result": "fail"}}

    assert errors(visit.submit(given)) == [
        "answers.sw-03.photos",
        "answers.dc-01.note",
        "answers.sw-03.result",
        "answers.dc-01.result",
    ]


def test_a_fail_with_them_is_taken(visit: Visit) -> None:
    given = body(visit.people, ROAD, defects=[defect_body(code="5.06.01", points=3)])
    given["answers"]["sw-03"] = {"result": "fail", "photos": [sha256()]}

    expect(visit.submit(given), 201)


def test_a_fail_whose_codes_were_withdrawn_can_be_sent(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    demands = ROAD.by_id["sw-03"].on_fail
    assert demands
    given = body(visit.people, ROAD)
    given["answers"]["sw-03"] = {"result": "fail", "photos": [sha256()]}
    for left in (demands.codes[:1], ()):
        known = forms_builders.without(*(code for code in demands.codes if code not in left))
        monkeypatch.setattr(submissions.catalogues, "get", lambda *_, known=known: known)

        if left:
            problem = visit.submit(given).get_json()
            assert [each["field"] for each in problem["errors"]] == ["answers.sw-03.result"]
            assert not [code for code in demands.codes[1:] if code in problem["errors"][0]["reason"]]
        else:
            expect(visit.submit(given), 201)


@pytest.mark.parametrize(
    ("name", "code", "taken"),
    [
        ("merits", "0.01", True),
        ("merits", "5.01.01", False),
        ("merits", "7.01", False),
        ("merits", "0", False),
        ("advice", "8", True),
        ("advice", "0.01", False),
    ],
)
def test_a_remark_names_a_code_of_the_mark_sheet(visit: Visit, name: str, code: str, taken: bool) -> None:
    answer = visit.submit(body(visit.people, ROAD, **{name: [{"code": code}]}))

    if taken:
        expect(answer, 201)
    else:
        assert errors(answer) == [f"{name}[0].code"]


def test_who_does_not_sign_says_why_and_the_leader_signs(visit: Visit) -> None:
    leader, contractor = (
        next(item.id for item in ROAD.by_id.values() if item.role == role)
        for role in ("leader", "contractor")
    )
    given = body(visit.people, ROAD, signatures=[{"role": role, "sha256": sha256(3)} for role in SIGNERS[2:]])
    given["answers"] |= {leader: {"result": "na"}, contractor: {"result": "na"}}

    assert errors(visit.submit(given)) == [f"answers.{leader}.result", f"answers.{contractor}.note"]


def test_an_answer_to_what_is_hidden_and_one_that_is_missing_are_named(visit: Visit) -> None:
    given = body(visit.people, ROAD)
    given["answers"]["op-08"] = {"value": "concrete"}

    assert errors(visit.submit(given)) == [
        "answers.sw-05",
        "answers.sw-06",
        "answers.sw-07",
        "answers.dc-11",
        "answers.dc-12",
    ]


def test_a_measured_value_out_of_its_bounds_is_named(visit: Visit) -> None:
    given = body(visit.people, ROAD)
    given["answers"]["pg-02"] = {"result": "fail", "value": "-325"}

    assert "answers.pg-02.value" in errors(visit.submit(given))


def test_a_missing_signature_is_named(visit: Visit) -> None:
    given = body(visit.people, ROAD)
    del given["answers"]["cl-07"]
    given["signatures"].pop()

    assert errors(visit.submit(given)) == ["signatures"]
