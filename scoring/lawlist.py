"""The law as a list: what is in force on a day, and what changed between two."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, timedelta

from scoring import lawbook
from scoring.errors import InvalidInput
from scoring.fields import join, shown
from scoring.lawfile import Group
from scoring.sources import Parameters, Source

YEAR = timedelta(days=365)


def on(day: date, group: str | None = None) -> dict[str, object]:
    """Return every rule in force on a day (or one group's) with its article and values, and what is not in force.

    `unchecked` names the groups that no person checked within the year before that day: a newer text may exist.
    """
    found = {each.name: each.on(day) for each in _groups(group)}
    present = {name: value for name, value in found.items() if value is not None}
    return {
        "on": day.isoformat(),
        "in_force": [_entry(value) for value in present.values()],
        "not_in_force": [name for name in found if name not in present],
        "unchecked": [name for name, value in present.items() if value.source.checked_on < day - YEAR],
    }


def diff(before: date, after: date, group: str | None = None) -> dict[str, object]:
    """Return each group (or the one named) whose values differ between two days, with both articles and values.

    `differs` names each parameter that is not the same, with its value on both days; null where it is not there.
    """
    return {
        "from": before.isoformat(),
        "to": after.isoformat(),
        "changed": list(_changed(before, after, _groups(group))),
    }


def _groups(name: str | None) -> list[Group[Parameters]]:
    """Return every group by name, or the one that is named; InvalidInput when there is none of that name."""
    book = lawbook.book()
    if name is None:
        return [book[each] for each in sorted(book)]
    if name not in book:
        raise InvalidInput(
            f"There is no group {shown(name)}; choose out of {', '.join(sorted(book))}.", "--group"
        )
    return [book[name]]


def _changed(before: date, after: date, groups: Iterable[Group[Parameters]]) -> Iterator[dict[str, object]]:
    for group in groups:
        old, new = group.on(before), group.on(after)
        if differs := list(_differs(old, new)):
            yield {
                "group": group.name,
                "before": _entry(old) if old else None,
                "after": _entry(new) if new else None,
                "differs": differs,
            }


def _differs(old: Parameters | None, new: Parameters | None) -> Iterator[dict[str, object]]:
    """Yield each parameter that is not the same, such as `bands[2].minimum`, or that is only there on one day."""
    before, after = dict(_leaves("", _values(old))), dict(_leaves("", _values(new)))
    for name in {**before, **after}:
        if name not in before or name not in after or before[name] != after[name]:
            yield {"name": name, "before": before.get(name), "after": after.get(name)}


def _leaves(path: str, value: object) -> Iterator[tuple[str, object]]:
    """Yield each single value under a path; a list of words is one."""
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from _leaves(join(path, key), each)
    elif isinstance(value, list) and any(isinstance(each, Mapping) for each in value):
        for i, each in enumerate(value):
            yield from _leaves(f"{path}[{i}]", each)
    else:
        yield path, value


def _entry(value: Parameters) -> dict[str, object]:
    source: Source = value.source
    return {
        "group": source.group,
        "scope": source.scope,
        "regulation": source.regulation,
        "article": source.article,
        "promulgated_on": source.promulgated_on.isoformat(),
        "in_force_on": source.in_force_on.isoformat(),
        "status": source.status,
        "checked_on": source.checked_on.isoformat(),
        "values": _values(value),
    }


def _values(value: Parameters | None) -> Mapping[str, object]:
    if value is None:
        return {}
    return {each.name: _plain(getattr(value, each.name)) for each in fields(value) if each.name != "source"}


def _plain(value: object) -> object:
    if is_dataclass(value):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    return [_plain(each) for each in value] if isinstance(value, tuple) else value
