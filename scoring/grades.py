"""Grading an inspection: marks become a score and a grade (作業辦法 art. 7 and 8).

    run("grade", {"inspected_on": "2024-05-01", "marks": [{"member": "a", "total": 84}]})

A mark has a `total` (0-100) or its three parts; `outside`, in a mark (true or false) or at the top (a list of
members), tells which members are outside experts: it is kept in the steps and changes no figure.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from scoring import lawbook
from scoring.errors import RuleNotInForce
from scoring.grade_request import Visit, read
from scoring.lawbook import Law
from scoring.parameters import Band, FailedTests, Grades, OtherFindings
from scoring.rounding import Mean, mean_of
from scoring.types import Mark, Step, step
from scoring.warnings import of_panel

__all__ = ["Result", "Visit", "grade", "read", "run"]


class Result(NamedTuple):
    """A graded visit; `mean` is exact, scores are whole, `announceable` is false while a test withholds it."""

    law_version: date
    mean: Mean
    raw_score: int
    score: int
    band: Band
    forced: tuple[str, ...]
    announceable: bool
    steps: tuple[Step, ...]
    warnings: Sequence[Step] = ()

    def as_dict(self) -> dict[str, object]:
        """Return the output of the command."""
        return {
            "law_version": self.law_version.isoformat(),
            "mean": self.mean.fixed,
            "raw_score": self.raw_score,
            "score": self.score,
            "grade": self.band.grade,
            "label": self.band.label,
            "forced": list(self.forced),
            "announceable": self.announceable,
            "warnings": list(self.warnings),
            "steps": list(self.steps),
        }


def run(request: Mapping[str, object]) -> dict[str, object]:
    """Answer the command `grade`; ScoringError when the request is not right."""
    visit = read(request)
    try:
        return grade(visit, lawbook.at(visit.inspected_on)).as_dict()
    except RuleNotInForce as missing:
        raise RuleNotInForce(missing.detail, "inspected_on", missing.rule, missing.inputs) from None


def grade(visit: Visit, law: Law) -> Result:
    """Return the result of a visit under the law of its day (art. 7, 8); RuleNotInForce before 2003-09-12."""
    rules, marks, findings = law.inspection, visit.marks, visit.findings
    mean = mean_of(sum([mark.total for mark in marks]), len(marks))
    raw_score = mean.half_up
    averaging = _averaging(marks, mean, rules.grades)
    score, capping = _capped(raw_score, findings, law) if findings else (raw_score, [])
    band = rules.grades.of_grade(rules.forced_findings.grade) if findings else rules.grades.by_score[score]
    pending = visit.pending_tests
    announceable, waiting = _announceable(raw_score, pending, law) if pending else (True, [])
    steps = (*averaging, *capping, _banding(band, score, findings, law), *waiting)
    version = rules.regulation.source.promulgated_on
    warnings = of_panel(marks, mean, law, is_forced=bool(findings))
    return Result(version, mean, raw_score, score, band, findings, announceable, steps, warnings)


def _averaging(marks: Sequence[Mark], mean: Mean, rule: Grades) -> tuple[Step, Step]:
    """Return the two steps of art. 7: only the first one holds the members' marks."""
    of_mean, of_rounding = rule.paragraphs
    rows = [{"member": member, "total": total, "outside": outside} for member, total, outside in marks]
    inputs: dict[str, object] = {"marks": rows, "sum": mean.sum, "count": mean.of}
    return (
        step("grade.mean", of_mean, inputs, mean.fixed),
        step("grade.raw_score", of_rounding, {"mean": mean.exact}, mean.half_up),
    )


def _capped(raw_score: int, findings: tuple[str, ...], law: Law) -> tuple[int, list[Step]]:
    """Return the score after art. 8, and a step for failed tests and one for the other findings."""
    score, steps = raw_score, []
    tested = law.inspection.forced_findings.tested
    for rule, names, cap in (
        ("grade.failed_test", [name for name in findings if name in tested], law.inspection.failed_tests),
        ("grade.other_finding", [name for name in findings if name not in tested], law.local.other_findings),
    ):
        if names:
            counted = cap.counted_as if raw_score >= cap.from_mark else raw_score
            score = min(score, counted)
            steps.append(_capping(rule, names, cap, raw_score, counted))
    return score, steps


def _capping(
    rule: str, names: list[str], cap: FailedTests | OtherFindings, raw_score: int, counted: int
) -> Step:
    inputs: dict[str, object] = {"findings": names, "raw_score": raw_score, "from_mark": cap.from_mark}
    if cap.source.status == "reading":
        inputs["reading"] = cap.source.group
    return step(rule, cap.source.citation, inputs, counted)


def _banding(band: Band, score: int, findings: tuple[str, ...], law: Law) -> Step:
    rules = law.inspection
    source = rules.forced_findings.source if findings else rules.grades.source
    inputs = {"score": score, "label": band.label, "findings": list(findings)}
    return step("grade.forced_grade" if findings else "grade.grade", source.citation, inputs, band.grade)


def _announceable(raw_score: int, pending: tuple[str, ...], law: Law) -> tuple[bool, list[Step]]:
    """Tell whether the grade may be announced, while a test is pending, with the step that says why."""
    source, limit = law.inspection.pending_tests.source, law.inspection.pending_tests.withheld_from
    inputs: dict[str, object] = {"pending_tests": list(pending), "raw_score": raw_score}
    if limit is None:
        local = law.local.pending_where_silent
        source, limit = local.source, local.withheld_from
        inputs["reading"] = source.group
    announceable = limit is None or raw_score < limit
    inputs["withheld_from"] = limit
    return announceable, [step("grade.announceable", source.citation, inputs, announceable)]
