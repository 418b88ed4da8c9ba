"""Progress: how many tenders are on track and how many behind (a local limit in percentage points).

run("progress", {"tenders": [{"id": "A", "planned": "50.00", "actual": "44.10"}]})
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from scoring import lawbook
from scoring.errors import InvalidInput
from scoring.fields import LARGEST, Fields, check_ids, decimal
from scoring.rounding import fixed, plain
from scoring.types import step

_KEYS = frozenset({"tenders", "limit"})
_TENDER_KEYS = frozenset({"id", "planned", "actual"})


@dataclass(frozen=True, slots=True)
class Reported:
    """What was reported for a tender, in percent; exact."""

    planned: Fraction
    actual: Fraction
    id: str | None = None

    @property
    def behind(self) -> Fraction:
        """Return planned less actual in percentage points; below 0 is ahead."""
        return self.planned - self.actual


def run(request: Mapping[str, object]) -> dict[str, object]:
    """Answer the command `progress`; ScoringError when the request is not right."""
    fields = Fields.of(request, "", _KEYS)
    rows = list(fields.objects("tenders", _TENDER_KEYS))
    tenders = tuple([_reported(row) for row in rows])
    local = lawbook.at(lawbook.newest()).local.progress
    limit = _limit(fields) if "limit" in fields else Fraction(local.behind_from)
    check_ids(rows, [tender.id for tender in tenders])
    return assess(tenders, limit, local.source.citation)


def assess(tenders: Sequence[Reported], limit: Fraction, article: str) -> dict[str, object]:
    """Return how many tenders are behind, and which of those with an id: planned less actual from `limit` up."""
    total, late = len(tenders), [tender for tender in tenders if tender.behind >= limit]
    behind = len(late)
    on_track = total - behind
    answer: dict[str, object] = {
        "total": total,
        "on_track": on_track,
        "on_track_percent": _percent(on_track, total),
        "behind": behind,
        "behind_percent": _percent(behind, total),
        "steps": [
            step("progress.behind", article, {"limit": plain(limit), "total": total}, behind),
            step("progress.on_track", article, {"total": total, "behind": behind}, on_track),
        ],
    }
    if any(tender.id is not None for tender in tenders):
        answer["behind_ids"] = [tender.id for tender in late if tender.id is not None]
    return answer


def _percent(part: int, total: int) -> str | None:
    return fixed(Fraction(part * 100, total), 1) if total else None


def _reported(row: Fields) -> Reported:
    name = row.name("id") if "id" in row else None
    return Reported(row.decimal("planned"), row.decimal("actual"), name)


def _limit(fields: Fields) -> Fraction:
    value = fields.data["limit"]
    if type(value) is int and 0 <= value <= LARGEST:
        return Fraction(value)
    if isinstance(value, str):
        return decimal(value, "limit")
    raise InvalidInput('Give a whole number, or a decimal in quotes such as "5.5".', "limit", "limit")
