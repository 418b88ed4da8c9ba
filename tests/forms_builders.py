"""Filled-in checklists for tests: what a visit answers, item by item as they are shown."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import product

from forms.catalogue import Catalogue, catalogue
from forms.conditions import Condition, comparisons, holds
from forms.reading import define
from forms.schema import JUDGED, FormDefinition, FormItem
from forms.validation import Besides, Fault, covers, faults, unmet, unrecorded

NAME = "sample/v1.yaml"
PHOTO = "a" * 64
DEFAULTS = {"kind": "check", "text": "題"}


@dataclass(frozen=True)
class Reply:
    """One item's answer."""

    result: str | None = None
    value: str | None = None
    note: str | None = None
    photos: Collection[str] = ()


PASS, FAIL, NA = Reply("pass"), Reply("fail"), Reply("na")
Replies = dict[str, Reply]


def sample(*items: str) -> FormDefinition:
    """A checklist of the items, each the inside of a YAML mapping that names its text and kind first, or not at all."""
    return define(sheet(*items), NAME)


def sheet(*items: str, head: str = 'code: "sample"\nversion: 1') -> bytes:
    """Its file, an item a line from line 8 on."""
    rows = "\n".join(f"      - {{{_with_defaults(item)}}}" for item in items)
    section = (
        f"  - id: s\n    title: 段\n    items:\n{rows}" if items else "  - {id: s, title: 段, items: []}"
    )
    return f"{head}\ntitle: 表\nsections:\n{section}\n".encode()


def _with_defaults(item: str) -> str:
    own = re.sub(r"[\[{].*", "", item)
    return item + "".join(f", {key}: {word}" for key, word in DEFAULTS.items() if f"{key}:" not in own)


def complaints(
    form: FormDefinition,
    answers: Replies,
    codes: Collection[str] = (),
    signed: Collection[str] = (),
    known: Catalogue | None = None,
) -> list[Fault]:
    """What validation says of the answers, then of the defects that they ask for."""
    besides = Besides(codes, signed)
    demands = unmet(form, answers, besides)
    return [*faults(form, answers, besides), *unrecorded(demands, known or catalogue())]


def without(*codes: str) -> Catalogue:
    """The next revision, which has none of these codes or of those below them."""
    old = catalogue()
    left = tuple(line for line in old.codes if not covers(codes, line.code))
    return Catalogue("roc-199", date(2199, 1, 1), left, old.trades)


def visit(form: FormDefinition, chosen: Mapping[str, Reply] | None = None, result: str = "pass") -> Replies:
    """Every item shown, answered with `result` or by what it asks for; `chosen` go before."""
    answers: Replies = {}
    for item in form.by_id.values():
        if item.shown_when is None or holds(item.shown_when, answers):
            answers[item.id] = (chosen or {}).get(item.id) or reply(item, result)
    return answers


def reply(item: FormItem, result: str = "pass") -> Reply:
    """A sound answer."""
    if item.kind in JUDGED:
        return Reply(result, str(item.low or 0) if item.kind == "number" else None)
    value = {"choice": item.choices[0].id if item.choices else None, "text": "有"}.get(item.kind)
    return Reply(value=value, photos=(PHOTO,) if item.kind == "photo" else ())


def ways(form: FormDefinition, condition: Condition) -> Iterator[Replies]:
    """Every visit that differs in what the condition asks about, directly or through other conditions."""
    asked = _asked(form, condition)
    for replies in product(*(_replies(form.by_id[id_], condition) for id_ in asked)):
        yield visit(form, dict(zip(asked, replies, strict=True)))


def _asked(form: FormDefinition, condition: Condition) -> list[str]:
    found: list[str] = []
    for each in comparisons(condition):
        inner = form.by_id[each.item].shown_when
        found += [*(_asked(form, inner) if inner else ()), each.item]
    return list(dict.fromkeys(found))


def _replies(item: FormItem, condition: Condition) -> list[Reply]:
    """Answers that a condition may tell apart."""
    if item.kind == "choice":
        return [NA, *(Reply(value=choice.id) for choice in item.choices)]
    if item.kind == "number":
        bounds = [each.with_ for each in comparisons(condition) if type(each.with_) is int]
        return [NA, *(Reply("pass", str(bound + step)) for bound in bounds for step in (-1, 0, 1))]
    return [PASS, FAIL, NA]
