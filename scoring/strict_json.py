"""JSON as the command line takes it: UTF-8, no repeated key, no binary float, bounded size and depth."""

import json
from codecs import BOM_UTF8
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Never

from scoring.errors import InvalidInput
from scoring.fields import is_unicode, shown

Container = dict[str, object] | list[object]

MAX_BYTES = 32 * 1024 * 1024
MAX_DEPTH = 64
_DIGITS = 20  # a whole number is at most 10^18: 19 digits and a sign


@dataclass(frozen=True, slots=True)
class Unread:
    """A number that no command takes (a point, an exponent, too many digits), kept as it was written."""

    text: str

    def __str__(self) -> str:
        return self.text


def loads(raw: bytes) -> object:
    """Return the JSON value of one request; whole numbers are int, any other number is `Unread`.

    InvalidInput with an empty field for whatever is not clean JSON.
    """
    written = text(raw)
    try:
        value = _decoded(written)
    except RecursionError:
        raise InvalidInput(f"Nest at most {MAX_DEPTH} levels.") from None
    except ValueError as wrong:
        raise InvalidInput(f"Give one JSON object; this is not JSON: {wrong}.") from None
    _check_depth(value, written)
    if "\\u" in written and not is_unicode(json.dumps(value, ensure_ascii=False, default=str)):
        raise InvalidInput("Write surrogates in pairs; a lone one is no character.")
    return value


def _decoded(text: str) -> object:
    """Return the value of a text; whole numbers too long for Python, or none at all, are looked at one by one."""
    try:
        return _DECODER.decode(text)
    except ValueError:
        return _CAREFUL.decode(text)


def text(raw: bytes) -> str:
    """Return the text of UTF-8 bytes; InvalidInput for a byte order mark, too many bytes, or any that are no UTF-8."""
    if len(raw) > MAX_BYTES:
        raise InvalidInput(f"Give at most {MAX_BYTES} bytes in one request.")
    if raw.startswith(BOM_UTF8):
        raise InvalidInput("Save the input as UTF-8 without a byte order mark (BOM) at its start.")
    try:
        return raw.decode()
    except UnicodeDecodeError as wrong:
        raise InvalidInput(f"Save the input as UTF-8; byte {wrong.start} is none.") from None


def _check_depth(value: object, text: str) -> None:
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return
    level = _containers([value])
    for _ in range(MAX_DEPTH):
        level = _containers([child for parent in level for child in _children(parent)])
        if not level:
            return
    raise InvalidInput(f"Nest at most {MAX_DEPTH} levels.")


def _containers(values: Iterable[object]) -> list[Container]:
    return [value for value in values if isinstance(value, dict | list)]


def _children(value: Container) -> Iterable[object]:
    return value.values() if isinstance(value, dict) else value


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        counts = Counter(key for key, _ in pairs)
        raise InvalidInput(f"Give the key {shown(counts.most_common(1)[0][0])} once in an object.")
    return found


def _whole(text: str) -> int | Unread:
    return int(text) if len(text) <= _DIGITS else Unread(text)


def _no_constant(text: str) -> Never:
    raise InvalidInput(f"{text} is not JSON; give a number or leave the key out.")


_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_float=Unread, parse_constant=_no_constant)
_CAREFUL = json.JSONDecoder(
    object_pairs_hook=_unique, parse_float=Unread, parse_int=_whole, parse_constant=_no_constant
)
