"""Which tenders to visit first: grounds of 作業辦法 art. 4 and the local list, weighted and told one by one.

run("priorities", {"as_of": "2026-11-23", "tenders": [{"id": "A", "budget_twd": 60000000, "reports": 2}]})
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from scoring import lawbook
from scoring.errors import InvalidInput, RuleNotInForce
from scoring.fields import Fields
from scoring.lawbook import Law
from scoring.parameters import Ground, Priorities
from scoring.rounding import plain
from scoring.types import Step, step

_KEYS = frozenset({"as_of", "tenders"})
_FACTS = ("reports", "changes", "late_filings")
_FLAGS = ("accident", "suspended", "ordered", "never_visited")
_TENDER_KEYS = frozenset(
    {"id", "budget_twd", "contract_twd", "changed_twd", "planned", "actual", "last_score", *_FACTS, *_FLAGS}
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a tender; None or 0 is not known, or none.

    `changed_twd` is the sum of what contract changes added or took away, `last_score` 0-100 of its last inspection.
    """

    id: str
    budget_twd: int
    contract_twd: int | None = None
    changed_twd: int = 0
    behind: Fraction = Fraction(0)
    last_score: int | None = None
    counts: Mapping[str, int] | None = None

    def count(self, name: str) -> int:
        """Return a count, or 1 for a yes."""
        return (self.counts or {}).get(name, 0)


def _low_award(facts: Facts, _law: Law) -> Fraction:
    """By how many percent the award lies below the budget."""
    if facts.contract_twd is None or not facts.budget_twd:
        return Fraction(0)
    return Fraction(100 * (facts.budget_twd - facts.contract_twd), facts.budget_twd)


def _changed(facts: Facts, _law: Law) -> Fraction:
    """What contract changes come to, in percent of the contract."""
    return Fraction(100 * facts.changed_twd, facts.contract_twd) if facts.contract_twd else Fraction(0)


def _low_score(facts: Facts, _law: Law) -> Fraction:
    """By how many marks the last score stays below 100."""
    return Fraction(100 - facts.last_score) if facts.last_score is not None else Fraction(0)


def _large(facts: Facts, law: Law) -> Fraction:
    return Fraction(facts.budget_twd >= law.procurement.thresholds.large_twd)


MEASURES: Mapping[str, Callable[[Facts, Law], Fraction]] = {
    "low_award": _low_award,
    "changed": _changed,
    "low_score": _low_score,
    "large": _large,
    "behind": lambda facts, _law: facts.behind,
}
"""Grounds that are computed; the others are counts or yes and no as they were given."""


@dataclass(frozen=True, slots=True)
class Met:
    """A ground that a tender meets, with the figure that met it."""

    ground: Ground
    figure: Fraction


@dataclass(frozen=True, slots=True)
class Ranked:
    """A tender with the grounds it meets."""

    id: str
    met: tuple[Met, ...]

    @property
    def score(self) -> int:
        """Return the sum of the weights."""
        return sum(each.ground.weight for each in self.met)


def run(request: Mapping[str, object]) -> dict[str, object]:
    """Answer the command `priorities`; ScoringError when the request is not right."""
    as_of, tenders = read(request)
    law = lawbook.at(as_of)
    try:
        ranked = rank(tenders, law)
    except RuleNotInForce as missing:
        raise RuleNotInForce(missing.detail, "as_of", missing.rule, missing.inputs) from None
    return {
        "law_version": law.inspection.regulation.source.promulgated_on.isoformat(),
        "tenders": [
            {"id": each.id, "score": each.score, "grounds": [met.ground.name for met in each.met]}
            for each in ranked
        ],
        "steps": [found for each in ranked for found in _steps(each, law.local.priorities)],
    }


def rank(tenders: tuple[Facts, ...], law: Law) -> list[Ranked]:
    """Return the tenders, those to visit first first; equal scores by id, by code point."""
    grounds = law.local.priorities.grounds
    ranked = [Ranked(facts.id, tuple(_met(facts, grounds, law))) for facts in tenders]
    return sorted(ranked, key=lambda each: (-each.score, each.id))


def _met(facts: Facts, grounds: tuple[Ground, ...], law: Law) -> Iterator[Met]:
    for ground in grounds:
        measure = MEASURES.get(ground.name)
        figure = measure(facts, law) if measure else Fraction(facts.count(ground.name))
        if figure >= ground.at_least:
            yield Met(ground, figure)


def _steps(ranked: Ranked, rule: Priorities) -> Iterator[Step]:
    for met in ranked.met:
        inputs: dict[str, object] = {
            "tender": ranked.id,
            "ground": met.ground.name,
            "figure": plain(met.figure),
            "at_least": met.ground.at_least,
            "reading": rule.source.group,
        }
        yield step("priority.ground", rule.cited(met.ground.article), inputs, met.ground.weight)
    inputs = {"tender": ranked.id, "grounds": [met.ground.name for met in ranked.met]}
    yield step("priority.score", rule.cited(rule.source.article), inputs, ranked.score)


def read(request: Mapping[str, object]) -> tuple[date, tuple[Facts, ...]]:
    """Return the day and the tenders that a request describes."""
    fields = Fields.of(request, "", _KEYS)
    as_of = fields.day("as_of")
    rows = list(fields.objects("tenders", _TENDER_KEYS))
    tenders = tuple(_facts(row) for row in rows)
    seen: set[str] = set()
    for row, facts in zip(rows, tenders, strict=True):
        if facts.id in seen:
            raise InvalidInput("Give each id once.", row.at("id"), "id_twice")
        if ("planned" in row) != ("actual" in row):
            missing = "actual" if "planned" in row else "planned"
            raise InvalidInput("Give planned and actual together.", row.at(missing), "pair")
        seen.add(facts.id)
    return as_of, tenders


def _facts(row: Fields) -> Facts:
    id_, budget = row.name("id"), row.whole("budget_twd")
    contract = row.whole_or_none("contract_twd")
    planned = row.decimal("planned") if "planned" in row else Fraction(0)
    actual = row.decimal("actual") if "actual" in row else Fraction(0)
    score = row.whole("last_score", 0, 100) if "last_score" in row else None
    counts = {name: row.whole_or(name, 0) for name in _FACTS}
    counts |= {name: int(row.flag(name, False)) for name in _FLAGS}
    return Facts(id_, budget, contract, row.whole_or("changed_twd", 0), planned - actual, score, counts)
