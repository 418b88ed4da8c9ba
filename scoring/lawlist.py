"""The law as a list: what is in force on a day, and what changed between two."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, timedelta

from scoring import lawbook
from scoring.sources import Parameters, Source

YEAR = timedelta(days=365)


def on(day: date) -> dict[str, object]:
    """Return every rule in force on a day with its article and values, and what is not in force.

    `unchecked` names the groups that no person checked within the year before that day: a newer text may exist.
    """
    found = {name: group.on(day) for name, group in sorted(lawbook.book().items())}
    present = {name: value for name, value in found.items() if value is not None}
    return {
        "on": day.isoformat(),
        "in_force": [_entry(value) for value in present.values()],
        "not_in_force": [name for name in found if name not in present],
        "unchecked": [name for name, value in present.items() if value.source.checked_on < day - YEAR],
    }


def diff(before: date, after: date) -> dict[str, object]:
    """Return each group whose values differ between two days, with both articles and values."""
    return {
        "from": before.isoformat(),
        "to": after.isoformat(),
        "changed": list(_changed(before, after)),
    }


def _changed(before: date, after: date) -> Iterator[dict[str, object]]:
    for name, group in sorted(lawbook.book().items()):
        old, new = group.on(before), group.on(after)
        if (_values(old) if old else None) != (_values(new) if new else None):
            yield {
                "group": name,
                "before": _entry(old) if old else None,
                "after": _entry(new) if new else None,
            }


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


def _values(value: Parameters) -> Mapping[str, object]:
    return {each.name: _plain(getattr(value, each.name)) for each in fields(value) if each.name != "source"}


def _plain(value: object) -> object:
    if is_dataclass(value):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    return [_plain(each) for each in value] if isinstance(value, tuple) else value
