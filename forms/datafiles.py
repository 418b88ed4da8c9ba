"""Strict reading of this package's YAML: no duplicate, unknown or missing keys, no surprise types."""

from collections.abc import Mapping
from typing import Any

import yaml

from forms.errors import InvalidData

try:
    from yaml import CSafeLoader as _Base
except ImportError:  # PyYAML built without libyaml: slower, the same result
    from yaml import SafeLoader as _Base  # type: ignore[assignment]


class _StrictLoader(_Base):
    """PyYAML keeps the last of two equal keys in silence; here that is an error."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        built = super().construct_mapping(node, deep=deep)
        if len(built) != len(node.value):
            raise InvalidData(f"line {node.start_mark.line + 1}: a key is given twice; keep one of them.")
        return built


def parse(data: bytes, where: str) -> object:
    """The document in `data`; `where` names the file in errors (InvalidData)."""
    try:
        return yaml.load(data, _StrictLoader)  # noqa: S506 (a subclass of the safe loader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InvalidData(f"{where} is not YAML: {error}") from error
    except InvalidData as error:
        raise InvalidData(f"{where}: {error}") from error


def fields(
    row: object, where: str, required: Mapping[str, type], optional: Mapping[str, type] | None = None
) -> dict[str, Any]:
    """The mapping `row` with exactly the keys and types named; InvalidData otherwise."""
    if not isinstance(row, dict):
        raise InvalidData(f"{where}: expected a mapping with {', '.join(required)}.")
    known = {**required, **(optional or {})}
    if wrong := sorted(str(key) for key in row.keys() - known.keys()):
        raise InvalidData(f"{where}: unknown key {', '.join(wrong)}; allowed are {', '.join(known)}.")
    if missing := [key for key in required if key not in row]:
        raise InvalidData(f"{where}: {', '.join(missing)} is missing.")
    for key, value in row.items():
        if type(value) is not known[key]:  # exact: True is no version number
            raise InvalidData(f"{where}: {key} must be of type {known[key].__name__}, not {value!r}.")
    return row
