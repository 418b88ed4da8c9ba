"""Checklists: what inspectors are asked on site, in the sections of the official record form."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args

from forms import lock
from forms.datafiles import fields, parse
from forms.errors import InvalidData, UnknownForm

ItemKind = Literal["check", "value"]

MAX_TEXT = 30
_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_NAME = re.compile(r"(?P<code>[a-z0-9-]+)/v(?P<version>[1-9][0-9]*)\.yaml")


@dataclass(frozen=True, slots=True)
class FormItem:
    """One question. `check`: pass, fail or na; `value`: the same, with a measured value beside it."""

    id: str
    text: str
    kind: ItemKind


@dataclass(frozen=True, slots=True)
class Section:
    """Items under one heading of the record form."""

    id: str
    title: str
    items: tuple[FormItem, ...]


@dataclass(frozen=True, slots=True)
class FormDefinition:
    """One published version of a checklist; it never changes, a correction is the next version."""

    code: str
    version: int
    title: str
    sections: tuple[Section, ...]

    @property
    def item_ids(self) -> tuple[str, ...]:
        """Every item's id, in the order shown; stable between versions for the same question."""
        return tuple(item.id for section in self.sections for item in section.items)


@cache
def load(code: str, version: int) -> FormDefinition:
    """The published checklist; UnknownForm if there is none, PublishedFormChanged if it was tampered with."""
    name = f"{code}/v{version}.yaml"
    if name not in lock.digests():
        raise UnknownForm(code, version, "、".join(f"{known} 第 {number} 版" for known, number in _known()))
    return define(lock.read(name), name)


@cache
def published() -> tuple[FormDefinition, ...]:
    """Every published checklist, by code, then version."""
    return tuple(load(code, version) for code, version in _known())


def define(data: bytes, name: str) -> FormDefinition:
    """The checklist written in `data`, whose file is `name` (`<code>/v<n>.yaml`); InvalidData if unsound."""
    row = fields(parse(data, name), name, {"code": str, "version": int, "title": str, "sections": list})
    if f"{row['code']}/v{row['version']}.yaml" != name or not _NAME.fullmatch(name):
        raise InvalidData(f"{name}: code and version must be those of the file's name.")
    sections = tuple(_section(section, name) for section in row["sections"])
    form = FormDefinition(row["code"], row["version"], _short(row["title"], name), sections)
    _refuse_repeats(name, (section.id for section in sections))
    _refuse_repeats(name, form.item_ids)
    return form


def _known() -> list[tuple[str, int]]:
    names = [_NAME.fullmatch(name) for name in lock.digests()]
    return sorted((name["code"], int(name["version"])) for name in names if name)


def _section(value: object, name: str) -> Section:
    row = fields(value, name, {"id": str, "title": str, "items": list})
    items = tuple(_item(item, f"{name}, section {row['id']}") for item in row["items"])
    if not items:
        raise InvalidData(f"{name}: section {row['id']} has no items.")
    return Section(_stable_id(row["id"], name), _short(row["title"], name), items)


def _item(value: object, where: str) -> FormItem:
    row = fields(value, where, {"id": str, "text": str, "kind": str})
    if row["kind"] not in get_args(ItemKind):
        raise InvalidData(f"{where}: kind of {row['id']} must be one of {', '.join(get_args(ItemKind))}.")
    return FormItem(_stable_id(row["id"], where), _short(row["text"], where), row["kind"])


def _stable_id(text: str, where: str) -> str:
    if not _ID.fullmatch(text):
        raise InvalidData(f"{where}: id {text!r} must be lower-case ASCII such as 'qs-01'.")
    return text


def _short(text: str, where: str) -> str:
    if not text.strip() or len(text) > MAX_TEXT:
        raise InvalidData(f"{where}: {text!r} must have 1 to {MAX_TEXT} characters.")
    return text


def _refuse_repeats(where: str, ids: Iterable[str]) -> None:
    if repeated := [name for name, count in Counter(ids).items() if count > 1]:
        raise InvalidData(f"{where}: {', '.join(repeated)} is used twice; every id is used once.")
