"""Looking at filed months with the rules: each note names its months and the exact values. Pure, no database."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

import numpy as np
from numpy.typing import NDArray

from inspect_app.core import roc
from inspect_app.scrutiny.months import UNKNOWN, Months, Truth, named
from inspect_app.scrutiny.rules import NUMBERS, POINTS, Condition, Rule, Rules

COMPARED = {"at_least": np.greater_equal, "at_most": np.less_equal, "above": np.greater, "below": np.less}
Fact = dict[str, str | None]
"""A month with those of its values that the rule reads, as text."""


@dataclass(frozen=True, slots=True)
class Found:
    """A note: its months, from `first` to `last`, the values it rests on, and its sentences.

    `digest` is of rule and values: a person's word on a note holds as long as it is the same. `id` is that
    of tender, rule and first month, whatever the values.
    """

    id: UUID
    tender: UUID
    rule: str
    first: str
    last: str
    strong: bool
    facts: tuple[Fact, ...]
    digest: str
    zh: str
    en: str
    ask: str


def look(months: Months, rules: Rules, oldest: int) -> Iterator[Found]:
    """The notes on these months; those whose last month is before the month numbered `oldest` are left out."""
    covered: dict[str, Truth] = {}
    for rule in rules.rules:
        hits = _hold(months, rule.when)
        for other in rule.unless:
            hits &= ~covered[other]
        groups = list(_groups(months, rule, hits))
        covered[rule.rule] = _covered(groups, len(months.rows))
        strong = _hold(months, rule.strong_when) & (rule.strong or bool(rule.strong_when))
        for first, last in groups:
            if months.numbers[last] >= oldest:
                yield _found(months, rule, first, last, strong=bool(strong[last]))


def _hold(months: Months, conditions: Iterable[Condition]) -> Truth:
    """The months of which all conditions hold."""
    hits = np.ones(len(months.rows), dtype=np.bool_)
    for condition in conditions:
        hits &= _holds(months, condition)
    return hits


def _holds(months: Months, condition: Condition) -> Truth:
    if condition.among:
        words: NDArray[Any] = months.statuses[condition.field]
        among: Truth = np.logical_or.reduce([words == word for word in condition.among]).astype(np.bool_)
        return among
    column = months.fields[condition.field]
    holds: Truth = column != UNKNOWN
    for name, bound in condition.bounds().items():
        holds &= COMPARED[name](column, bound)
    return holds


def _groups(months: Months, rule: Rule, hits: Truth) -> Iterator[tuple[int, int]]:
    """The first and last place of each note: months told one after the other are one note."""
    places, starts = np.flatnonzero(hits).tolist(), months.spans[rule.span]
    first = last = -1
    for place in places:
        goes_on = place == last + 1 and months.rows[place].tender == months.rows[last].tender
        if last >= 0 and not goes_on:
            yield first, last
        if last < 0 or not goes_on:
            first = int(starts[place])
        last = place
    if last >= 0:
        yield first, last


def _covered(groups: list[tuple[int, int]], length: int) -> Truth:
    covered = np.zeros(length, dtype=np.bool_)
    for first, last in groups:
        covered[first : last + 1] = True
    return covered


def _found(months: Months, rule: Rule, first: int, last: int, *, strong: bool) -> Found:
    tender, begun = months.rows[last].tender, months.rows[first].month
    facts = tuple(_fact(months, rule, place) for place in range(first, last + 1))
    said = _said(months, first, last)
    digest = hashlib.sha256(json.dumps([rule.rule, facts], sort_keys=True).encode()).hexdigest()
    return Found(
        id=uuid5(NAMESPACE_OID, f"filing-note/{tender}/{rule.rule}/{begun}"),
        tender=tender,
        rule=rule.rule,
        first=begun,
        last=months.rows[last].month,
        strong=strong,
        facts=facts,
        digest=digest,
        zh=rule.zh.format(**said),
        en=rule.en.format(**said),
        ask=rule.ask.format(**said),
    )


def _fact(months: Months, rule: Rule, place: int) -> Fact:
    row = months.rows[place]
    read: Mapping[str, str | None] = {
        "planned": points(row.planned),
        "actual": points(row.actual),
        "status": row.status,
        "filed_at": row.filed_at.isoformat() if row.filed_at else None,
        "visit": points(months.visits[place]) if place in months.visits else None,
    }
    return {"month": row.month} | {name: read[name] for name in rule.reads}


def _said(months: Months, first: int, last: int) -> dict[str, object]:
    """What sentences may name, of the note's last month."""
    row, earlier = months.rows[last], months.rows[max(last - 1, 0)]
    said: dict[str, object] = {name: points(int(months.fields[name][last])) for name in POINTS}
    said |= {name: int(months.fields[name][last]) for name in NUMBERS}
    begun, before = months.rows[first].month, named(_number_before(months, last))
    return said | {
        "status": row.status or "未填",
        "status_before": months.statuses["status_before"][last] or "未填",
        "planned_before": points(earlier.planned),
        "actual_before": points(earlier.actual),
        "visit": points(months.visits.get(last, 0)),
        "lead": points(row.actual - row.planned),
        "months": int(months.numbers[last] - months.numbers[first]) + 1,
        "first": roc.format_month(begun),
        "first_en": begun,
        "last": roc.format_month(row.month),
        "last_en": row.month,
        "before": roc.format_month(before),
        "before_en": before,
    }


def _number_before(months: Months, place: int) -> int:
    """The month filed before, or this one where there is none."""
    missed = int(months.fields["missed"][place])
    return int(months.numbers[place]) - (0 if missed == UNKNOWN else missed + 1)


def points(hundredths: int) -> str:
    """Hundredths as people write them: 4520 is 45.20."""
    sign = "-" if hundredths < 0 else ""
    return f"{sign}{abs(hundredths) // 100}.{abs(hundredths) % 100:02d}"
