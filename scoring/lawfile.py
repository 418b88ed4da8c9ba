"""The strict loader of one law file.

Every scalar stays text until its declared unit types it. A repeated or unknown key, a parameter without a
unit, a unit that does not fit the code, or a day in force that is not the third one is a LawError.
"""

from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass, is_dataclass
from datetime import MAXYEAR, date, timedelta
from typing import Generic, TypeVar, cast, get_args, get_type_hints

import yaml

from scoring.errors import LawError
from scoring.sources import Parameters, Source

Tree = str | list["Tree"] | dict[str, "Tree"]
P = TypeVar("P", bound=Parameters)

_HEADER = frozenset({"title", "scope", "regulation", "effect", "checked_on", "units", "values"})
_DATED = frozenset({"promulgated_on", "article", "status"})
_EFFECTS = {"third_day": timedelta(days=2), "same_day": timedelta(0), "stated": None}
MAX_DEPTH = 32
_LOADER = cast("type[yaml.BaseLoader]", getattr(yaml, "CBaseLoader", yaml.BaseLoader))


@dataclass(frozen=True, slots=True)
class Group(Generic[P]):
    """All values of one group: `values[i]` holds from `days[i]` on; None where the text has no such rule.

    `versions` are the promulgation days of every version that was read for it.
    """

    name: str
    regulation: str
    days: tuple[date, ...]
    values: tuple[P | None, ...]
    versions: frozenset[date]

    def on(self, day: date) -> P | None:
        """Return the value in force on a day, or None."""
        place = bisect_right(self.days, day)
        return self.values[place - 1] if place else None

    def first_day(self) -> date | None:
        """Return the first day on which the group has a value."""
        return next((day for day, value in zip(self.days, self.values, strict=True) if value), None)


def load(text: str, where: str, kind: type[P]) -> Group[P]:
    """Return the group that a law file's text holds; `where` names the file in errors."""
    header = _mapping(_tree(text, where), where, _HEADER, frozenset({"absent_in"}))
    units = _mapping(header["units"], f"{where}: units", frozenset(), None)
    effect = _choice(header["effect"], f"{where}: effect", tuple(_EFFECTS))
    dated: dict[date, P | None] = {}
    versions: list[date] = []
    for key, tree in _mapping(header["values"], f"{where}: values", frozenset(), None).items():
        value, also = _value(key, tree, f"{where}: values.{key}", kind, header, units)
        dated[value.source.in_force_on] = value
        versions += [value.source.promulgated_on, *also]
    for key in _mapping(header.get("absent_in", {}), f"{where}: absent_in", frozenset(), None):
        versions.append(_day(key, f"{where}: absent_in"))
        dated[versions[-1] + (_EFFECTS[effect] or timedelta(0))] = None
    if len(versions) > len(set(versions)):
        raise LawError(f"{where}: a version is named twice; name each one once.")
    days = tuple(sorted(dated))
    return Group(
        kind.group,
        _text(header["regulation"], where),
        days,
        tuple(dated[day] for day in days),
        frozenset(versions),
    )


def _value(
    key: str, tree: Tree, where: str, kind: type[P], header: Mapping[str, Tree], units: Mapping[str, Tree]
) -> tuple[P, list[date]]:
    """Return the value of one day, and the later versions that leave it unchanged."""
    hints = {name: hint for name, hint in get_type_hints(kind).items() if name not in {"group", "source"}}
    if missing := sorted(set(hints) - set(units)):
        raise LawError(f"{where}: {missing[0]} has no unit; declare it under units.")
    if unknown := sorted(set(units) - set(hints)):
        raise LawError(f"{where}: units declares {unknown[0]}, which {kind.group} does not have.")
    entry = _mapping(tree, where, _DATED | set(hints), frozenset({"unchanged_in"}))
    also = entry.get("unchanged_in", [])
    if not isinstance(also, list):
        raise LawError(f"{where}: unchanged_in is a list of promulgation days.")
    found = {name: typed(hint, units[name], entry[name], f"{where}.{name}") for name, hint in hints.items()}
    source = _source(key, entry, where, kind, header)
    return _made(kind, {"source": source, **found}, where), [_day(day, where) for day in also]


def _source(
    key: str, entry: Mapping[str, Tree], where: str, kind: type[Parameters], header: Mapping[str, Tree]
) -> Source:
    source = Source(
        group=kind.group,
        scope=_choice(header["scope"], f"{where}: scope", ("national", "local")),
        regulation=_text(header["regulation"], where),
        article=_text(entry["article"], where),
        promulgated_on=_day(entry["promulgated_on"], where),
        in_force_on=_day(key, where),
        status=_choice(entry["status"], f"{where}.status", ("confirmed", "reading")),
        checked_on=_day(header["checked_on"], where),
    )
    effect = _EFFECTS[_text(header["effect"], where)]
    earliest = source.promulgated_on + (effect or timedelta(0))
    if source.in_force_on < earliest or (effect is not None and source.in_force_on != earliest):
        raise LawError(
            f"{where}: promulgated on {source.promulgated_on}, it is in force from {earliest} "
            "(中央法規標準法 art. 13), or later where the order states a day."
        )
    return source


# --- units -----------------------------------------------------------------------------------------------


def _text(tree: Tree, where: str) -> str:
    if not isinstance(tree, str) or not tree.strip():
        raise LawError(f"{where}: give a text, got {tree!r}.")
    return tree


def _whole(tree: Tree, where: str) -> int:
    text = _text(tree, where)
    if not (text.isascii() and text.isdigit()):
        raise LawError(f"{where}: give a whole number in digits, got {text!r}.")
    return int(text)


