"""A message as plain text for a terminal: tables in columns by the width of their characters, bars drawn as ▇."""

import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import zip_longest
from typing import Any

WIDTH = 78
"""Columns of a terminal; a wider table becomes a list."""

BAR = 20


def text(blocks: Iterable[Any], public_url: str) -> str:
    """The blocks as text, an empty line between them; `public_url` is the base of links, empty where unknown."""
    return "\n\n".join(_block(block, public_url) for block in blocks)


def width(given: str) -> int:
    """How many columns a text takes: East Asian characters two, marks that combine none."""
    return sum(map(_columns, given))


@lru_cache(maxsize=8192)
def _columns(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in {"Cf", "Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1


def padded(given: str, columns: int) -> str:
    return given + " " * (columns - width(given))


def _block(block: Any, public_url: str) -> str:
    if isinstance(block, str):
        return block
    match block["is"]:
        case "table":
            return _table(block["caption"], block["head"], block["rows"])
        case "link":
            return f"{block['text']}：{public_url}{block['path']}" if public_url else block["text"]
        case "bars":
            return _bars(block["caption"], block["full"], block["bars"])
        case _:
            under = text(block["blocks"], public_url)
            return f"{block['title']}\n{'=' * min(width(block['title']), WIDTH)}\n\n{under}".rstrip()


def _table(caption: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    columns = [max(map(width, column)) for column in zip_longest(head, *rows, fillvalue="")]
    body = (
        _columns_of(columns, head, rows)
        if sum(columns) + 2 * (len(columns) - 1) <= WIDTH
        else _listed(head, rows)
    )
    return "\n".join([caption, *body] if caption else body)


def _columns_of(columns: Sequence[int], head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    lines = [head, ["-" * columns_ for columns_ in columns], *rows]
    return ["  ".join(map(padded, line, columns)).rstrip() for line in lines]


def _listed(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Too wide for columns: each row as a list of its cells."""
    found = []
    for row in rows:
        cells = [
            f"{label}：{cell}" if label else cell for label, cell in zip_longest(head, row, fillvalue="")
        ]
        found += [f"- {cells[0]}" if cells else "-", *(f"  {cell}" for cell in cells[1:])]
    return found


def _bars(caption: str, full: float, bars: Sequence[Sequence[Any]]) -> str:
    labels = max((width(label) for label, _, _ in bars), default=0)
    drawn = [
        f"{padded(label, labels)}  {padded('▇' * int(BAR * share(value, full)), BAR)}  {said}".rstrip()
        for label, value, said in bars
    ]
    return "\n".join([caption, *drawn] if caption else drawn)


def share(value: float, full: float) -> float:
    """How much of a bar is filled, 0 to 1."""
    return min(max(value / full, 0.0), 1.0) if full > 0 else 0.0
