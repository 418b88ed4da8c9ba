"""The authority's defect catalogue (品質缺失扣點紀錄表): codes, our short titles, and the points each may cost."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, get_args

from forms import lock
from forms.datafiles import fields, parse, place
from forms.errors import InvalidData, UnknownDefectCode, UnknownRevision
from forms.points import MOST_POINTS, parse_points
from forms.text import Text

Kind = Literal["item", "group"]
Severity = Literal["L", "M", "S"]
Phase = Literal["document", "site", "test"]
Party = Literal["contractor", "supervisor", "pcm", "agency"]
Bears = Literal["structure", "safety"]

CURRENT = "roc-111"
MAX_TITLE, MAX_ENGLISH = 30, 70
NOT_AVAILABLE = "文字未取得"

CODES = Path(__file__).parent / "codes"


@dataclass(frozen=True, slots=True)
class DefectCode:
    """One line of the catalogue.

    `points` is as printed ("-1,-2", "-1~-5", "±1,±2", or empty); `title` and `english` our own short words; `trade`
    its subject; `phase` where the defect is usually found; `party` who is usually deducted, and `also` who with it;
    `bears` on the main structure or on safety, and so a candidate for 作業辦法 art. 8; `edition` the official sheet
    the line was last seen in; `doubt` what was uncertain about the wording. A group has no phase or party.
    """

    code: str
    parent: str | None
    kind: Kind
    points: str
    title: str
    english: str
    trade: str
    phase: Phase | None = None
    party: Party | None = None
    also: tuple[Party, ...] = ()
    bears: Bears | None = None
    edition: str = ""
    doubt: str = ""

    @property
    def allowed(self) -> tuple[int, ...]:
        """The deductions that `points` stands for, whole numbers above 0; empty where none are printed."""
        return parse_points(self.points)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every group and item of one revision, in official order; it counts from a day until the next one does.

    `trades` are the subjects that its lines name, in the order shown.
    """

    revision: str
    counts_from: date
    codes: tuple[DefectCode, ...]
    trades: Mapping[str, Text]
    by_code: Mapping[str, DefectCode] = field(init=False, repr=False, compare=False, hash=False)

    def __post_init__(self) -> None:
        by_code: dict[str, DefectCode] = {}
        for line in self.codes:
            if line.code in by_code or (line.parent is not None and line.parent not in by_code):
                raise InvalidData(f"{self.revision}: {line.code} must stand once, below its parent.")
            by_code[line.code] = line
        object.__setattr__(self, "by_code", MappingProxyType(by_code))

    @property
    def items(self) -> tuple[DefectCode, ...]:
        """The defects proper, without the groups."""
        return tuple(line for line in self.codes if line.kind == "item")

    def knows(self, code: str) -> bool:
        """Whether a group or an item has that code."""
        return code in self.by_code

    def get(self, code: str) -> DefectCode:
        """The group or item of that code; UnknownDefectCode if there is none."""
        if code not in self.by_code:
            raise UnknownDefectCode(code, f"不在缺失目錄（{self.revision}）內；請改用目錄所列編號。")
        return self.by_code[code]

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


def catalogue(revision: str = CURRENT) -> Catalogue:
    """The published catalogue of that revision, read once; UnknownRevision if it is not at hand."""
    return _read(revision)


@cache
def _read(revision: str) -> Catalogue:
    name = f"{revision}.yaml"
    known = lock.digests(CODES)
    if name not in known:
        raise UnknownRevision(revision, "、".join(each.removesuffix(".yaml") for each in known))
    return define(lock.read(name, CODES), name)


@cache
def revisions() -> tuple[Catalogue, ...]:
    """Every published catalogue, by the day from which it counts."""
    names = (name.removesuffix(".yaml") for name in lock.digests(CODES))
    found = [
        catalogue() if name == CURRENT else catalogue(name) for name in names
    ]  # one reading of the current one
    return tuple(sorted(found, key=lambda each: each.counts_from))


def was_published(code: str) -> bool:
    """Whether any published revision has a group or an item of that code: what is published may name it for good."""
    return any(each.knows(code) for each in revisions())


