"""A message's content as it is stored, made safe to show: no control characters, no order of letters turned round."""

import re
from datetime import date
from typing import Any
from urllib.parse import quote

from inspect_app.messages.letters import DueDay

UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
"""Controls other than tab and line feed, marks that turn the order of letters round, and halves of characters."""

LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
PATH_SAFE = "/?#&=%:;,+@!*'()~-._"


def lines(text: str) -> str:
    """A paragraph: its lines end in line feeds."""
    if text.isprintable():
        return text
    return UNSAFE.sub("", LINE_ENDS.sub("\n", text)).replace("\t", " ")


def line(text: str) -> str:
    """A text on one line."""
    return lines(text).replace("\n", " ")


def blocks(content: dict[str, Any]) -> list[Any]:
    """The blocks of a row's `content`, all their texts safe; a str is a paragraph, a dict names its type in `is`."""
    return [_block(block) for block in content["blocks"]]


def due_days(content: dict[str, Any]) -> list[DueDay]:
    """The due days of a row's `content`."""
    return [
        DueDay(line(day["uid"]), date.fromisoformat(day["on"]), line(day["title"]), path(day["path"]))
        for day in content.get("due_days", ())
    ]


def path(given: str) -> str:
    """A path on this host, as an address holds it: it never leads elsewhere."""
    return "/" + quote(line(given).lstrip("/\\ "), safe=PATH_SAFE)


def _block(block: Any) -> Any:
    if isinstance(block, str):
        return lines(block)
    known = {name: _value(value) for name, value in block.items() if name not in {"path", "blocks"}}
    if "path" in block:
        known["path"] = path(block["path"])
    if "blocks" in block:
        known["blocks"] = [_block(each) for each in block["blocks"]]
    return known


def _value(value: Any) -> Any:
    if isinstance(value, str):
        return line(value)
    return [_value(each) for each in value] if isinstance(value, (list, tuple)) else value
