"""The yearly quota: how many inspections the law asks for, and how many were done (作業辦法 art. 4).

run("quota", {"year": 2024, "tenders": [{"id": "A", "budget_twd": 60000000}]})
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from scoring import lawbook
from scoring.errors import InvalidInput, RuleNotInForce
from scoring.fields import Fields
from scoring.forecasts import Forecast, Need, forecast
from scoring.lawbook import Law
from scoring.parameters import Quota, QuotaBand
from scoring.rounding import half_up
from scoring.types import Step

INSPECTION, REINSPECTION, AGENCY_CHECK = KINDS = ("inspection", "reinspection", "agency_check")

_KEYS = frozenset({"year", "as_of", "tenders", "inspections", "overrides", "visits_per_month"})
_TENDER_KEYS = frozenset({"id", "budget_twd", "own", "count"})
_VISIT_KEYS = frozenset({"tender", "on", "kind", "count"})
_OVERRIDE_KEYS = frozenset({"band", "required", "document", "approved_on"})


@dataclass(frozen=True, slots=True)
class TenderGroup:
    """`count` like tenders of one year; `own`: neither subsidised nor entrusted."""

    id: str
    budget_twd: int
    own: bool = True
    count: int = 1


@dataclass(frozen=True, slots=True)
class Visits:
    """Visits of a kind on a day to `count` distinct tenders of a group."""

    tender: str
    on: date
    kind: str
    count: int = 1


@dataclass(frozen=True, slots=True)
class Override:
    """A band's number as its authority approved it, from that day on (art. 4, second paragraph)."""

    band: int
    required: int
    document: str
    approved_on: date


