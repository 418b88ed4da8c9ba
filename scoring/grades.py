"""Grading an inspection: marks become a score and a grade (作業辦法 art. 7 and 8).

    run("grade", {"inspected_on": "2024-05-01", "marks": [{"member": "a", "total": 84}]})

A mark has a `total` (0-100) or its three parts; `outside`, in a mark (true or false) or at the top (a list of
members), tells which members are outside experts: it is kept in the steps and changes no figure.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from scoring import lawbook
from scoring.errors import InvalidInput, RuleNotInForce
from scoring.fields import Fields
from scoring.lawbook import Law
from scoring.parameters import Band, FailedTests, OtherFindings
from scoring.rounding import fixed_of, half_up_of
from scoring.types import FINDINGS, TESTS, Mark, Step
from scoring.warnings import of_panel

# The columns of the authority's mark sheet: they are the form that marks come on, not a rule that has dates.
PARTS = {"quality_system": 20, "workmanship": 60, "progress": 20}

_KEYS = frozenset({"inspected_on", "marks", "outside", "findings", "pending_tests"})
_MARK_KEYS = frozenset({"member", "total", "outside", *PARTS})


@dataclass(frozen=True, slots=True)
class Visit:
    """What is graded: at least one mark, members unique; findings and pending tests without repeats."""

    inspected_on: date
    marks: tuple[Mark, ...]
    findings: tuple[str, ...] = ()
    pending_tests: tuple[str, ...] = ()

    def mean(self) -> "Mean":
        """Return the exact mean of the members' totals."""
        return Mean(sum([mark.total for mark in self.marks]), len(self.marks))


class Mean(NamedTuple):
    """The exact mean of whole marks: their sum and how many there are, at least one."""

    sum: int
    of: int

    def half_up(self) -> int:
        """Return the mean as a whole number."""
        return half_up_of(self.sum, self.of)

    def fixed(self) -> str:
        """Return the mean with two places, rounded half up."""
        return fixed_of(self.sum, self.of, 2)

    def exact(self) -> str:
        """Return the mean with two places where they suffice, else as a fraction in lowest terms."""
        return str(Fraction(self.sum, self.of)) if 100 * self.sum % self.of else self.fixed()