def define(data: bytes, name: str) -> Catalogue:
    """The catalogue written in `data`, whose file is `name` (`<revision>.yaml`); InvalidData if unsound."""
    document = parse(data, name)
    sheet = fields(document, name, {"revision": str, "counts_from": str, "trades": dict, "codes": list})
    if f"{sheet['revision']}.yaml" != name:
        raise InvalidData(f"{place(sheet, name)}: revision must be that of the file's name.")
    try:
        counts_from = date.fromisoformat(sheet["counts_from"])
    except ValueError as error:
        raise InvalidData(f"{place(sheet, name)}: counts_from must be a day such as '2022-01-01'.") from error
    trades = {key: _text(each, name) for key, each in sheet["trades"].items()}
    codes = tuple(_lines(sheet["codes"], name, trades))
    return Catalogue(sheet["revision"], counts_from, codes, MappingProxyType(trades))


def _text(value: object, name: str) -> Text:
    row = fields(value, name, {"zh": str, "en": str})
    return Text(row["zh"], row["en"])


_CODE = re.compile(r"[0-9]+(\.[0-9]+)*")
_REQUIRED: dict[str, type] = {
    "code": str,
    "kind": str,
    "points": str,
    "title": str,
    "english": str,
    "trade": str,
}
_OPTIONAL: dict[str, type] = {
    "parent": str,
    "phase": str,
    "party": str,
    "also": list,
    "bears": str,
    "edition": str,
    "doubt": str,
}
_WORDS = {
    "kind": get_args(Kind),
    "phase": get_args(Phase),
    "party": get_args(Party),
    "bears": get_args(Bears),
}


def _lines(rows: list[Any], name: str, trades: Collection[str]) -> Iterator[DefectCode]:
    seen: set[str] = set()
    for row in rows:
        line = _line(row, name, trades)
        if line.code in seen or (line.parent is not None and line.parent not in seen):
            raise InvalidData(f"{place(row, name)}: {line.code} must stand once, below its parent; move it.")
        seen.add(line.code)
        yield line


def _line(value: object, name: str, trades: Collection[str]) -> DefectCode:
    row = fields(value, name, _REQUIRED, _OPTIONAL)
    for wrong in (*_wrong_words(row, trades), *_wrong_figures(row)):
        raise InvalidData(f"{place(row, name)}: {row['code']}: {wrong}")
    return DefectCode(**row | {"parent": row.get("parent"), "also": tuple(row.get("also", ()))})


def _wrong_words(row: Mapping[str, Any], trades: Collection[str]) -> Iterator[str]:
    for key, allowed in (_WORDS | {"trade": tuple(trades)}).items():
        if key in row and row[key] not in allowed:
            yield f"{key} must be one of {', '.join(allowed)}, not {row[key]!r}."
    if row["kind"] == "item" and not {"phase", "party"} <= row.keys():
        yield "an item needs phase and party."
    for key, most in (("title", MAX_TITLE), ("english", MAX_ENGLISH)):
        if not 1 <= len(row[key].strip()) <= most:
            yield f"{key} must have 1 to {most} characters."
    if "also" in row and not _are_others(row["also"], row.get("party")):
        yield f"also must name parties other than party, each once, of {', '.join(_WORDS['party'])}."


def _wrong_figures(row: Mapping[str, Any]) -> Iterator[str]:
    if not _CODE.fullmatch(row["code"]):
        yield "code must be numbers joined by points, such as '4.02.13'."
    if "parent" in row and not row["code"].startswith(f"{row['parent']}."):
        yield f"parent {row['parent']!r} must be the beginning of the code, such as '4.02' of '4.02.13'."
    try:
        parse_points(row["points"])
    except InvalidData as error:
        yield str(error)


def _are_others(also: list[Any], party: str | None) -> bool:
    """Whether all are parties, each named once, and none the one deducted already."""
    known = [each for each in _WORDS["party"] if each != party]
    return all(also.count(each) == 1 and each in known for each in also)
