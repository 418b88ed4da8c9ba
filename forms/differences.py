"""What one revision of the catalogue has that another has not, code by code."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from forms.catalogue import Catalogue, DefectCode

LABELS = {
    "parent": "上層",
    "kind": "種類",
    "points": "扣點",
    "title": "標題",
    "english": "英文標題",
    "trade": "類別",
    "phase": "階段",
    "party": "記點對象",
    "also": "併扣",
    "bears": "可能涉及第 8 條",
    "wording": "公告文字",
}
"""What is compared, in this order, and how it is called."""

WORDS = {
    "item": "缺失",
    "group": "分類",
    "document": "文件",
    "site": "現場",
    "test": "試驗",
    "contractor": "承攬廠商",
    "supervisor": "監造單位",
    "pcm": "專案管理廠商",
    "agency": "主辦機關",
    "structure": "主要結構",
    "safety": "安全",
}
WORDED = frozenset({"kind", "phase", "party", "also", "bears"})
NOTHING = "無"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of a line, in words: what it said and what it says, `NOTHING` where it says nothing."""

    name: str
    before: str
    after: str

    @property
    def label(self) -> str:
        return LABELS[self.name]

    def __str__(self) -> str:
        return f"{self.label}由「{self.before}」改為「{self.after}」"


@dataclass(frozen=True, slots=True)
class Change:
    """A code that both have, with the fields that differ; `line` is the newer."""

    line: DefectCode
    fields: tuple[FieldChange, ...]

    @property
    def code(self) -> str:
        return self.line.code

    def __str__(self) -> str:
        return f"{self.code} {self.line.title}：{'；'.join(map(str, self.fields))}。"


@dataclass(frozen=True, slots=True)
class Differences:
    """What leads from one catalogue to another: added and changed in the order of the newer one, then withdrawn."""

    added: tuple[DefectCode, ...]
    changed: tuple[Change, ...]
    withdrawn: tuple[DefectCode, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.withdrawn)


def between(
    old: Catalogue, new: Catalogue, wordings: tuple[Mapping[str, str], Mapping[str, str]] = ({}, {})
) -> Differences:
    """What differs from `old` to `new`; `wordings` are their official words by code, compared where both are known."""
    return Differences(
        added=tuple(line for line in new.codes if not old.knows(line.code)),
        changed=tuple(_changes(old, new, wordings)),
        withdrawn=tuple(line for line in old.codes if not new.knows(line.code)),
    )


def _changes(
    old: Catalogue, new: Catalogue, wordings: tuple[Mapping[str, str], Mapping[str, str]]
) -> Iterator[Change]:
    for line in new.codes:
        if not old.knows(line.code):
            continue
        fields = (*_fields(old.get(line.code), line, old, new), *_reworded(line.code, *wordings))
        if fields:
            yield Change(line, fields)


def _fields(before: DefectCode, after: DefectCode, old: Catalogue, new: Catalogue) -> Iterator[FieldChange]:
    for name in LABELS:
        if name != "wording" and getattr(before, name) != getattr(after, name):
            told = ((before, old), (after, new))
            yield FieldChange(name, *(_said(name, getattr(line, name), known) for line, known in told))


def _reworded(code: str, before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[FieldChange]:
    if code in before and code in after and before[code] != after[code]:
        yield FieldChange("wording", before[code], after[code])


def _said(name: str, value: str | tuple[str, ...] | None, known: Catalogue) -> str:
    if name == "trade" and value in known.trades:
        return known.trades[str(value)].zh
    if name not in WORDED:
        return str(value or NOTHING)
    several = value if isinstance(value, tuple) else (value,)
    return "、".join(WORDS[each] for each in several if each) or NOTHING
