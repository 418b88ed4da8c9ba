"""Making any text printable, and breaking it into lines.

Text from people is only ever measured and drawn, never parsed: markup, controls and characters that no face has
come out as something a reader can see.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from inspect_app.documents.fonts import Typeface

_LINE_ENDS = re.compile(r"\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_COMBINED = re.compile(r".[\u0300-\u036f]+", re.DOTALL)
_VARIATION = re.compile(r"[\ufe00-\ufe0f\U000e0100-\U000e01ef\u034f\u180b-\u180f]")
_AS_GIVEN = {"\n": "\n", "\t": "    "}

# What forms write and the faces lack; ■ and □ are how Taiwan's forms print a ticked and an empty box.
_STAND_INS = {
    "☑": "■",
    "☐": "□",
    "✔": "✓",
    "≒": "≈",
    "\u2011": "-",
    "\u02cd": "_",
    "\u203e": "￣",
    "\u223c": "～",
}

_OPENING = r"（〔【《〈「『“‘｛［﹙﹛﹝〝(\[{"
_CLOSING = r"、，。．・：；？！…‥‧—）〕】》〉」』”’｝］﹚﹜﹞〞％℃々ー﹐﹑﹒﹔﹕﹖﹗,.:;?!)\]}%"
_WORD = r"!-~\u00a1-\u02ff\u0370-\u04ff\u2010-\u2013"
_UNIT = re.compile(rf" +|[{_OPENING}]*(?:[{_WORD}]+|[^ ])[{_CLOSING}]*")
"""What stays on one line: a word or a character, with brackets before and punctuation after it; or spaces."""


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring characters of one face; ``width`` in thousandths of the size."""

    face: str
    text: str
    width: float


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line; ``width`` in thousandths of the size."""

    runs: tuple[Run, ...]
    width: float


def legible(text: str, typeface: Typeface, missing: set[str]) -> str:
    """The text as it can be printed, lines ended by LF.

    Directions and zero-width characters are left out; a control character, a lone surrogate and whatever no face has
    become 〔U+XXXX〕, and are added to ``missing`` as U+XXXX.
    """
    one_ending = _LINE_ENDS.sub("\n", text)
    composed = _COMBINED.sub(lambda found: unicodedata.normalize("NFC", found[0]), one_ending)
    shown = {character: _shown(character, typeface, missing) for character in set(composed)}
    return "".join(map(shown.__getitem__, composed))


def _shown(character: str, typeface: Typeface, missing: set[str]) -> str:
    if character in _AS_GIVEN:
        return _AS_GIVEN[character]
    category = unicodedata.category(character)
    if category == "Cf" or _VARIATION.match(character):
        return ""
    if category not in ("Cc", "Cs"):
        if typeface.glyph(character):
            return character
        if stand_in := " " if category == "Zs" else _STAND_INS.get(character):
            return stand_in
    code = f"U+{ord(character):04X}"
    missing.add(code)
    return f"〔{code}〕"


def break_lines(text: str, typeface: Typeface, room: float) -> tuple[Line, ...]:
    """Legible text in lines no wider than ``room`` (thousandths of the size), one at least.

    No line starts with closing punctuation or ends with an opening bracket, unless a single unit is wider than
    the room; then it is broken anywhere.
    """
    lines = (line for hard in text.split("\n") for line in _fill(hard, typeface, room))
    return tuple(_line(line.rstrip(" "), typeface) for line in lines)


def cut(text: str, typeface: Typeface, room: float) -> Line:
    """The first line of legible text, ended by … when there is more than fits."""
    whole = _line(text.replace("\n", " "), typeface)
    if whole.width <= room:
        return whole
    lines = _fill(text.replace("\n", " "), typeface, room - 1000)
    return _line(next(lines).rstrip(" ") + "…", typeface)


def _fill(text: str, typeface: Typeface, room: float) -> Iterator[str]:
    line, used = "", 0.0
    for unit in _units(text, typeface, room):
        width = _width(unit, typeface)
        if line and used + width > room:
            yield line
            line, used = "", 0.0
            if unit.startswith(" "):
                continue
        line += unit
        used += width
    yield line


def _units(text: str, typeface: Typeface, room: float) -> Iterator[str]:
    """The units of a line; one wider than a whole line comes in single characters."""
    for found in _UNIT.finditer(text):
        if _width(found[0], typeface) > room:
            yield from found[0]
        else:
            yield found[0]


def _width(text: str, typeface: Typeface) -> float:
    return sum(glyph.width for character in text if (glyph := typeface.glyph(character)))


def _line(text: str, typeface: Typeface) -> Line:
    runs = tuple(
        Run(face, part, _width(part, typeface))
        for face, characters in groupby(text, key=lambda character: _face(character, typeface))
        for part in ("".join(characters),)
    )
    return Line(runs, sum(run.width for run in runs))


def _face(character: str, typeface: Typeface) -> str:
    glyph = typeface.glyph(character)
    return glyph.face if glyph else typeface.faces[0]
