"""The yearly quota: how many inspections the law asks for, and how many were done (作業辦法 art. 4).

run("quota", {"year": 2024, "tenders": [{"id": "A", "budget_twd": 60000000}]})
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from scoring import lawbook
from scoring.errors import InvalidInput, RuleNotInForce
from scoring.forecasts import Forecast, forecast
from scoring.lawbook import Law
from scoring.parameters import Quota, QuotaBand, QuotaRounding
from scoring.quota_request import (
    AGENCY_CHECK,
    INSPECTION,
    KINDS,
    REINSPECTION,
    Override,
    TenderGroup,
    Visits,
    Year,
    read,
)
from scoring.rounding import half_up
from scoring.types import Step

__all__ = [
    "AGENCY_CHECK",
    "INSPECTION",
    "KINDS",
    "REINSPECTION",
    "BandReport",
    "Override",
    "Report",
    "TenderGroup",
    "Visits",
    "Year",
    "assess",
    "read",
    "run",
]


@dataclass(frozen=True, slots=True)
class BandReport:
    """One band: its tenders, what it asks for and what was done; `unvisited` only where all are to be visited."""

    band: QuotaBand
    tenders: int
    required: int
    done: int
    unvisited: int
    override: Override | None

    @property
    def shortfall(self) -> int:
        """Return how many visits are missing."""
        return max(0, self.required - self.done)

    def as_dict(self) -> dict[str, object]:
        """Return the band as it stands in the output."""
        return {
            "from_twd": self.band.from_twd,
            "to_twd": self.band.to_twd,
            "tenders": self.tenders,
            "required": self.required,
            "done": self.done,
            "shortfall": self.shortfall,
        }


@dataclass(frozen=True, slots=True)
class Report:
    """A year under the law of its `as_of`; `own_required` is None where the text asks for no such share."""

    law: Law
    bands: tuple[BandReport, ...]
    own_tenders: int
    own_required: int | None
    kinds: Mapping[str, int]
    outside: int
    forecast: Forecast | None = None

    @property
    def required(self) -> int:
        """Return the larger of the bands' sum and the share of one's own tenders."""
        return max(sum(each.required for each in self.bands), self.own_required or 0)

    @property
    def done(self) -> int:
        """Return the visits to tenders in a band: inspections and re-inspections."""
        return self.kinds[INSPECTION] + self.kinds[REINSPECTION]

    @property
    def unvisited(self) -> int:
        """Return the tenders never inspected in bands that are inspected in full."""
        return sum(each.unvisited for each in self.bands)

    @property
    def percent(self) -> int | None:
        """Return the visits done in percent of those required, half up."""
        return half_up(Fraction(self.done * 100, self.required)) if self.required else None

    @property
    def is_met(self) -> bool:
        """Tell whether nothing is missing: in all, in a band, or among tenders to be visited each."""
        enough = self.done >= self.required and not any(each.shortfall for each in self.bands)
        return enough and self.unvisited == 0

    def as_dict(self) -> dict[str, object]:
        """Return the output of the command."""
        own = {"tenders": self.own_tenders, "required": self.own_required}
        answer: dict[str, object] = {
            "law_version": self.law.inspection.regulation.source.promulgated_on.isoformat(),
            "bands": [each.as_dict() for each in self.bands],
            "ratio_base": None if self.own_required is None else own,
            "required": self.required,
            "done": self.done,
            "inspections": self.kinds[INSPECTION],
            "reinspections": self.kinds[REINSPECTION],
            "outside": self.outside,
            "unvisited": self.unvisited,
            "percent": self.percent,
            "met": self.is_met,
            "steps": [step.as_dict() for step in _steps(self)],
        }
        return answer | ({"forecast": self.forecast.as_dict()} if self.forecast else {})


def run(request: Mapping[str, object]) -> dict[str, object]:
    """Answer the command `quota`; ScoringError when the request is not right."""
    year = read(request)
    try:
        return assess(year, lawbook.at(year.as_of)).as_dict()
    except RuleNotInForce as missing:
        field = "as_of" if "as_of" in request else "year"
        raise RuleNotInForce(missing.detail, field, missing.rule, missing.inputs) from None


def assess(year: Year, law: Law) -> Report:
    """Return a year's report under the law of its `as_of`; RuleNotInForce before 2002-08-23.

    InvalidInput for an override of a band that the law of that day does not have.
    """
    rule, rounding = law.inspection.quota, law.local.quota_rounding
    overrides = _overrides(year, rule)
    place = {group.id: _place(group.budget_twd, rule) for group in year.tenders}
    counted = year.counted()
    inside = [visit for visit in counted if place[visit.tender] is not None]
    groups, visits = _by_band(year.tenders, inside, place)
    bands = tuple(
        _band(band, groups[i], visits[i], overrides.get(i), rounding) for i, band in enumerate(rule.bands)
    )
    own = sum(each.count for each in year.tenders if each.own and each.budget_twd >= rule.own_from_twd)
    kinds = Counter({INSPECTION: 0, REINSPECTION: 0})
    for visit in inside:
        kinds[visit.kind] += visit.count
    report = Report(
        law=law,
        bands=bands,
        own_tenders=own,
        own_required=rounding.share(own, rule.own_percent) if rule.own_percent else None,
        kinds=kinds,
        outside=sum(visit.count for visit in counted) - sum(visit.count for visit in inside),
    )
    return report if year.visits_per_month is None else _with_forecast(report, year)


def _with_forecast(report: Report, year: Year) -> Report:
    needs = tuple(max(each.shortfall, each.unvisited) for each in report.bands)
    anywhere = max(0, report.required - report.done - sum(needs))
    ahead = forecast(needs, anywhere, year.as_of, year.visits_per_month or 0)
    return replace(report, forecast=ahead)


def _by_band(
    tenders: Iterable[TenderGroup], visits: Iterable[Visits], place: Mapping[str, int | None]
) -> tuple[Mapping[int, list[TenderGroup]], Mapping[int, list[Visits]]]:
    """Return the tenders and the visits of each band by its number."""
    groups: dict[int, list[TenderGroup]] = defaultdict(list)
    for group in tenders:
        if (band := place[group.id]) is not None:
            groups[band].append(group)
    found: dict[int, list[Visits]] = defaultdict(list)
    for visit in visits:
        if (band := place[visit.tender]) is not None:
            found[band].append(visit)
    return groups, found


def _place(budget_twd: int, rule: Quota) -> int | None:
    """Return the number of the band that a budget lies in, or None."""
    return next((i for i, band in enumerate(rule.bands) if band.holds(budget_twd)), None)


def _overrides(year: Year, rule: Quota) -> dict[int, Override]:
    """Return each band's override in force on `as_of`: the latest; of equal days the later in the list."""
    found: dict[int, Override] = {}
    for i, override in enumerate(year.overrides):
        if override.band >= len(rule.bands):
            detail = f"Give a band from 0 to {len(rule.bands) - 1}: the law of {year.as_of} has no other."
            raise InvalidInput(detail, f"overrides[{i}].band", "quota.no_band", {"last": len(rule.bands) - 1})
        known = found.get(override.band)
        if override.approved_on <= year.as_of and (
            known is None or known.approved_on <= override.approved_on
        ):
            found[override.band] = override
    return found


