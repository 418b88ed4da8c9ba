"""The members' mark sheet: what the three marks are made of, the quality indicators, merits and advice."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from forms import lock
from forms.catalogue import was_published
from forms.datafiles import fields, parse, place
from forms.errors import InvalidData, UnknownForm
from forms.schema import NAME, FormDefinition
from forms.text import Text

CODE = "mark-sheet"


@dataclass(frozen=True, slots=True)
class Line:
    """What a part is made of: from `low` to `high` points; a deduction or an addition to the base may be negative."""

    text: Text
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Part:
    """One of the marks a member gives, from 0 to `points`; `base` is where an adjusted one starts, else None."""

    id: str
    text: Text
    points: int
    base: int | None
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Indicator:
    """A quality indicator, from 0 to 100; no part of the score."""

    id: str
    text: Text


@dataclass(frozen=True, slots=True)
class MarkSheet:
    """One version of the sheet; `merits` and `advice` are the groups of the catalogue that remarks may name."""

    version: int
    text: Text
    parts: tuple[Part, ...]
    indicators: tuple[Indicator, ...]
    merits: tuple[str, ...]
    advice: tuple[str, ...]


@cache
def mark_sheet(version: int = 1) -> MarkSheet:
    """The published sheet; UnknownForm if there is none of that version."""
    name = f"{CODE}/v{version}.yaml"
    if name not in lock.digests():
        raise UnknownForm(CODE, version, "、".join(f"{CODE} 第 {number} 版" for number in _versions()))
    return define(lock.read(name), name)


def sheet_of(form: FormDefinition) -> MarkSheet:
    """The sheet that goes with a checklist; with an old version that names none, the first."""
    return mark_sheet() if form.mark_sheet is None else mark_sheet(form.mark_sheet)


def _versions() -> list[int]:
    found = [NAME.fullmatch(name) for name in lock.digests()]
    return sorted(int(name["version"]) for name in found if name and name["code"] == CODE)


def define(data: bytes, name: str) -> MarkSheet:
    """The sheet written in `data`, whose file is `name` (`mark-sheet/v<n>.yaml`); InvalidData if unsound."""
    row = fields(
        parse(data, name),
        name,
        {
            "version": int,
            "text": str,
            "en": str,
            "parts": list,
            "indicators": list,
            "merits": list,
            "advice": list,
        },
    )
    if name != f"{CODE}/v{row['version']}.yaml":
        raise InvalidData(f"{place(row, name)}: version must be that of the file's name.")
    return MarkSheet(
        row["version"],
        Text(row["text"], row["en"]),
        tuple(_part(each, name) for each in row["parts"]),
        tuple(_indicators(row["indicators"], name)),
        *(tuple(_codes(row, key, name)) for key in ("merits", "advice")),
    )


def _part(value: object, name: str) -> Part:
    row = fields(
        value, name, {"id": str, "text": str, "en": str, "points": int, "lines": list}, {"base": int}
    )
    lines = tuple(_line(each, name) for each in row["lines"])
    if "base" not in row and sum(line.high for line in lines) != row["points"]:
        raise InvalidData(f"{place(row, name)}: the lines of {row['id']} must add up to {row['points']}.")
    return Part(row["id"], Text(row["text"], row["en"]), row["points"], row.get("base"), lines)


def _line(value: object, name: str) -> Line:
    row = fields(value, name, {"text": str, "en": str, "low": int, "high": int})
    if row["low"] > row["high"]:
        raise InvalidData(f"{place(row, name)}: low must not exceed high.")
    return Line(Text(row["text"], row["en"]), row["low"], row["high"])


def _indicators(rows: list[Any], name: str) -> Iterator[Indicator]:
    for value in rows:
        row = fields(value, name, {"id": str, "text": str, "en": str})
        yield Indicator(row["id"], Text(row["text"], row["en"]))


def _codes(row: dict[str, Any], key: str, name: str) -> Iterator[str]:
    for code in row[key]:
        if type(code) is not str or not was_published(code):
            raise InvalidData(
                f"{place(row, name)}: {key} names {code!r}, which no catalogue has; correct it."
            )
        yield code
