"""One good body, spoilt at one place at a time.

A wrong value is JSON text, for some of the worst are no values any program could hold.
"""

import copy
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Path = tuple[str | int, ...]
HERE = "@@here@@"
MISSING = "missing"
LONG = "長" * 100_001

UNREADABLE = {
    "NUL": r'"a\u0000b"',
    "lone surrogate": r'"\ud800"',
    "NaN": "NaN",
    "-Infinity": "-Infinity",
    "1e400": "1e400",
    "5,000 digits": "9" * 5000,
    "100,000 brackets": "[" * 100_000 + "]" * 100_000,
    "half": '"',
}
"""What is no JSON of ours, wherever it stands: 400."""

WRONG: dict[str, Any] = {
    "null": None,
    "empty text": "",
    "blank": " 　",
    "100,001 letters": LONG,
    "a number as text": "1",
    "zero": 0,
    "negative": -1,
    "30 digits": 10**30,
    "30 digits below zero": -(10**30),
    "a fraction": 1.5,
    "a whole number with a point": 2.0,
    "true": True,
    "an empty list": [],
    "a list": [1],
    "lists in lists": [[[[]]]],
    "an empty object": {},
    "an object": {"a": 1},
    "markup": "<script>alert(1)</script>",
    "another id": "00000000-0000-4000-8000-000000000000",
    "turned text": "\u202e\u0007\u001b[31m",
}
"""Whether one of these is wrong at a place is what the OpenAPI document says."""

DAYS = ("2026-02-30", "2026-13-01", "0000-01-01", "10000-01-01", "1911-12-31", "115-11-20", "20261120",
        "2026-W47-5", "2026-11-20T00:00:00", "２０２６-11-20", "2026-11-20\n", " 2026-11-20")  # fmt: skip
INSTANTS = ("2026-11-20T09:00:00", "2026-02-30T09:00:00+08:00", "2026-11-20T25:00:00+08:00",
            "0000-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00",
            "10000-01-01T00:00:00Z", "2026-11-20T09:00:00+99:00", "2026-11-20", "1763600000")  # fmt: skip
UUIDS = ("x", "00000000-0000-0000-0000-00000000000g", "7d2cbb12-4a6c-4c5e-9d2d-f8a5d4f5c0011",
         "7d2cbb12-4a6c-4c5e-9d2d", "7d2cbb12-4a6c-4c5e-9d2d-f8a5d4f5c001/..")  # fmt: skip
HASHES = ("0" * 63, "0" * 65, "g" * 64, "0" * 64 + "\n", "０" * 64)
KINDS = (
    (re.compile(r"\d{4}-\d\d-\d\d"), DAYS),
    (re.compile(r"\d{4}-\d\d-\d\dT.*"), INSTANTS),
    (re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"), UUIDS),
    (re.compile(r"[0-9a-f]{64}"), HASHES),
)
"""What a text looks like, and what is never one of its kind."""


@dataclass(frozen=True, slots=True)
class Spoilt:
    """A body with one thing wrong: `path` as a problem names it; `value` is the whole where it is JSON.

    `status` is what must be answered; None leaves it to the document.
    """

    path: str
    how: str
    text: str
    value: Any = None
    status: frozenset[int] | None = None

    def __str__(self) -> str:
        return f"{self.path or '(body)'}: {self.how}"


MALFORMED, REFUSED = frozenset({400}), frozenset({400, 422})


def spoilt(body: Any, walk: frozenset[str] | None = None) -> Iterator[Spoilt]:
    """The body wrong in every way at every place."""
    for path in places(body, walk):
        yield from _unreadable(body, path)
        yield from _wrong(body, path)
        yield from _structure(body, path)


def places(body: Any, walk: frozenset[str] | None, path: Path = ()) -> Iterator[Path]:
    """Every place of a body but the body itself; of a list, and of an object of many like things, the first."""
    inner = (
        list(body.items())
        if isinstance(body, dict)
        else list(enumerate(body))
        if isinstance(body, list)
        else []
    )
    for key, value in inner[: 1 if isinstance(body, list) or len(inner) > 18 else None]:
        yield (*path, key)
        if walk is None or key in walk:
            yield from places(value, walk, (*path, key))


def named(path: Path) -> str:
    """A path as problems write it: `marks[0].total`."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")


def _unreadable(body: Any, path: Path) -> Iterator[Spoilt]:
    text = json.dumps(_with(body, path, HERE), ensure_ascii=False)
    for how, literal in UNREADABLE.items():
        yield Spoilt(named(path), how, text.replace(f'"{HERE}"', literal), None, MALFORMED)


def _wrong(body: Any, path: Path) -> Iterator[Spoilt]:
    good = _at(body, path)
    for how, value in WRONG.items():
        if value != good or type(value) is not type(good):
            yield _valued(body, path, how, value)
    for pattern, rubbish in KINDS:
        if isinstance(good, str) and pattern.fullmatch(good):
            for text in rubbish:
                yield _valued(body, path, repr(text), text, REFUSED)


def _valued(body: Any, path: Path, how: str, value: Any, status: frozenset[int] | None = None) -> Spoilt:
    whole = _with(body, path, value)
    return Spoilt(named(path), how, json.dumps(whole, ensure_ascii=False), whole, status)


def _structure(body: Any, path: Path) -> Iterator[Spoilt]:
    """A key away, a key twice, a key too many."""
    *parent, key = path
    if not isinstance(key, str):
        return
    home = _at(body, tuple(parent))
    without = _with(body, tuple(parent), {name: value for name, value in home.items() if name != key})
    yield Spoilt(named(path), MISSING, json.dumps(without, ensure_ascii=False), without)
    twice = json.dumps(_with(body, tuple(parent), home | {HERE: home[key]}), ensure_ascii=False)
    yield Spoilt(named(path), "twice", twice.replace(HERE, key), None, MALFORMED)
    more = _with(body, tuple(parent), home | {"colour": 1})
    yield Spoilt(named((*parent, "colour")), "unknown", json.dumps(more, ensure_ascii=False), more)


def _at(body: Any, path: Path) -> Any:
    for step in path:
        body = body[step]
    return body


def _with(body: Any, path: Path, value: Any) -> Any:
    """A copy of the body with another value at a place."""
    if not path:
        return value
    whole = copy.deepcopy(body)
    _at(whole, path[:-1])[path[-1]] = value
    return whole
