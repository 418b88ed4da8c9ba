"""From stored facts to a grade: the scoring engine's answer on what was sent and tested."""

from collections.abc import Iterable, Sequence
from copy import deepcopy
from datetime import date
from typing import Any

import scoring
from inspect_app.core.problems import FieldError, InvalidFields
from inspect_app.inspections.body import SubmissionBody
from inspect_app.inspections.models import SiteTest, TeamMember
from inspect_app.inspections.standing import Person
from scoring.explain import explain_error

MEAN = "grade.mean"


def grade(
    body: SubmissionBody,
    on: date,
    team: Sequence[TeamMember] | Sequence[Person],
    tests: Iterable[SiteTest],
    prefix: str = "",
) -> dict[str, Any]:
    """The output of `grade`: a failed test is a finding, a decided one no longer pending.

    InvalidFields where the engine refuses a mark or a finding.
    """
    outside = {person.user_id: person.outside for person in team}
    decided = {test.test: test.result for test in tests if test.result is not None}
    failed = [test for test, result in decided.items() if result == "fail" and test not in body.findings]
    request: dict[str, Any] = {
        "inspected_on": on.isoformat(),
        "marks": [
            {"member": str(mark.member), "outside": outside.get(mark.member, False), **mark.points}
            for mark in body.marks
        ],
        "findings": [*body.findings, *failed],
        "pending_tests": [test for test in body.pending_tests if test not in decided],
    }
    try:
        return scoring.run("grade", request)
    except scoring.ScoringError as error:
        wrong = FieldError(f"{prefix}{error.field}", explain_error(error))
        raise InvalidFields("成績無法計算；請依說明更正後再送。", errors=[wrong]) from error


def without_marks(result: dict[str, Any]) -> dict[str, Any]:
    """The result for those who may not see every mark: the mean without its inputs."""
    shown = deepcopy(result)
    shown.pop("warnings", None)  # they tell single members' marks
    for step in shown["steps"]:
        if step["rule"] == MEAN:
            step["inputs"] = {}
    return shown


def judge(on: date, mark: dict[str, Any]) -> None:
    """Let the engine judge one mark by itself; InvalidFields as it will for them all."""
    try:
        scoring.run("grade", {"inspected_on": on.isoformat(), "marks": [mark]})
    except scoring.ScoringError as error:
        field = error.field.removeprefix("marks[0].")
        raise InvalidFields("請更正評分。", errors=[FieldError(field, explain_error(error))]) from error
