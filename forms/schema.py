"""Checklists: what inspectors are asked on a visit, section by section, in the order they go about it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from forms.conditions import Condition
from forms.text import Text

ItemKind = Literal["check", "value", "number", "choice", "text", "photo", "signature"]
JUDGED: tuple[ItemKind, ...] = ("check", "value", "number")
"""Kinds that are answered with pass, fail or na; the others by what they ask for, or na."""
RESULTS = ("pass", "fail", "na")

Works = Literal["general", "building", "road", "drainage", "slope", "equipment"]
NAME = re.compile(r"(?P<code>[a-z0-9-]+)/v(?P<version>[1-9][0-9]*)\.yaml")


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the answers to a choice."""

    id: str
    text: Text


@dataclass(frozen=True, slots=True)
class Demands:
    """What a fail asks for besides: a defect with one of these codes (a group's stands for its items), photo, note."""

    codes: tuple[str, ...] = ()
    photo: bool = False
    note: bool = False


@dataclass(frozen=True, slots=True)
class FormItem:
    """One question; which fields have a meaning depends on its kind.

    `check`: pass, fail or na; `number`: the same, with a measured number in `unit` from `low` to `high` with at most
    `decimals` places (`value`: the same in words, in old versions only); `choice`: one of `choices`; `text`; `photo`;
    `signature`: of the person in `role`. `shown_when` may ask about earlier items; None is always.
    """

    id: str
    text: str
    kind: ItemKind
    en: str = ""
    help: Text | None = None
    unit: str = ""
    low: int | None = None
    high: int | None = None
    decimals: int = 0
    choices: tuple[Choice, ...] = ()
    role: str = ""
    optional: bool = False
    shown_when: Condition | None = None
    on_fail: Demands | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """Items under one heading."""

    id: str
    title: str
    items: tuple[FormItem, ...]
    en: str = ""


@dataclass(frozen=True, slots=True)
class FormDefinition:
    """One published version of a checklist; it never changes, a correction is the next version."""

    code: str
    version: int
    title: str
    sections: tuple[Section, ...]
    en: str = ""
    works: Works = "general"
    mark_sheet: int | None = None

    by_id: Mapping[str, FormItem] = field(init=False, repr=False, compare=False, hash=False)
    """Every item by its id, in the order shown; an id is stable between versions for the same question."""

    def __post_init__(self) -> None:
        items = {item.id: item for section in self.sections for item in section.items}
        object.__setattr__(self, "by_id", MappingProxyType(items))

    @property
    def item_ids(self) -> tuple[str, ...]:
        """Every item's id, in the order shown."""
        return tuple(self.by_id)