@dataclass(frozen=True, slots=True)
class Result:
    """A graded visit; `mean` is exact, scores are whole, `announceable` is false while a test withholds it."""

    law_version: date
    mean: Mean
    raw_score: int
    score: int
    band: Band
    forced: tuple[str, ...]
    announceable: bool
    steps: tuple[Step, ...]
    warnings: tuple[Step, ...] = ()

    def as_dict(self) -> dict[str, object]:
        """Return the output of the command."""
        return {
            "law_version": self.law_version.isoformat(),
            "mean": self.mean.fixed(),
            "raw_score": self.raw_score,
            "score": self.score,
            "grade": self.band.grade,
            "label": self.band.label,
            "forced": list(self.forced),
            "announceable": self.announceable,
            "warnings": [step.as_dict() for step in self.warnings],
            "steps": [step.as_dict() for step in self.steps],
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
    bands = law.inspection.grades
    mean = visit.mean()
    raw_score = mean.half_up()
    score, capping = _capped(raw_score, visit.findings, law)
    band = bands.of_grade(law.inspection.forced_findings.grade) if visit.findings else bands.of_score(score)
    announceable, waiting = _announceable(raw_score, visit.pending_tests, law)
    steps = (
        *_averaging(visit, mean, raw_score, law),
        *capping,
        _banding(band, score, visit.findings, law),
        *waiting,
    )
    version = law.inspection.regulation.source.promulgated_on
    warnings = tuple(of_panel(visit.marks, law, is_forced=bool(visit.findings)))
    return Result(version, mean, raw_score, score, band, visit.findings, announceable, steps, warnings)


def _averaging(visit: Visit, mean: Mean, raw_score: int, law: Law) -> tuple[Step, Step]:
    """Return the two steps of art. 7: only the first one holds the members' marks."""
    regulation = law.inspection.grades.source.regulation
    marks = [{"member": mark.member, "total": mark.total, "outside": mark.outside} for mark in visit.marks]
    return (
        Step(
            "grade.mean",
            f"{regulation}第7條第1項",
            {"marks": marks, "sum": mean.sum, "count": mean.of},
            mean.fixed(),
        ),
        Step("grade.raw_score", f"{regulation}第7條第2項", {"mean": mean.exact()}, raw_score),
    )


def _capped(raw_score: int, findings: tuple[str, ...], law: Law) -> tuple[int, list[Step]]:
    """Return the score after art. 8, and a step for failed tests and one for the other findings."""
    if not findings:
        return raw_score, []
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
    return Step(rule, cap.source.citation, inputs, counted)


def _banding(band: Band, score: int, findings: tuple[str, ...], law: Law) -> Step:
    rules = law.inspection
    source = rules.forced_findings.source if findings else rules.grades.source
    inputs = {"score": score, "label": band.label, "findings": list(findings)}
    return Step("grade.forced_grade" if findings else "grade.grade", source.citation, inputs, band.grade)


def _announceable(raw_score: int, pending: tuple[str, ...], law: Law) -> tuple[bool, list[Step]]:
    """Tell whether the grade may be announced, with the step that says why when a test is pending."""
    if not pending:
        return True, []
    source, limit = law.inspection.pending_tests.source, law.inspection.pending_tests.withheld_from
    inputs: dict[str, object] = {"pending_tests": list(pending), "raw_score": raw_score}
    if limit is None:
        local = law.local.pending_where_silent
        source, limit = local.source, local.withheld_from
        inputs["reading"] = source.group
    announceable = limit is None or raw_score < limit
    inputs["withheld_from"] = limit
    return announceable, [Step("grade.announceable", source.citation, inputs, announceable)]


def read(request: Mapping[str, object]) -> Visit:
    """Return the visit that a request describes: keys and types first, then the rules between fields."""
    fields = Fields.of(request, "", _KEYS)
    inspected_on = fields.day("inspected_on")
    rows = list(fields.objects("marks", _MARK_KEYS))
    if not rows:
        raise InvalidInput("Give at least one mark.", "marks", "grade.no_mark")
    marks = tuple(_mark(row) for row in rows)
    outside = fields.names("outside")
    findings = fields.words("findings", FINDINGS)
    pending = fields.words("pending_tests", TESTS)
    _check_marks(rows, marks)
    _check_outside(outside, rows, marks)
    if both := [test for test in pending if test in findings]:
        detail = f"{both[0]} has failed or is pending, not both; name it once."
        raise InvalidInput(detail, "pending_tests", "grade.both", {"test": both[0]})
    return Visit(inspected_on, _with_outside(marks, frozenset(outside)), findings, pending)


def _mark(row: Fields) -> Mark:
    member = row.name("member")
    total = _total(row) if PARTS.keys().isdisjoint(row.data) else _of_parts(row)
    return Mark(member, total, row.flag("outside", False))


def _total(row: Fields) -> int:
    return row.whole("total", 0, 100)


def _of_parts(row: Fields) -> int:
    """Return the sum of the parts; beside a total, each part given is still checked, and refused later."""
    if "total" not in row:
        return sum([row.whole(part, 0, most) for part, most in PARTS.items()])
    for part in filter(row.data.__contains__, PARTS):
        row.whole(part, 0, PARTS[part])
    return _total(row)


def _with_outside(marks: tuple[Mark, ...], outside: frozenset[str]) -> tuple[Mark, ...]:
    if not outside:
        return marks
    return tuple(Mark(mark.member, mark.total, mark.outside or mark.member in outside) for mark in marks)


def _check_marks(rows: list[Fields], marks: tuple[Mark, ...]) -> None:
    seen: set[str] = set()
    for row, mark in zip(rows, marks, strict=True):
        if "total" in row and not PARTS.keys().isdisjoint(row.data):
            detail = f"Give total, or {', '.join(PARTS)}, not both."
            raise InvalidInput(detail, row.at("total"), "grade.total_and_parts")
        if mark.member in seen:
            raise InvalidInput("Give each member once.", row.at("member"), "grade.member_twice")
        seen.add(mark.member)


def _check_outside(outside: tuple[str, ...], rows: list[Fields], marks: tuple[Mark, ...]) -> None:
    if not outside:
        return
    denied = {
        mark.member for row, mark in zip(rows, marks, strict=True) if "outside" in row and not mark.outside
    }
    eligible = {mark.member for mark in marks} - denied
    for i, member in enumerate(outside):
        if member not in eligible:
            raise InvalidInput(
                'Name only members who gave a mark, and none whose mark says "outside": false.',
                f"outside[{i}]",
                "grade.not_outside",
            )
