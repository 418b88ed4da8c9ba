"""When an item is shown: a small language over the answers to earlier items, written as data and never as code.

{item: "st-01", is: "fail"}                   the result, or for a choice or text the value
{item: "st-04", in: ["steel", "composite"]}   one of several
{item: "st-05", at_least: 3}                  a measured number; likewise at_most
{item: "st-06", answered: true}               answered at all; false: not answered
{all: [...]}  {any: [...]}  {not: {...}}      put together
"""

import re
from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol

from forms.datafiles import fields, place
from forms.errors import InvalidData

COMPARISONS: dict[str, type] = {"is": str, "in": list, "at_least": int, "at_most": int, "answered": bool}
JOINS: dict[str, type] = {"all": list, "any": list, "not": dict}
DEEPEST = 5
_NUMBER = re.compile(r"[+-]?[0-9]{1,15}(\.[0-9]{1,15})?")


class Given(Protocol):
    """One item's answer as a submission holds it."""

    @property
    def result(self) -> str | None: ...

    @property
    def value(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Comparison:
    """An earlier item's answer compared with what is asked of it.

    An item known to be `judged` is told by its result alone, whatever a tablet sends as its value.
    """

    item: str
    how: str
    with_: str | tuple[str, ...] | int | bool
    judged: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Join:
    """Conditions put together: `all`, `any`, or `not` of the one."""

    how: str
    parts: tuple["Condition", ...]


Condition = Comparison | Join


def holds(condition: Condition, answers: Mapping[str, Given]) -> bool:
    """Whether the condition is true of the answers; an item without one meets no comparison but `answered: false`."""
    if isinstance(condition, Comparison):
        answer = answers.get(condition.item)
        if answer is None:
            return condition.how == "answered" and condition.with_ is False
        return _HOLDS[condition.how](answer, condition)
    parts = (holds(part, answers) for part in condition.parts)
    if condition.how == "not":
        return not next(parts)
    return all(parts) if condition.how == "all" else any(parts)


def as_data(condition: Condition) -> dict[str, Any]:
    """The condition in the language of the files, of JSON's types: what `read` makes the condition of."""
    if isinstance(condition, Comparison):
        with_ = list(condition.with_) if isinstance(condition.with_, tuple) else condition.with_
        return {"item": condition.item, condition.how: with_}
    parts = [as_data(part) for part in condition.parts]
    return {condition.how: parts[0] if condition.how == "not" else parts}


def items_of(condition: Condition) -> Iterator[str]:
    """The ids of the items that a condition asks about, in its order."""
    return (each.item for each in comparisons(condition))


def comparisons(condition: Condition) -> Iterator[Comparison]:
    """What a condition is put together from, in its order."""
    if isinstance(condition, Comparison):
        yield condition
        return
    for part in condition.parts:
        yield from comparisons(part)


def number(text: str | None) -> Decimal | None:
    """The number written in a text as plain digits, or None: no exponent, no blanks, no other scripts."""
    return Decimal(text) if text and _NUMBER.fullmatch(text) else None


def _value(answer: Given) -> str | None:
    """What was measured or chosen; a tablet may still hold it after na was tapped."""
    return None if answer.result == "na" else answer.value


def _said(answer: Given, asked: Comparison) -> tuple[str | None, ...]:
    return (answer.result,) if asked.judged else (answer.result, _value(answer))


def _is(answer: Given, asked: Comparison) -> bool:
    return asked.with_ in _said(answer, asked)


def _in(answer: Given, asked: Comparison) -> bool:
    wanted, said = asked.with_, _said(answer, asked)
    return isinstance(wanted, tuple) and any(each in wanted for each in said)


def _at_least(answer: Given, asked: Comparison) -> bool:
    value, bound = number(_value(answer)), asked.with_
    return value is not None and isinstance(bound, int) and value >= bound


def _at_most(answer: Given, asked: Comparison) -> bool:
    value, bound = number(_value(answer)), asked.with_
    return value is not None and isinstance(bound, int) and value <= bound


def _answered(answer: Given, asked: Comparison) -> bool:
    return (answer.result is not None or bool(answer.value)) is asked.with_


_HOLDS: dict[str, Callable[[Given, Comparison], bool]] = {
    "is": _is,
    "in": _in,
    "at_least": _at_least,
    "at_most": _at_most,
    "answered": _answered,
}


# --- reading -------------------------------------------------------------------------------------------------


def read(
    value: object, name: str, depth: int = 1, *, inside: object = None, judged: Container[str] = ()
) -> Condition:
    """The condition written as `value` in the file `name`; `judged` are the items told by their result.

    InvalidData if it is none.
    """
    where = place(value, name, inside)
    if not isinstance(value, dict):
        raise InvalidData(
            f"{where}: a condition is a mapping such as {{item: ID, is: fail}}, not {value!r:.60}."
        )
    if depth > DEEPEST:
        raise InvalidData(f"{where}: conditions may be nested {DEEPEST} deep; split the item.")
    return _comparison(value, name, judged) if "item" in value else _join(value, name, depth, judged)


def _comparison(value: object, name: str, judged: Container[str]) -> Comparison:
    row = fields(value, name, {"item": str}, COMPARISONS)
    if len(row) != 2:
        raise InvalidData(f"{place(value, name)}: beside item give exactly one of {', '.join(COMPARISONS)}.")
    how = next(key for key in row if key != "item")
    with_ = row[how]
    if isinstance(with_, list):
        if not with_ or any(type(each) is not str for each in with_):
            raise InvalidData(f"{place(value, name)}: in takes a list of words.")
        with_ = tuple(with_)
    return Comparison(row["item"], how, with_, row["item"] in judged)


def _join(value: object, name: str, depth: int, judged: Container[str]) -> Join:
    row = fields(value, name, {}, JOINS)
    if len(row) != 1:
        raise InvalidData(f"{place(value, name)}: give item, or exactly one of {', '.join(JOINS)}.")
    (how, given), *_ = row.items()
    parts = given if isinstance(given, list) else [given]
    if not parts:
        raise InvalidData(f"{place(value, name)}: {how} needs at least one condition.")
    return Join(how, tuple(read(part, name, depth + 1, inside=value, judged=judged) for part in parts))
