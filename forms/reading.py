"""Reading a checklist's file: every fault is refused with file, line and what to do."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any, get_args

from forms import conditions
from forms.conditions import Comparison, Condition
from forms.datafiles import fields, parse, place
from forms.errors import InvalidData
from forms.schema import (
    JUDGED,
    NAME,
    RESULTS,
    Choice,
    Demands,
    FormDefinition,
    FormItem,
    ItemKind,
    Section,
    Works,
)
from forms.text import Text

MAX_TEXT = 30
MAX_ENGLISH = 90
MAX_HELP = 160
_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_ROLE = re.compile(r"[a-z]{1,24}")

_FORM = {"code": str, "version": int, "title": str, "sections": list}
_FORM_TOO = {"en": str, "works": str, "mark_sheet": int}
_SECTION = {"id": str, "title": str, "items": list}
_ITEM = {"id": str, "text": str, "kind": str}
_ITEM_TOO = {
    "en": str,
    "help": str,
    "help_en": str,
    "unit": str,
    "low": int,
    "high": int,
    "decimals": int,
    "choices": list,
    "role": str,
    "optional": bool,
    "shown_when": dict,
    "on_fail": dict,
}
_OF_KIND = {
    "number": {"unit", "low", "high", "decimals", "on_fail"},
    "check": {"on_fail"},
    "value": {"on_fail"},
    "choice": {"choices"},
    "signature": {"role"},
}
_NEEDED = {"number": "unit", "choice": "choices", "signature": "role"}
_KNOWS = Callable[[str], bool]


def define(data: bytes, name: str, is_code: _KNOWS | None = None) -> FormDefinition:
    """The checklist written in `data`, whose file is `name` (`<code>/v<n>.yaml`); InvalidData if unsound.

    `is_code` tells whether a defect code exists; without it codes are not looked up.
    """
    document = parse(data, name)
    row = fields(document, name, _FORM, _FORM_TOO)
    if f"{row['code']}/v{row['version']}.yaml" != name or not NAME.fullmatch(name):
        raise InvalidData(f"{place(row, name)}: code and version must be those of the file's name.")
    reader = _Reader(name, is_code)
    return FormDefinition(
        code=row["code"],
        version=row["version"],
        title=reader.short(row, "title"),
        sections=tuple(reader.sections(row)),
        en=reader.short(row, "en", MAX_ENGLISH) if "en" in row else "",
        works=reader.word(row, "works", get_args(Works)) if "works" in row else "general",
        mark_sheet=row.get("mark_sheet"),
    )


class _Reader:
    """One file as it is read: what its items may still be asked about grows item by item."""

    def __init__(self, name: str, is_code: _KNOWS | None) -> None:
        self.name, self.is_code = name, is_code
        self.known: dict[str, FormItem] = {}
        self.later: dict[str, set[str]] = {}
        """Each item's id, of the whole file, with the ids that its condition asks about."""

    def wrong(self, row: Mapping[str, Any], what: str) -> InvalidData:
        return InvalidData(f"{place(row, self.name)}: {what}")

    # --- sections and items --------------------------------------------------------------------------------

    def sections(self, form: Mapping[str, Any]) -> Iterator[Section]:
        rows = form["sections"]
        read = [fields(row, self.name, _SECTION, {"en": str}, inside=form) for row in rows]
        self.later = dict(self._asked(read))
        self._refuse_repeats(read)
        for row in read:
            items = tuple(self.item(each, row) for each in row["items"])
            if not items:
                raise self.wrong(row, f"section {row['id']} has no items; add one, or remove it.")
            en = self.short(row, "en", MAX_ENGLISH) if "en" in row else ""
            yield Section(self.stable_id(row), self.short(row, "title"), items, en)

    def item(self, value: object, section: Mapping[str, Any]) -> FormItem:
        row = fields(value, self.name, _ITEM, _ITEM_TOO, inside=section)
        kind = self.word(row, "kind", get_args(ItemKind))
        self._refuse_foreign(row, kind)
        item = FormItem(
            id=self.stable_id(row),
            text=self.short(row, "text"),
            kind=kind,
            en=self.short(row, "en", MAX_ENGLISH) if "en" in row else "",
            help=self._help(row),
            unit=row.get("unit", ""),
            low=row.get("low"),
            high=row.get("high"),
            decimals=row.get("decimals", 0),
            choices=tuple(self._choices(row)),
            role=self._role(row),
            optional=row.get("optional", False),
            shown_when=self._condition(row),
            on_fail=self._demands(row),
        )
        self.known[item.id] = item
        return item

    def _refuse_foreign(self, row: Mapping[str, Any], kind: str) -> None:
        own = set().union(*_OF_KIND.values())
        if foreign := sorted((row.keys() & own) - _OF_KIND.get(kind, set())):
            raise self.wrong(
                row, f"{', '.join(foreign)} has no meaning for an item of kind {kind}; remove it."
            )
        if (needed := _NEEDED.get(kind)) and not row.get(needed):
            raise self.wrong(row, f"an item of kind {kind} needs {needed}.")
        bounds = [row[key] for key in ("low", "high") if key in row]
        if bounds != sorted(bounds) or not 0 <= row.get("decimals", 0) <= 6:
            raise self.wrong(row, "low must not exceed high, and decimals lie from 0 to 6.")

    def _help(self, row: Mapping[str, Any]) -> Text | None:
        if not {"help", "help_en"} & row.keys():
            return None
        return Text(self.short(row, "help", MAX_HELP), self.short(row, "help_en", MAX_HELP * 2))

    def _choices(self, row: Mapping[str, Any]) -> Iterator[Choice]:
        seen: set[str] = set()
        for value in row.get("choices", []):
            choice = fields(value, self.name, {"id": str, "text": str, "en": str}, inside=row)
            if choice["id"] in RESULTS:
                raise self.wrong(
                    choice, f"choice {choice['id']} is what a result is called; name it otherwise."
                )
            if choice["id"] in seen:
                raise self.wrong(choice, f"choice {choice['id']} is used twice; every id is used once.")
            seen.add(choice["id"])
            yield Choice(
                self.stable_id(choice),
                Text(self.short(choice, "text"), self.short(choice, "en", MAX_ENGLISH)),
            )

    def _role(self, row: Mapping[str, Any]) -> str:
        role: str = row.get("role", "")
        if role and not _ROLE.fullmatch(role):
            raise self.wrong(row, f"role {role!r} must be lower-case letters such as 'leader'.")
        return role

    # --- conditions and demands ----------------------------------------------------------------------------

    def _condition(self, row: Mapping[str, Any]) -> Condition | None:
        if "shown_when" not in row:
            return None
        judged = {item.id for item in self.known.values() if item.kind in JUDGED}
        condition = conditions.read(row["shown_when"], self.name, judged=judged)
        for asked in conditions.comparisons(condition):
            if asked.item not in self.known:
                raise self._out_of_order(row, asked.item)
            self._refuse_idle(row, asked)
        return condition

    def _out_of_order(self, row: Mapping[str, Any], asked: str) -> InvalidData:
        if asked not in self.later:
            return self.wrong(row, f"the condition asks about {asked}, which is no item; correct its id.")
        if asked == row["id"]:
            return self.wrong(row, f"the condition of {asked} asks about itself; ask about an earlier item.")
        if row["id"] in self._reached(asked):
            return self.wrong(row, f"{row['id']} and {asked} wait for each other; remove one condition.")
        return self.wrong(row, f"the condition asks about {asked}, which comes later; move it before.")

    def _refuse_idle(self, row: Mapping[str, Any], asked: Comparison) -> None:
        """Refuse a comparison that no answer can meet, or that reads no answer."""
        item = self.known[asked.item]
        if item.kind in ("photo", "signature"):
            raise self.wrong(row, f"{item.id} is a {item.kind}; a condition asks about the other kinds.")
        if asked.how in ("at_least", "at_most") and item.kind != "number":
            raise self.wrong(row, f"{asked.how} asks for a number, and {item.id} is a {item.kind}.")
        if (asked.how == "at_least" and _exceeds(asked.with_, item.high)) or (
            asked.how == "at_most" and _exceeds(item.low, asked.with_)
        ):
            raise self.wrong(row, f"{item.id} is never {asked.how} {asked.with_}; mind its low and high.")
        if asked.how not in ("is", "in") or item.kind == "text":
            return
        words = asked.with_ if isinstance(asked.with_, tuple) else (str(asked.with_),)
        known = RESULTS if item.kind in JUDGED else (*(choice.id for choice in item.choices), "na")
        if strange := [word for word in words if word not in known]:
            raise self.wrong(row, f"{item.id} is never {', '.join(strange)}; use {', '.join(known)}.")

    def _reached(self, item: str) -> set[str]:
        """Every item that an item's condition depends on, itself included."""
        seen, open_ = set(), [item]
        while open_:
            if (each := open_.pop()) not in seen:
                seen.add(each)
                open_ += self.later.get(each, ())
        return seen

    def _demands(self, row: Mapping[str, Any]) -> Demands | None:
        if "on_fail" not in row:
            return None
        given = fields(row["on_fail"], self.name, {}, {"codes": list, "photo": bool, "note": bool})
        codes = tuple(given.get("codes", ()))
        for code in codes:
            if type(code) is not str or (self.is_code and not self.is_code(code)):
                raise self.wrong(
                    row, f"{code!r} is not in the defect catalogue; use a code that it has, in quotes."
                )
        return Demands(codes, given.get("photo", False), given.get("note", False))

    # --- words ---------------------------------------------------------------------------------------------

    def short(self, row: Mapping[str, Any], key: str, most: int = MAX_TEXT) -> str:
        text: str = row.get(key, "")
        if not text.strip() or len(text) > most:
            raise self.wrong(
                row, f"{key} must have 1 to {most} characters; it has {len(text)}: {text!r:.60}."
            )
        return text

    def word(self, row: Mapping[str, Any], key: str, allowed: tuple[str, ...]) -> Any:
        if row[key] not in allowed:
            raise self.wrong(row, f"{key} must be one of {', '.join(allowed)}, not {row[key]!r:.60}.")
        return row[key]

    def stable_id(self, row: Mapping[str, Any]) -> str:
        text: str = row["id"]
        if not _ID.fullmatch(text):
            raise self.wrong(row, f"id {text!r} must be lower-case ASCII such as 'qs-01'.")
        return text

    def _asked(self, sections: list[dict[str, Any]]) -> Iterator[tuple[str, set[str]]]:
        for row in _items(sections):
            condition = row.get("shown_when")
            read = conditions.read(condition, self.name) if isinstance(condition, dict) else None
            yield str(row.get("id")), set(conditions.items_of(read)) if read else set()

    def _refuse_repeats(self, sections: list[dict[str, Any]]) -> None:
        for rows in (sections, [*_items(sections)]):
            counts = Counter(str(row.get("id")) for row in rows if "id" in row)
            if again := next((row for row in reversed(rows) if counts[str(row.get("id"))] > 1), None):
                raise self.wrong(again, f"{again['id']} is used twice; every id is used once.")


def _exceeds(one: object, other: object) -> bool:
    """Whether both are numbers and the one is the larger."""
    return isinstance(one, int) and isinstance(other, int) and one > other


def _items(sections: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    return (row for section in sections for row in section["items"] if isinstance(row, dict))
