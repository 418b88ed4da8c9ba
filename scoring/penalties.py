"""Penalties for points deducted (工程管字第10100180300號函): points by party, and what they cost.

run("penalty", {"procurement_twd": 60000000, "deductions": [{"code": "5.01.01", "party": "contractor", "points": 3}]})
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from scoring import lawbook
from scoring.errors import InvalidInput, RuleNotInForce
from scoring.fields import Fields
from scoring.lawbook import Law
from scoring.parameters import PenaltyRate
from scoring.types import SEVERITIES, Step, step

CONTRACTOR, SUPERVISOR, PCM, AGENCY = PARTIES = ("contractor", "supervisor", "pcm", "agency")


_KEYS = frozenset({"procurement_twd", "deductions", "on", "cap_twd"})
_DEDUCTION_KEYS = frozenset({"code", "party", "points", "also", "multiplier", "allowed", "severity"})


@dataclass(frozen=True, slots=True)
class Deduction:
    """Points taken for a defect from a party and from those deducted with it; a party stands once."""

    code: str
    parties: tuple[str, ...]
    points: int
    multiplier: int = 1
    severity: str | None = None

    @property
    def total(self) -> int:
        """Return the points that each party loses."""
        return self.points * self.multiplier


@dataclass(frozen=True, slots=True)
class Case:
    """One procurement's deductions; `on` None means the newest rule."""

    procurement_twd: int
    deductions: tuple[Deduction, ...]
    on: date | None = None
    cap_twd: int | None = None


@dataclass(frozen=True, slots=True)
class PartyPenalty:
    """A party's points and what they cost."""

    party: str
    points: int
    per_point_twd: int

    @property
    def fine_twd(self) -> int:
        """Return the party's penalty."""
        return self.points * self.per_point_twd

    def as_dict(self) -> dict[str, object]:
        """Return the party as it stands in the output."""
        return {"points": self.points, "per_point_twd": self.per_point_twd, "fine_twd": self.fine_twd}


def run(request: Mapping[str, object]) -> dict[str, object]:
    """Answer the command `penalty`; ScoringError when the request is not right."""
    case = read(request)
    try:
        return assess(case, lawbook.at(case.on or lawbook.newest()))
    except RuleNotInForce as missing:
        raise RuleNotInForce(missing.detail, "on", missing.rule, missing.inputs) from None


def assess(case: Case, law: Law) -> dict[str, object]:
    """Return the penalties of a case under the law of a day; RuleNotInForce before 2012-05-17.

    InvalidInput for points on a defect whose severity takes none (local parameter).
    """
    _check_severities(case.deductions, law)
    rates = law.procurement.penalty_rates
    rate = rates.of(case.procurement_twd)
    parties = tuple(_parties(case.deductions, rate))
    uncapped = sum(each.fine_twd for each in parties)
    total = uncapped if case.cap_twd is None else min(uncapped, case.cap_twd)
    return {
        "law_version": rates.source.promulgated_on.isoformat(),
        "parties": {each.party: each.as_dict() for each in parties},
        "total_twd": total,
        "steps": list(_steps(case, law, parties, uncapped, total)),
    }


def _parties(deductions: Sequence[Deduction], rate: PenaltyRate) -> Iterator[PartyPenalty]:
    for party in PARTIES:
        if points := sum(each.total for each in deductions if party in each.parties):
            yield PartyPenalty(party, points, _per_point(party, rate))


def _per_point(party: str, rate: PenaltyRate) -> int:
    if party == AGENCY:
        return 0
    return rate.contractor_twd if party == CONTRACTOR else rate.consultant_twd


def _check_severities(deductions: Sequence[Deduction], law: Law) -> None:
    for i, each in enumerate(deductions):
        if each.severity in law.local.severity_points.without_points and each.points:
            taken = {"severity": each.severity}
            detail = f"A defect of severity {each.severity} takes no points (local.severity_points); give 0."
            raise InvalidInput(detail, f"deductions[{i}].points", "penalty.no_points", taken)


def _steps(
    case: Case, law: Law, parties: Sequence[PartyPenalty], uncapped: int, total: int
) -> Iterator[Step]:
    rates = law.procurement.penalty_rates
    rate = rates.of(case.procurement_twd)
    article = rates.source.citation
    size: dict[str, object] = {"procurement_twd": case.procurement_twd, "consultant_twd": rate.consultant_twd}
    yield step("penalty.rate", article, size | {"from_twd": rate.from_twd}, rate.contractor_twd)
    for each in parties:
        codes = [found.code for found in case.deductions if each.party in found.parties and found.total]
        inputs: dict[str, object] = {
            "party": each.party,
            "codes": codes,
            "points": each.points,
            "per_point_twd": each.per_point_twd,
        }
        yield step("penalty.party", article, inputs, each.fine_twd)
    inputs = {"sum_twd": uncapped}
    if case.cap_twd is not None:
        inputs["cap_twd"] = case.cap_twd
    yield step("penalty.total", article, inputs, total)


def read(request: Mapping[str, object]) -> Case:
    """Return the case that a request describes: keys and types first, then the rules between fields."""
    fields = Fields.of(request, "", _KEYS)
    procurement = fields.whole("procurement_twd")
    rows = list(fields.objects("deductions", _DEDUCTION_KEYS))
    deductions = tuple(_deduction(row) for row in rows)
    on = fields.day("on") if "on" in fields else None
    cap = fields.whole_or_none("cap_twd")
    for row in rows:
        _check_allowed(row)
    return Case(procurement, deductions, on, cap)


def _deduction(row: Fields) -> Deduction:
    code, party = row.name("code"), row.word("party", PARTIES)
    points, also = row.whole("points"), row.words("also", PARTIES)
    multiplier = row.whole_or("multiplier", 1, 1)
    severity = row.word("severity", SEVERITIES) if "severity" in row else None
    if "allowed" in row:
        row.wholes("allowed")
    return Deduction(code, tuple(dict.fromkeys((party, *also))), points, multiplier, severity)


def _check_allowed(row: Fields) -> None:
    if "allowed" not in row:
        return
    allowed, points = row.wholes("allowed"), row.whole("points")
    if points not in allowed:
        shown = ", ".join(map(str, allowed)) or "there are none"
        detail = f"Give points out of those allowed for the code: {shown}."
        rule = "penalty.not_allowed" if allowed else "penalty.none_allowed"
        raise InvalidInput(detail, row.at("points"), rule, {"allowed": list(allowed)})
