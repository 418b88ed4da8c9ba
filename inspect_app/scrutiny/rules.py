"""The rules of filing notes, read strictly from rules.yaml: each row is conditions on fields, and what to say."""

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from forms.datafiles import parse

FILE = Path(__file__).with_name("rules.yaml")
Text = Annotated[str, Meta(min_length=1)]
Count = Annotated[int, Meta(ge=1)]
Name = Annotated[str, Meta(pattern="^[a-z][a-z_]{1,30}$")]
Bound = Annotated[int, Meta(ge=0)] | Annotated[str, Meta(pattern=r"^[0-9]{1,3}(\.[0-9]{1,2})?$")]

POINTS = (
    *("planned", "actual", "planned_rise", "planned_fall", "actual_rise", "actual_fall"),
    *("beyond_plan", "planned_pace", "visit_apart"),
)
"""Fields in percentage points, compared in hundredths."""
NUMBERS = (
    "missed",
    "early_days",
    "stage_fall",
    "steepness",
    "actual_run",
    "copy_run",
    "full_run",
    "status_run",
)
"""Fields that count months, days or stages; `steepness` is percent of a tender's own steepest planned month."""
STATUSES = ("status", "status_before")
FieldName = Literal[
    "planned", "actual", "planned_rise", "planned_fall", "actual_rise", "actual_fall", "beyond_plan",
    "planned_pace", "visit_apart", "missed", "early_days", "stage_fall", "steepness", "actual_run", "copy_run", "full_run",
    "status_run", "status", "status_before",
]  # fmt: skip
Span = Literal["one", "pair", "actual_run", "copy_run", "full_run", "status_run"]
Read = Literal["planned", "actual", "status", "filed_at", "visit"]
SAID = frozenset(
    {
        *(*POINTS, *NUMBERS, *STATUSES, "planned_before", "actual_before", "visit", "lead", "months"),
        *("first", "first_en", "before", "before_en", "last", "last_en"),
    }
)
"""What a sentence may name in braces."""


class RulesError(ValueError):
    """rules.yaml says what cannot be; names the place."""


class Base(Struct, frozen=True, forbid_unknown_fields=True):
    pass


class Condition(Base, frozen=True):
    """What must hold of one field; all bounds given must. An unknown value holds of nothing."""

    field: FieldName
    among: tuple[Text, ...] = ()
    at_least: Bound | None = None
    at_most: Bound | None = None
    above: Bound | None = None
    below: Bound | None = None

    def bounds(self) -> dict[str, int]:
        """The bounds given, in the field's own unit: hundredths of a point, or a count."""
        scale = 100 if self.field in POINTS else 1
        given = {name: getattr(self, name) for name in ("at_least", "at_most", "above", "below")}
        return {name: int(Decimal(value) * scale) for name, value in given.items() if value is not None}


class Rule(Base, frozen=True):
    """One row. `strong` notes come first; others become strong where `strong_when` holds of their last month.

    `span`: which months a note covers up to the one told; `unless`: rules whose notes on the same months go before.
    """

    rule: Name
    title: Text
    strong: bool
    span: Span
    reads: Annotated[tuple[Read, ...], Meta(min_length=1)]
    when: Annotated[tuple[Condition, ...], Meta(min_length=1)]
    zh: Text
    en: Text
    ask: Text
    unless: tuple[Name, ...] = ()
    strong_when: tuple[Condition, ...] = ()


class Rules(Base, frozen=True):
    look_back_months: Count
    read_months: Count
    stages: dict[Text, Annotated[int, Meta(ge=0)]]
    visit_items: dict[Text, Text]
    rules: Annotated[tuple[Rule, ...], Meta(min_length=1)]

    @property
    def titles(self) -> Mapping[str, str]:
        return {rule.rule: rule.title for rule in self.rules}


@cache
def rules() -> Rules:
    return read(FILE.read_bytes(), FILE.name)


def read(data: bytes, where: str) -> Rules:
    """The rules in a file. RulesError, or InvalidData where it is no YAML."""
    try:
        found = msgspec.convert(parse(data, where), Rules)
    except msgspec.ValidationError as error:
        raise RulesError(f"{where}: {error}; correct it.") from error
    before: set[str] = set()
    for rule in found.rules:
        _check(f"{where}: {rule.rule}", rule, before)
        before.add(rule.rule)
    return found


def _check(where: str, rule: Rule, before: set[str]) -> None:
    if rule.rule in before:
        raise RulesError(f"{where} is given twice; give it a name of its own.")
    if unknown := set(rule.unless) - before:
        raise RulesError(f"{where} yields to {sorted(unknown)}, which must stand above it.")
    for sentence in (rule.zh, rule.en, rule.ask):
        if strange := _named(sentence) - SAID:
            raise RulesError(f"{where} names {sorted(strange)}; it may name {sorted(SAID)}.")
    for condition in (*rule.when, *rule.strong_when):
        _check_condition(f"{where}.{condition.field}", condition)


def _check_condition(where: str, condition: Condition) -> None:
    is_word, bounds = condition.field in STATUSES, condition.bounds()
    if is_word != bool(condition.among) or is_word == bool(bounds):
        raise RulesError(f"{where}: a status needs `among`, every other field a bound.")
    wrong: dict[str, Any] = {
        name: getattr(condition, name)
        for name in bounds
        if condition.field in NUMBERS and isinstance(getattr(condition, name), str)
    }
    if wrong:
        raise RulesError(f"{where}: {wrong} should be whole numbers.")


def _named(sentence: str) -> set[str]:
    return {field for _, field, _, _ in Formatter().parse(sentence) if field}
