"""Strict reading of this package's YAML: no duplicate, unknown or missing keys, no surprise types."""

from collections.abc import Mapping
from typing import Any

import yaml

from forms.errors import InvalidData

try:
    from yaml import CSafeLoader as _Base
except ImportError:  # PyYAML built without libyaml: slower, the same result
    from yaml import SafeLoader as _Base  # type: ignore[assignment]


DEEPEST = 50
"""How deep a file may be nested; libyaml composes on the C stack, which tens of thousands of levels overflow."""


class Row(dict[Any, Any]):
    """A mapping that knows the line it begins on, from 1."""

    __slots__ = ("line",)
    line: int


class _StrictLoader(_Base):
    """PyYAML keeps the last of two equal keys in silence; here that is an error."""


def _row(loader: _StrictLoader, node: yaml.MappingNode) -> Row:
    row = Row(loader.construct_mapping(node, deep=True))
    row.line = node.start_mark.line + 1
    if len(row) != len(node.value):
        raise _repeated(node)
    return row


def _repeated(node: yaml.MappingNode) -> InvalidData:
    seen: set[str] = set()
    for key, _ in node.value:
        if key.value in seen:
            break
        seen.add(key.value)
    return InvalidData(f"{key.start_mark.line + 1}: {key.value} is given twice; keep one of them.")


_StrictLoader.add_constructor("tag:yaml.org,2002:map", _row)


def parse(data: bytes, where: str) -> object:
    """The document in `data`, its mappings as Row; `where` names the file in errors (InvalidData)."""
    try:
        _refuse_depth(data)
        return yaml.load(data, _StrictLoader)  # noqa: S506 (a subclass of the safe loader)
    except yaml.MarkedYAMLError as error:
        last = data.count(b"\n") + 1  # an end that comes too early is marked on the line after it
        line = min(error.problem_mark.line + 1, last) if error.problem_mark else 1
        raise InvalidData(f"{where}:{line}: this is not YAML: {error.problem}; correct it.") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InvalidData(f"{where}:1: this is not YAML: {error}; save it as UTF-8 text.") from error
    except InvalidData as error:
        raise InvalidData(f"{where}:{error}") from error


def _refuse_depth(data: bytes) -> None:
    """InvalidData where nesting is too deep; the events come one by one, so that no depth is dangerous."""
    depth = 0
    for event in yaml.parse(data, _Base):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST:
            line = event.start_mark.line + 1 if event.start_mark else 1
            raise InvalidData(f"{line}: nested too deep; split what is inside.")


def place(row: object, name: str, inside: object = None) -> str:
    """`<file>:<line>` of a mapping read from it, or of the one it stands inside; else the file alone."""
    found = row if isinstance(row, Row) else inside
    return f"{name}:{found.line}" if isinstance(found, Row) else name


def fields(
    row: object,
    name: str,
    required: Mapping[str, type],
    optional: Mapping[str, type] | None = None,
    *,
    inside: object = None,
) -> dict[str, Any]:
    """The mapping `row` of the file `name` with exactly the keys and types named; InvalidData otherwise."""
    where, optional = place(row, name, inside), optional or {}
    if not isinstance(row, dict):
        raise InvalidData(f"{where}: expected a mapping with {', '.join(required)}, not {row!r:.60}.")
    for key, value in row.items():
        wanted = required.get(key) or optional.get(key)
        if wanted is None:
            known = ", ".join([*required, *optional])
            raise InvalidData(f"{where}: unknown key {key}; remove it, or use one of {known}.")
        if type(value) is not wanted and not (wanted is dict and isinstance(value, Row)):
            # exact: True is no version number
            raise InvalidData(f"{where}: {key} must be of type {wanted.__name__}, not {value!r:.60}.")
    if missing := [key for key in required if key not in row]:
        raise InvalidData(f"{where}: {', '.join(missing)} is missing; add it.")
    return row