def _band(
    band: QuotaBand,
    groups: Sequence[TenderGroup],
    visits: Sequence[Visits],
    override: Override | None,
    rounding: QuotaRounding,
) -> BandReport:
    tenders = sum(group.count for group in groups)
    in_full = override is None and band.is_in_full(tenders)
    return BandReport(
        band=band,
        tenders=tenders,
        required=band.required(tenders, rounding) if override is None else override.required,
        done=sum(visit.count for visit in visits),
        unvisited=_unvisited(groups, visits) if in_full else 0,
        override=override,
    )


def _unvisited(groups: Iterable[TenderGroup], visits: Iterable[Visits]) -> int:
    """Return how many tenders no inspection reached; rows on one group fall on different tenders."""
    reached: dict[str, int] = defaultdict(int)
    for visit in visits:
        if visit.kind == INSPECTION:
            reached[visit.tender] += visit.count
    return sum(max(0, group.count - reached[group.id]) for group in groups)


# --- why ---------------------------------------------------------------------------------------------------


def _steps(report: Report) -> Iterator[Step]:
    source = report.law.inspection.quota.source
    for each in report.bands:
        yield _band_step(each, report.law)
    if report.own_required is not None:
        percent = report.law.inspection.quota.own_percent
        inputs: dict[str, object] = {"tenders": report.own_tenders, "percent": percent}
        article = f"{source.regulation}第4條第1項"
        yield Step("quota.own_share", article, inputs | _rounding(report.law), report.own_required)
    parts: dict[str, object] = {
        "bands": sum(each.required for each in report.bands),
        "own_share": report.own_required,
    }
    yield Step("quota.required", source.citation, parts, report.required)
    done: dict[str, object] = {
        "inspections": report.kinds[INSPECTION],
        "reinspections": report.kinds[REINSPECTION],
        "outside": report.outside,
    }
    yield Step("quota.done", source.citation, done, report.done)
    open_: dict[str, object] = {
        "required": report.required,
        "done": report.done,
        "shortfall": sum(each.shortfall for each in report.bands),
        "unvisited": report.unvisited,
    }
    yield Step("quota.met", source.citation, open_, report.is_met)


def _rounding(law: Law) -> dict[str, object]:
    """Return how a share was made whole, and which local parameter says so."""
    local = law.local.quota_rounding
    return {"rounding": local.rounding, "reading": local.source.group}


def _band_step(each: BandReport, law: Law) -> Step:
    band, rule = each.band, law.inspection.quota
    inputs: dict[str, object] = {
        "from_twd": band.from_twd,
        "to_twd": band.to_twd,
        "tenders": each.tenders,
        "done": each.done,
        "share_percent": band.share_percent,
        "minimum": band.minimum,
    }
    article = f"{rule.source.regulation}{band.article}"
    if each.override:
        inputs |= {
            "document": each.override.document,
            "approved_on": each.override.approved_on.isoformat(),
        }
        article = f"{rule.source.regulation}{rule.override_article}"
        return Step("quota.override", article, inputs, each.required)
    if band.is_in_full(each.tenders):
        return Step("quota.band_in_full", article, inputs | {"unvisited": each.unvisited}, each.required)
    return Step("quota.band", article, inputs | (_rounding(law) if band.share_percent else {}), each.required)
