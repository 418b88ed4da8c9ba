"""Recomputing a stored result: does it still hold under the law of its day as the law files tell it now?

replay({"command": "grade", "request": {…}, "result": {…}})
"""

import json
from collections.abc import Callable, Iterator, Mapping

from scoring.errors import InvalidInput, ScoringError
from scoring.fields import Fields

_KEYS = frozenset({"command", "request", "result"})


def replay(
    stored: Mapping[str, object], find: Callable[[str], Callable[[Mapping[str, object]], dict[str, object]]]
) -> dict[str, object]:
    """Return whether a stored result holds, and each key that differs with its stored and its present value.

    The law version is one of the compared keys: a result of another version does not hold. Keys that the stored
    result does not have (an older program wrote fewer) are not compared, nor are its steps: they are words.
    `find` gives a command by name. ScoringError when the stored request cannot be answered at all.
    """
    fields = Fields.of(stored, "", _KEYS)
    name = fields.name("command")
    request, result = _object(fields, "request"), _object(fields, "result")
    try:
        command = find(name)
    except InvalidInput as wrong:
        raise InvalidInput(wrong.detail, "command", wrong.rule, wrong.inputs) from None
    try:
        now = command(request)
    except ScoringError as wrong:
        field = f"request.{wrong.field}" if wrong.field else "request"
        raise type(wrong)(wrong.detail, field, wrong.rule, wrong.inputs) from None
    differences = list(_differences(result, now))
    return {
        "holds": not differences,
        "law_version": now.get("law_version"),
        "differences": differences,
        "result": now,
        "steps": now["steps"],
    }


def _object(fields: Fields, key: str) -> Mapping[str, object]:
    value = fields.value(key, "an object")
    if not isinstance(value, Mapping):
        raise InvalidInput('Give an object here: {"key": value, ...}.', key, "object")
    return value


def _differences(stored: Mapping[str, object], now: Mapping[str, object]) -> Iterator[dict[str, object]]:
    for key, value in stored.items():
        present = now.get(key)
        if key != "steps" and (key not in now or _written(present) != _written(value)):
            yield {"key": key, "stored": json.loads(_written(value)), "now": present}


def _written(value: object) -> str:
    """Return a value as JSON, so that 1 is not true, and a number that no command prints is a text."""
    return json.dumps(value, sort_keys=True, default=str)
