"""The yearly quota: how many inspections the law asks for, and how many were done (作業辦法 art. 4).

run("quota", {"year": 2024, "tenders": [{"id": "A", "budget_twd": 60000000}]})
"""

from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

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
from scoring.rounding import half_up_of
from scoring.types import Step, step

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


class BandReport(NamedTuple):
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
    """A year under the law of its `as_of`; `own_required` is None where the text asks for no such share.

    `required` is the larger of the bands' sum and the share of one's own tenders; `done` are the visits to tenders
    in a band, inspections and re-inspections.
    """

    law: Law
    bands: tuple[BandReport, ...]
    own_tenders: int
    own_required: int | None
    required: int
    kinds: Mapping[str, int]
    done: int
    outside: int
    forecast: Forecast | None = None

    @property
    def unvisited(self) -> int:
        """Return the tenders never inspected in bands that are inspected in full."""
        return sum([each.unvisited for each in self.bands])

    @property
    def percent(self) -> int | None:
        """Return the visits done in percent of those required, half up."""
        return half_up_of(self.done * 100, self.required) if self.required else None

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
            "steps": list(_steps(self)),
        }
        return answer | ({"forecast": self.forecast.as_dict()} if self.forecast else {})


class SortedYear(NamedTuple):
    """A year by the number of its bands, the largest 0; the place after the last is for what lies in none.

    For each place `tenders` and, for each kind, `visits` tell how many there are; `own_tenders` lie from the floor of
    one's own share up.
    """

    groups: Sequence[TenderGroup]
    counted: Sequence[Visits]
    tenders: Sequence[int]
    own_tenders: int
    visits: Mapping[str, Sequence[int]]


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
    sorted_year = _sorted(year, rule)
    bands = tuple(_bands(sorted_year, rule, overrides, rounding))
    own = sorted_year.own_tenders
    own_required = rounding.share(own, rule.own_percent) if rule.own_percent else None
    kinds = {kind: sum(by_band[:-1]) for kind, by_band in sorted_year.visits.items()}
    report = Report(
        law=law,
        bands=bands,
        own_tenders=own,
        own_required=own_required,
        required=max(sum([each.required for each in bands]), own_required or 0),
        kinds=kinds,
        done=sum(kinds.values()),
        outside=sum([by_band[-1] for by_band in sorted_year.visits.values()]),
    )
    return report if year.visits_per_month is None else _with_forecast(report, year)


def _with_forecast(report: Report, year: Year) -> Report:
    needs = tuple(max(each.shortfall, each.unvisited) for each in report.bands)
    anywhere = max(0, report.required - report.done - sum(needs))
    ahead = forecast(needs, anywhere, year.as_of, year.visits_per_month or 0)
    return replace(report, forecast=ahead)


def _sorted(year: Year, rule: Quota) -> SortedYear:
    """Sort tenders and counted visits into bands, each looked at once; only tenders visited are remembered."""
    floors, none = _floors(rule), len(rule.bands)
    counted = year.counted()
    visited = {visit.tender for visit in counted}
    tenders, own_tenders, own_from_twd = [0] * (none + 1), 0, rule.own_from_twd
    place_of: dict[str, int] = {}
    for tender, budget_twd, own, count in year.tenders:
        place = none - bisect_right(floors, budget_twd)
        tenders[place] += count
        if own and budget_twd >= own_from_twd:
            own_tenders += count
        if tender in visited:
            place_of[tender] = place
    visits = {INSPECTION: [0] * (none + 1), REINSPECTION: [0] * (none + 1)}
    for visit in counted:
        visits[visit.kind][place_of[visit.tender]] += visit.count
    return SortedYear(year.tenders, counted, tenders, own_tenders, visits)


def _floors(rule: Quota) -> list[int]:
    """Return where bands begin, the smallest first."""
    return [band.from_twd for band in reversed(rule.bands)]


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


def _bands(
    year: SortedYear, rule: Quota, overrides: Mapping[int, Override], rounding: QuotaRounding
) -> Iterator[BandReport]:
    in_full = {
        i for i, band in enumerate(rule.bands) if i not in overrides and band.is_in_full(year.tenders[i])
    }
    unvisited = _unvisited(year, rule, in_full)
    for i, band in enumerate(rule.bands):
        override = overrides.get(i)
        yield BandReport(
            band=band,
            tenders=year.tenders[i],
            required=override.required if override else band.required(year.tenders[i], rounding),
            done=sum([by_band[i] for by_band in year.visits.values()]),
            unvisited=unvisited[i],
            override=override,
        )


def _unvisited(year: SortedYear, rule: Quota, in_full: Collection[int]) -> list[int]:
    """Return, of the bands in full, how many tenders no inspection reached; rows on one group fall on different ones."""
    found = [0] * len(rule.bands)
    if not in_full:
        return found
    floors, none = _floors(rule), len(rule.bands)
    full = [
        (group, place)
        for group in year.groups
        if (place := none - bisect_right(floors, group.budget_twd)) in in_full
    ]
    left = {group.id: group.count for group, _ in full}
    for visit in year.counted:
        if visit.kind == INSPECTION and visit.tender in left:
            left[visit.tender] -= visit.count
    for group, place in full:
        found[place] += max(0, left[group.id])
    return found


# --- why ---------------------------------------------------------------------------------------------------


def _steps(report: Report) -> Iterator[Step]:
    rule, rounding = report.law.inspection.quota, _rounding(report.law)
    source = rule.source
    for each in report.bands:
        yield _band_step(each, rule, rounding)
    if report.own_required is not None:
        inputs: dict[str, object] = {"tenders": report.own_tenders, "percent": rule.own_percent}
        article = f"{source.regulation}第4條第1項"
        yield step("quota.own_share", article, inputs | rounding, report.own_required)
    parts: dict[str, object] = {
        "bands": sum([each.required for each in report.bands]),
        "own_share": report.own_required,
    }
    yield step("quota.required", source.citation, parts, report.required)
    done: dict[str, object] = {
        "inspections": report.kinds[INSPECTION],
        "reinspections": report.kinds[REINSPECTION],
        "outside": report.outside,
    }
    yield step("quota.done", source.citation, done, report.done)
    open_: dict[str, object] = {
        "required": report.required,
        "done": report.done,
        "shortfall": sum([each.shortfall for each in report.bands]),
        "unvisited": report.unvisited,
    }
    yield step("quota.met", source.citation, open_, report.is_met)


def _rounding(law: Law) -> dict[str, object]:
    """Return how a share was made whole, and which local parameter says so."""
    local = law.local.quota_rounding
    return {"rounding": local.rounding, "reading": local.source.group}


def _band_step(each: BandReport, rule: Quota, rounding: dict[str, object]) -> Step:
    band = each.band
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
        return step("quota.override", article, inputs, each.required)
    if band.is_in_full(each.tenders):
        return step("quota.band_in_full", article, inputs | {"unvisited": each.unvisited}, each.required)
    return step("quota.band", article, inputs | (rounding if band.share_percent else {}), each.required)
