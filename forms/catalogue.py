"""The authority's defect catalogue (品質缺失扣點紀錄表): codes and the points each may cost."""

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal, get_args

from forms.datafiles import fields, parse
from forms.errors import InvalidData, UnknownDefectCode, UnknownRevision

Kind = Literal["item", "group"]
Severity = Literal["L", "M", "S"]

CURRENT = "roc-111"
MOST_POINTS = 5
"""The largest deduction the catalogue prints; the bound for items printed without points."""

_CODES = Path(__file__).parent / "codes"
_POINTS = re.compile(r"(?:[-±][0-9]+)(?:,[-±][0-9]+)*")
_RANGE = re.compile(r"-(?P<first>[0-9]+)~-(?P<last>[0-9]+)")


@dataclass(frozen=True, slots=True)
class DefectCode:
    """One line of the catalogue.

    `points` is as printed ("-1,-2", "-1~-5", "±1,±2", or empty); `allowed` the deductions it
    stands for, as whole numbers above 0; `revision` the edition of the official sheet the line was
    last seen in; `title` our own short words, or None.
    """

    code: str
    parent: str | None
    kind: Kind
    points: str
    allowed: tuple[int, ...]
    revision: str
    title: str | None


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every group and item of one revision, in official order."""

    revision: str
    codes: tuple[DefectCode, ...]
    _by_code: dict[str, DefectCode] = field(init=False, repr=False, compare=False, hash=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_code", {line.code: line for line in self.codes})

    @property
    def items(self) -> tuple[DefectCode, ...]:
        """The defects proper, without the groups."""
        return tuple(line for line in self.codes if line.kind == "item")

    def get(self, code: str) -> DefectCode:
        """The group or item of that code; UnknownDefectCode if there is none."""
        if code not in self._by_code:
            raise UnknownDefectCode(code, f"不在缺失目錄（{self.revision}）內；請改用目錄所列編號。")
        return self._by_code[code]

    def item(self, code: str) -> DefectCode:
        """The item of that code; UnknownDefectCode also for a group, which is no defect."""
        line = self.get(code)
        if line.kind != "item":
            raise UnknownDefectCode(code, "是分類，不是缺失；請改用其下的細項。")
        return line

    def points_allowed(self, code: str, severity: str, points: int) -> bool:
        """Whether a defect of that severity may cost `points`, before any multiplier.

        L (輕微) costs 0 and nothing else; M (中等) and S (嚴重) any deduction the item allows.
        Where the catalogue prints no points, M and S may cost any whole number from 0 to
        MOST_POINTS. A group, like a severity other than these, takes no points. UnknownDefectCode
        if the code is not in the catalogue.
        """
        line = self.get(code)
        if line.kind != "item" or severity not in get_args(Severity):
            return False
        if severity == "L":
            return points == 0
        return points in (line.allowed or range(MOST_POINTS + 1))


@cache
def catalogue(revision: str = CURRENT) -> Catalogue:
    """The catalogue of that revision; UnknownRevision if it is not at hand."""
    known = {path.stem: path for path in sorted(_CODES.glob("*.yaml"))}
    if revision not in known:
        raise UnknownRevision(revision, "、".join(known))
    return define(known[revision].read_bytes(), known[revision].name)


def points_allowed(code: str, severity: str, points: int) -> bool:
    """`Catalogue.points_allowed` of the current catalogue."""
    return catalogue().points_allowed(code, severity, points)


def define(data: bytes, name: str) -> Catalogue:
    """The catalogue written in `data`, whose file is `name` (`<revision>.yaml`); InvalidData if unsound."""
    sheet = fields(parse(data, name), name, {"revision": str, "codes": list})
    if f"{sheet['revision']}.yaml" != name:
        raise InvalidData(f"{name}: revision must be that of the file's name.")
    lines: dict[str, DefectCode] = {}
    for row in sheet["codes"]:
        line = _line(row, name)
        if line.code in lines or (line.parent is not None and line.parent not in lines):
            raise InvalidData(f"{name}: {line.code} must stand once, below its parent.")
        lines[line.code] = line
    return Catalogue(sheet["revision"], tuple(lines.values()))


@cache
def parse_points(printed: str) -> tuple[int, ...]:
    """The deductions a printed range stands for: "-2,-4" is (2, 4), "-1~-5" is (1, 2, 3, 4, 5).

    "±1,±2" (有無履職類) is (1, 2): as a deduction only its magnitude matters. Empty is (): no range
    is printed. InvalidData for anything else.
    """
    if not printed:
        return ()
    if span := _RANGE.fullmatch(printed):
        return tuple(range(int(span["first"]), int(span["last"]) + 1))
    if _POINTS.fullmatch(printed):
        return tuple(int(value[1:]) for value in printed.split(","))
    raise InvalidData(f"points {printed!r} must look like '-1,-2', '-1~-5' or '±1,±2'.")


def _line(value: object, name: str) -> DefectCode:
    required = {"code": str, "kind": str, "points": str, "allowed": list, "revision": str}
    row = fields(value, name, required, {"parent": str, "title": str})
    if row["kind"] not in get_args(Kind):
        raise InvalidData(f"{name}: kind of {row['code']} must be one of {', '.join(get_args(Kind))}.")
    if tuple(row["allowed"]) != parse_points(row["points"]):
        raise InvalidData(f"{name}: {row['code']} allows {row['allowed']}, but prints {row['points']!r}.")
    return DefectCode(
        row["code"],
        row.get("parent"),
        row["kind"],
        row["points"],
        parse_points(row["points"]),
        row["revision"],
        row.get("title"),
    )