def _mark(tree: Tree, where: str) -> int:
    if (mark := _whole(tree, where)) > 100:
        raise LawError(f"{where}: a mark is at most 100, got {mark}.")
    return mark


def _mark_or_none(tree: Tree, where: str) -> int | None:
    return None if tree == "none" else _mark(tree, where)


def _whole_or_none(tree: Tree, where: str) -> int | None:
    return None if tree == "none" else _whole(tree, where)


def _percent(tree: Tree, where: str) -> int:
    if (percent := _whole(tree, where)) > 100:
        raise LawError(f"{where}: a share is at most 100 percent, got {percent}.")
    return percent


def _flag(tree: Tree, where: str) -> bool:
    return _choice(tree, where, ("no", "yes")) == "yes"


def _day(tree: Tree, where: str) -> date:
    text = _text(tree, where)
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text or day.year == MAXYEAR:
        raise LawError(f"{where}: give a day as YYYY-MM-DD, got {text!r}.")
    return day


def _choice(tree: Tree, where: str, allowed: tuple[str, ...]) -> str:
    if (text := _text(tree, where)) not in allowed:
        raise LawError(f"{where}: choose out of {', '.join(allowed)}, got {text!r}.")
    return text


_UNITS: dict[str, tuple[object, Callable[[Tree, str], object]]] = {
    "text": (str, _text),
    "number": (int, _whole),
    "number_or_none": (int | None, _whole_or_none),
    "twd": (int, _whole),
    "twd_or_none": (int | None, _whole_or_none),
    "percent": (int, _percent),
    "mark": (int, _mark),
    "mark_or_none": (int | None, _mark_or_none),
    "flag": (bool, _flag),
}


def typed(hint: object, unit: Tree, tree: Tree, where: str) -> object:
    """Return a value typed by its unit, which must fit the type that the code declares.

    A unit is a name, a list of one unit (many such values), or a mapping (the fields of a row).
    """
    if isinstance(unit, str):
        expected, parse = _UNITS.get(unit, (None, _text))
        if expected != hint:
            raise LawError(f"{where}: the unit {unit!r} does not fit; the code takes {hint}.")
        return parse(tree, where)
    if isinstance(unit, list):
        return _many(hint, unit, tree, where)
    return _row(hint, unit, tree, where)


def _many(hint: object, unit: list[Tree], tree: Tree, where: str) -> tuple[object, ...]:
    inner = get_args(hint)
    if len(inner) != 2 or len(unit) != 1 or not isinstance(tree, list):
        raise LawError(f"{where}: a list with one unit, where the code takes {hint}.")
    return tuple(typed(inner[0], unit[0], item, f"{where}[{i}]") for i, item in enumerate(tree))


def _row(hint: object, unit: Mapping[str, Tree], tree: Tree, where: str) -> object:
    if not (isinstance(hint, type) and is_dataclass(hint)):
        raise LawError(f"{where}: a row of fields, where the code takes {hint}.")
    hints = get_type_hints(hint)
    if set(hints) != set(unit):
        raise LawError(f"{where}: the units of a row name exactly {', '.join(hints)}.")
    row = _mapping(tree, where, frozenset(hints), frozenset())
    return _made(hint, {n: typed(hints[n], unit[n], row[n], f"{where}.{n}") for n in hints}, where)


T = TypeVar("T")


def _made(kind: type[T], values: Mapping[str, object], where: str) -> T:
    try:
        return kind(**values)
    except ValueError as wrong:
        raise LawError(f"{where}: {wrong}.") from wrong


# --- YAML as text ----------------------------------------------------------------------------------------


def _mapping(
    tree: Tree, where: str, required: frozenset[str], optional: frozenset[str] | None
) -> dict[str, Tree]:
    """Return a mapping with all `required` keys and no others but `optional` (None: any)."""
    if not isinstance(tree, dict):
        raise LawError(f"{where}: give keys and values, got {tree!r}.")
    if missing := sorted(required - set(tree)):
        raise LawError(f"{where}: {missing[0]} is missing.")
    if optional is not None and (unknown := sorted(set(tree) - required - optional)):
        raise LawError(f"{where}: {unknown[0]} is not known here.")
    return tree


def _tree(text: str, where: str) -> Tree:
    try:
        _check_events(text, where)
        node = yaml.compose(text, Loader=_LOADER)
        if node is None:
            raise LawError(f"{where}: the file is empty.")
        return _plain(node, where)
    except yaml.YAMLError as wrong:
        raise LawError(f"{where}: not YAML: {wrong}") from wrong


def _check_events(text: str, where: str) -> None:
    """Refuse what must not be composed: the composer written in C has no bound of its own and ends the process."""
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        if isinstance(event, yaml.AliasEvent):
            raise LawError(f"{where}: write a value out instead of pointing to another with *.")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise LawError(f"{where}: nested too deep.")


def _plain(node: yaml.Node, where: str) -> Tree:
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, where) for item in node.value]
    if isinstance(node, yaml.MappingNode):
        return _pairs(node, where)
    return str(node.value)


def _pairs(node: yaml.MappingNode, where: str) -> dict[str, Tree]:
    found: dict[str, Tree] = {}
    for key_node, value_node in node.value:
        key = _plain(key_node, where)
        line = key_node.start_mark.line + 1
        if not isinstance(key, str):
            raise LawError(f"{where}, line {line}: a key is a text.")
        if key in found:
            raise LawError(f"{where}, line {line}: {key} is given twice.")
        found[key] = _plain(value_node, where)
    return found