@dataclass(frozen=True, slots=True)
class Year:
    """What is assessed: one year's tenders and visits as they stood on `as_of`."""

    as_of: date
    tenders: tuple[TenderGroup, ...]
    visits: tuple[Visits, ...] = ()
    overrides: tuple[Override, ...] = ()
    visits_per_month: int | None = None

    def counted(self) -> tuple[Visits, ...]:
        """Return the visits that may count: of the year, until `as_of`, and no agency checks."""
        first = date(self.as_of.year, 1, 1)
        return tuple(
            visit for visit in self.visits if visit.kind != AGENCY_CHECK and first <= visit.on <= self.as_of
        )


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
    rule = law.inspection.quota
    overrides = _overrides(year, rule)
    place = {group.id: _place(group.budget_twd, rule) for group in year.tenders}
    counted = year.counted()
    inside = [visit for visit in counted if place[visit.tender] is not None]
    bands = tuple(_band(i, band, year, place, inside, overrides.get(i)) for i, band in enumerate(rule.bands))
    own = sum(each.count for each in year.tenders if each.own and each.budget_twd >= rule.own_from_twd)
    kinds = Counter({INSPECTION: 0, REINSPECTION: 0})
    for visit in inside:
        kinds[visit.kind] += visit.count
    report = Report(
        law=law,
        bands=bands,
        own_tenders=own,
        own_required=-(-own * rule.own_percent // 100) if rule.own_percent else None,
        kinds=kinds,
        outside=sum(visit.count for visit in counted) - sum(visit.count for visit in inside),
    )
    return report if year.visits_per_month is None else _with_forecast(report, year)


def _with_forecast(report: Report, year: Year) -> Report:
    needs = tuple(Need(max(each.shortfall, each.unvisited)) for each in report.bands)
    anywhere = max(0, report.required - report.done - sum(need.visits for need in needs))
    ahead = forecast(needs, anywhere, year.as_of, year.visits_per_month or 0)
    return Report(
        report.law,
        report.bands,
        report.own_tenders,
        report.own_required,
        report.kinds,
        report.outside,
        ahead,
    )


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
    number: int,
    band: QuotaBand,
    year: Year,
    place: Mapping[str, int | None],
    visits: Sequence[Visits],
    override: Override | None,
) -> BandReport:
    groups = [group for group in year.tenders if place[group.id] == number]
    tenders = sum(group.count for group in groups)
    here = [visit for visit in visits if place[visit.tender] == number]
    in_full = override is None and band.is_in_full(tenders)
    return BandReport(
        band=band,
        tenders=tenders,
        required=band.required(tenders) if override is None else override.required,
        done=sum(visit.count for visit in here),
        unvisited=_unvisited(groups, here) if in_full else 0,
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


def _steps(report: Report) -> Iterable[Step]:
    source = report.law.inspection.quota.source
    for each in report.bands:
        yield _band_step(each, source.regulation)
    if report.own_required is not None:
        percent = report.law.inspection.quota.own_percent
        inputs: dict[str, object] = {"tenders": report.own_tenders, "percent": percent}
        yield Step("quota.own_share", f"{source.regulation}第4條第1項", inputs, report.own_required)
    parts: dict[str, object] = {
        "bands": sum(each.required for each in report.bands),
        "own_share": report.own_required or 0,
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


def _band_step(each: BandReport, regulation: str) -> Step:
    band = each.band
    inputs: dict[str, object] = {
        "from_twd": band.from_twd,
        "to_twd": band.to_twd,
        "tenders": each.tenders,
        "done": each.done,
        "share_percent": band.share_percent,
        "minimum": band.minimum,
    }
    if each.override:
        inputs |= {
            "document": each.override.document,
            "approved_on": each.override.approved_on.isoformat(),
        }
        return Step("quota.override", f"{regulation}第4條第2項", inputs, each.required)
    if band.is_in_full(each.tenders):
        inputs["unvisited"] = each.unvisited
        return Step("quota.band_in_full", f"{regulation}{band.article}", inputs, each.required)
    return Step("quota.band", f"{regulation}{band.article}", inputs, each.required)


# --- reading -----------------------------------------------------------------------------------------------


def read(request: Mapping[str, object]) -> Year:
    """Return the year that a request describes: keys and types first, then the rules between fields."""
    fields = Fields.of(request, "", _KEYS)
    year = fields.whole("year", 1, 9999)
    as_of = fields.day_or("as_of", date(year, 12, 31))
    tenders = tuple(_tender(row) for row in fields.objects("tenders", _TENDER_KEYS))
    visits = tuple(_visits(row) for row in fields.objects("inspections", _VISIT_KEYS, required=False))
    overrides = tuple(_override(row) for row in fields.objects("overrides", _OVERRIDE_KEYS, required=False))
    per_month = fields.whole("visits_per_month", 0, 10_000) if "visits_per_month" in fields else None
    if as_of.year != year:
        raise InvalidInput(f"Give a day of {year}.", "as_of", "quota.other_year", {"year": year})
    _check_ids(tenders)
    _check_visits(visits, {group.id: group.count for group in tenders})
    return Year(as_of, tenders, visits, overrides, per_month)


def _tender(row: Fields) -> TenderGroup:
    return TenderGroup(
        row.name("id"), row.whole("budget_twd"), row.flag("own", True), row.whole_or("count", 1, 1)
    )


def _visits(row: Fields) -> Visits:
    return Visits(row.name("tender"), row.day("on"), row.word("kind", KINDS), row.whole_or("count", 1, 1))


def _override(row: Fields) -> Override:
    return Override(row.whole("band"), row.whole("required"), row.name("document"), row.day("approved_on"))


def _check_ids(tenders: Sequence[TenderGroup]) -> None:
    seen: set[str] = set()
    for i, group in enumerate(tenders):
        if group.id in seen:
            raise InvalidInput("Give each id once.", f"tenders[{i}].id", "quota.tender_twice")
        seen.add(group.id)


def _check_visits(visits: Sequence[Visits], counts: Mapping[str, int]) -> None:
    for i, visit in enumerate(visits):
        if visit.tender not in counts:
            detail = "Name a tender that is given under tenders."
            raise InvalidInput(detail, f"inspections[{i}].tender", "quota.no_tender")
        if visit.count > counts[visit.tender]:
            detail = f"The tender stands for {counts[visit.tender]}; a row cannot visit more of them."
            raise InvalidInput(detail, f"inspections[{i}].count", "quota.too_many")
