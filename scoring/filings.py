"""Filings: who updated the tender system by the day, who later, who not (標案管理系統; a local day).

run("filing", {"month": "2026-10", "as_of": "2026-11-07T00:00:00+08:00", "entries": []})
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from fractions import Fraction

from scoring.deadlines import update_due
from scoring.fields import Fields
from scoring.rounding import fixed
from scoring.types import Step, step

TAIPEI = timezone(timedelta(hours=8))
"""Taiwan has kept one offset since 1980."""
ON_TIME, LATE, MISSING = ("on_time", "late", "missing")

_KEYS = frozenset({"month", "as_of", "day", "entries"})
_ENTRY_KEYS = frozenset({"tender", "agency", "must_file", "filed_at"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One tender of a month; `filed_at` with its offset, None when not filed."""

    tender: str
    agency: str
    filed_at: datetime | None = None
    must_file: bool = True


@dataclass(frozen=True, slots=True)
class Month:
    """What is asked: the entries of a month filed by `cutoff`, as they stood at `as_of`."""

    cutoff: date
    as_of: datetime
    entries: tuple[Entry, ...]
    article: str

    @property
    def overdue_from(self) -> datetime:
        """Return the instant after the last day: 00:00 of the next in Asia/Taipei."""
        return datetime.combine(self.cutoff + timedelta(days=1), datetime.min.time(), TAIPEI)


def run(request: Mapping[str, object]) -> dict[str, object]:
    """Answer the command `filing`; ScoringError when the request is not right."""
    return assess(read(request))


def assess(month: Month) -> dict[str, object]:
    """Return the figures of a month, in all and by agency, and the tenders to be flagged."""
    overdue_from = month.overdue_from
    due_entries = (entry for entry in month.entries if entry.must_file)
    states = [(entry, _state(entry, month.as_of, overdue_from)) for entry in due_entries]
    agencies: dict[str, list[str]] = defaultdict(list)
    for entry, state in states:
        agencies[entry.agency].append(state)
    is_over = month.as_of >= overdue_from
    flagged = sorted(entry.tender for entry, state in states if state == MISSING and is_over)
    counts = _counts([state for _, state in states])
    due = counts["due"]
    percent = fixed(Fraction(counts[ON_TIME] * 100, due), 2) if due else None
    return {
        "cutoff": month.cutoff.isoformat(),
        **counts,
        "percent": percent,
        "flagged": flagged,
        "agencies": [{"agency": name, **_counts(agencies[name])} for name in sorted(agencies)],
        "steps": list(_steps(month, counts, percent, flagged)),
    }


def _state(entry: Entry, as_of: datetime, overdue_from: datetime) -> str:
    """Return `on_time`, `late` or `missing`; what was filed after `as_of` is missing."""
    if entry.filed_at is None or entry.filed_at > as_of:
        return MISSING
    return ON_TIME if entry.filed_at < overdue_from else LATE


def _counts(states: Sequence[str]) -> dict[str, int]:
    return {"due": len(states)} | {name: states.count(name) for name in (ON_TIME, LATE, MISSING)}


def _steps(
    month: Month, counts: Mapping[str, int], percent: str | None, flagged: Sequence[str]
) -> tuple[Step, ...]:
    left_out = len(month.entries) - counts["due"]
    return (
        step("filing.cutoff", month.article, {"day": month.cutoff.day}, month.cutoff.isoformat()),
        step(
            "filing.due", month.article, {"entries": len(month.entries), "left_out": left_out}, counts["due"]
        ),
        step("filing.percent", month.article, dict(counts), percent),
        step(
            "filing.flagged",
            month.article,
            {"as_of": month.as_of.isoformat(), "overdue_from": month.overdue_from.isoformat()},
            list(flagged),
        ),
    )


def read(request: Mapping[str, object]) -> Month:
    """Return the month that a request describes."""
    fields = Fields.of(request, "", _KEYS)
    first = fields.month("month")
    as_of = fields.instant("as_of")
    day = fields.whole("day", 1, 28) if "day" in fields else None
    entries = tuple(_entry(row) for row in fields.objects("entries", _ENTRY_KEYS))
    cutoff, article = update_due(first, day)
    return Month(cutoff, as_of, entries, article)


def _entry(row: Fields) -> Entry:
    tender, agency = row.name("tender"), row.name("agency")
    return Entry(tender, agency, row.instant_or_none("filed_at"), row.flag("must_file", True))
