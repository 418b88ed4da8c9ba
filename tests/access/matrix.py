"""Reading matrix.tsv: for every route and object, what each column gets."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask

from tests.access.actors import COLUMNS

FILE = Path(__file__).with_name("matrix.tsv")
AUTOMATIC = {"HEAD", "OPTIONS"}
NONE, ABSENT = "-", "absent"
"""The objects of a route that has none, and one that is not there."""
KNOWN = "k"
"""Ends a refusal that need not look like that of an absent object: the actor knows the object itself."""


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """What every column gets from one route («METHOD rule») on objects of these names; `what` in zh-Hant."""

    section: str
    route: str
    objects: tuple[str, ...]
    what: str
    cells: dict[str, str]

    def status(self, column: str) -> int:
        return int(self.cells[column].removesuffix(KNOWN))

    def is_known(self, column: str) -> bool:
        """Whether a refusal may show that the object is there."""
        return self.cells[column].endswith(KNOWN)


@cache
def lines() -> tuple[Line, ...]:
    """The whole table, in its order; a line that begins with # names the section that follows."""
    section, found = "", []
    names, *rest = FILE.read_text(encoding="utf-8").splitlines()
    for text in rest:
        if text.startswith("#"):
            section = text.removeprefix("#").strip()
        else:
            found.append(_line(section, dict(zip(names.split("\t"), text.split("\t"), strict=True))))
    return tuple(found)


def _line(section: str, row: dict[str, str]) -> Line:
    named = () if row["object"] == "-" else tuple(row["object"].split(","))
    cells = {column: row[column] for column in COLUMNS}
    return Line(section, f"{row['method']} {row['route']}", named, row["what"], cells)


def cases() -> Iterator[tuple[Line, str]]:
    """Every line with every object it speaks of; «-» where a route has none."""
    for line in lines():
        for name in line.objects or (NONE,):
            yield line, name


def label(case: Any) -> str:
    """How a case is called in a test's name."""
    return case.route.replace(" ", ":") if isinstance(case, Line) else str(case)


def routes(app: Flask) -> set[str]:
    """Every rule and method of the application; HEAD where it is not merely GET without a body."""
    return {
        f"{method} {rule.rule}"
        for rule in app.url_map.iter_rules()
        for method in rule.methods or set()
        if method not in AUTOMATIC or (method == "HEAD" and "GET" not in (rule.methods or set()))
    }


CASES = tuple(cases())
BY_ROUTE = {(line.route, name): line for line, name in CASES}
