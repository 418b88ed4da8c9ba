"""What is asked of a quota: one year's tenders, visits and approved numbers, as a request gives them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from scoring.errors import InvalidInput
from scoring.fields import Fields, roc_hint, roc_inputs

INSPECTION, REINSPECTION, AGENCY_CHECK = KINDS = ("inspection", "reinspection", "agency_check")

_KEYS = frozenset({"year", "as_of", "tenders", "inspections", "overrides", "visits_per_month"})
_TENDER_KEYS = frozenset({"id", "budget_twd", "own", "count"})
_VISIT_KEYS = frozenset({"tender", "on", "kind", "count"})
_OVERRIDE_KEYS = frozenset({"band", "required", "document", "approved_on"})


class TenderGroup(NamedTuple):
    """`count` like tenders of one year; `own`: neither subsidised nor entrusted."""

    id: str
    budget_twd: int
    own: bool = True
    count: int = 1  # type: ignore[assignment] # tuples have a method of that name, which nobody needs here


class Visits(NamedTuple):
    """Visits of a kind on a day to `count` distinct tenders of a group."""

    tender: str
    on: date
    kind: str
    count: int = 1  # type: ignore[assignment]


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
            [visit for visit in self.visits if visit.kind != AGENCY_CHECK and first <= visit.on <= self.as_of]
        )


def read(request: Mapping[str, object]) -> Year:
    """Return the year that a request describes: keys and types first, then the rules between fields."""
    fields = Fields.of(request, "", _KEYS)
    year = fields.whole("year", 1, 9999)
    as_of = fields.day_or("as_of", date(year, 12, 31))
    tenders = tuple([_tender(row) for row in fields.objects("tenders", _TENDER_KEYS)])
    visits = tuple([_visits(row) for row in fields.objects("inspections", _VISIT_KEYS, required=False)])
    overrides = tuple(_override(row) for row in fields.objects("overrides", _OVERRIDE_KEYS, required=False))
    per_month = fields.whole_or_none("visits_per_month")
    if as_of.year != year:
        detail, inputs = f"Give a day of {year}.{roc_hint(year)}", {"year": year, **roc_inputs(year)}
        raise InvalidInput(detail, "as_of", "quota.other_year", inputs)
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
    if len({group.id for group in tenders}) < len(tenders):
        first = {group.id: i for i, group in reversed([*enumerate(tenders)])}
        again = next(i for i, group in enumerate(tenders) if first[group.id] != i)
        raise InvalidInput("Give each id once.", f"tenders[{again}].id", "id_twice")


def _check_visits(visits: Sequence[Visits], counts: Mapping[str, int]) -> None:
    for i, visit in enumerate(visits):
        if visit.tender not in counts:
            detail = "Name a tender that is given under tenders."
            raise InvalidInput(detail, f"inspections[{i}].tender", "quota.no_tender")
        if visit.count > counts[visit.tender]:
            given = {"count": counts[visit.tender]}
            detail = f"The tender stands for {counts[visit.tender]}; a row cannot visit more of them."
            raise InvalidInput(detail, f"inspections[{i}].count", "quota.too_many", given)
