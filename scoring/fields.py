"""Reading a request: closed objects, typed fields, and errors that name the path of the value."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from functools import lru_cache

from scoring.errors import InvalidInput, UnknownField

LARGEST = 10**18
_OBJECT = (dict, Mapping)  # almost all are dicts, and a dict is told at once
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}")
_CLOCK = r"([01][0-9]|2[0-3]):[0-5][0-9]"
_INSTANT = re.compile(
    rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}T{_CLOCK}(:[0-5][0-9](\.[0-9]{{1,6}})?)?(Z|[+-]{_CLOCK})"
)
"""No 24:00, no leap second, no +08:60: Python's own parser takes some of them, depending on its version."""
_DECIMAL = re.compile(r"[0-9]{1,3}(\.[0-9]{1,2})?")
_ROC = re.compile(r"(1[0-9]{2}|[89][0-9])[-/.年]")
"""Two digits below 80 are rather a day, a month, or the end of a Gregorian year."""
_ROC_YEAR_0, _LAST_ROC_YEAR = 1911, 200


@dataclass(slots=True)
class Fields:
    """One object of a request whose keys are all known; a value is checked when it is asked for."""

    data: Mapping[str, object]
    path: str
    place: int | None = None
    """In the list at `path`; put together with it only when an error needs it."""

    @classmethod
    def of(cls, value: object, path: str, known: frozenset[str]) -> "Fields":
        """Return the object at `path`; InvalidInput if it is none, UnknownField for a key not in `known`."""
        if not isinstance(value, _OBJECT):
            raise InvalidInput('Give an object here: {"key": value, ...}.', path, "object")
        if not known.issuperset(value):
            key, taken = next(key for key in value if key not in known), ", ".join(sorted(known))
            raise UnknownField(
                f"Remove {shown(key)} or correct its spelling; known here: {taken}.",
                join(path, str(key)),
                "unknown",
                {"known": taken},
            )
        return cls(value, path)

    def __contains__(self, key: str) -> bool:
        return key in self.data

    def at(self, key: str) -> str:
        """Return the path of a key."""
        return join(self.path if self.place is None else f"{self.path}[{self.place}]", key)

    def value(self, key: str, hint: str) -> object:
        """Return a required value as it came; `hint` says in the error what to give."""
        if key not in self.data:
            raise InvalidInput(f"{shown(key)} is missing; give {hint}.", self.at(key), "missing")
        return self.data[key]

    def whole(self, key: str, low: int = 0, high: int = LARGEST) -> int:
        """Return a required whole number from `low` to `high`."""
        value = self.data.get(key)
        if type(value) is int and low <= value <= high:
            return value
        hint = f"a whole number from {low} to {high}, without point, exponent or quotes"
        detail = f"Give {hint}; got {shown(self.value(key, hint))}."
        raise InvalidInput(detail, self.at(key), "whole", {"low": low, "high": high})

    def whole_or(self, key: str, default: int, low: int = 0, high: int = LARGEST) -> int:
        """Return an optional whole number from `low` to `high`."""
        return self.whole(key, low, high) if key in self.data else default

    def word(self, key: str, allowed: tuple[str, ...]) -> str:
        """Return a required word out of `allowed`."""
        value = self.data.get(key)
        if isinstance(value, str) and value in allowed:
            return value
        hint = f"one of {', '.join(allowed)}"
        detail = f"Choose {hint}; got {shown(self.value(key, hint))}."
        raise InvalidInput(detail, self.at(key), "words", {"allowed": allowed})

    def flag(self, key: str, default: bool) -> bool:
        """Return an optional true or false."""
        value = self.data.get(key, default)
        if not isinstance(value, bool):
            raise InvalidInput(f"Give true or false; got {shown(value)}.", self.at(key), "flag")
        return value

    def day(self, key: str) -> date:
        """Return a required day, written YYYY-MM-DD."""
        value = self.data.get(key)
        if found := _day_or_none(value):
            return found
        return day(self.value(key, "a day as YYYY-MM-DD"), self.at(key))

    def day_or(self, key: str, default: date) -> date:
        """Return an optional day, written YYYY-MM-DD."""
        return self.day(key) if key in self.data else default

    def days(self, key: str) -> tuple[date, ...]:
        """Return an optional list of days."""
        path = self.at(key)
        return tuple(day(item, f"{path}[{i}]") for i, item in enumerate(self.items(key)))

    def month(self, key: str) -> date:
        """Return the first day of a required month, written YYYY-MM."""
        value = self.value(key, "a month as YYYY-MM")
        try:
            if isinstance(value, str) and _MONTH.fullmatch(value):
                return date.fromisoformat(f"{value}-01")
        except ValueError:
            pass
        raise _no_date("month", f"Give a month as YYYY-MM; got {shown(value)}.", value, self.at(key))

    def instant(self, key: str) -> datetime:
        """Return a required time with its offset as given: turned into UTC, the first and last days would overflow."""
        value = self.value(key, "a time with Z or an offset")
        try:
            if isinstance(value, str) and _INSTANT.fullmatch(value):
                return datetime.fromisoformat(value)
        except ValueError:
            pass
        detail = f"Give a time with Z or an offset, such as 2026-11-06T23:59:59+08:00; got {shown(value)}."
        raise _no_date("instant", detail, value, self.at(key))

    def instant_or_none(self, key: str) -> datetime | None:
        """Return an optional time, which may be null."""
        return None if self.data.get(key) is None else self.instant(key)

    def decimal(self, key: str) -> Fraction:
        """Return a required decimal string: one to three digits, and at most two places."""
        return decimal(self.value(key, 'a decimal in quotes, such as "82.5"'), self.at(key))

    def whole_or_none(self, key: str) -> int | None:
        """Return an optional whole number >= 0, None when the key is absent."""
        return self.whole(key) if key in self.data else None

    def wholes(self, key: str, low: int = 0, high: int = LARGEST) -> tuple[int, ...]:
        """Return an optional list of whole numbers."""
        inner = Fields({str(i): item for i, item in enumerate(self.items(key))}, "")
        try:
            return tuple(inner.whole(i, low, high) for i in inner.data)
        except InvalidInput as wrong:
            field = f"{self.at(key)}[{wrong.field}]"
            raise InvalidInput(wrong.detail, field, wrong.rule, wrong.inputs) from None

    def name(self, key: str) -> str:
        """Return a required name or id: a string that is not blank, kept exactly as it is."""
        value = self.data.get(key)
        if isinstance(value, str) and value.strip() and (value.isascii() or is_unicode(value)):
            return value
        return name(self.value(key, "a name that is not blank"), self.at(key))

    def items(self, key: str) -> Sequence[object]:
        """Return an optional list, empty when the key is absent."""
        value = self.data.get(key, ())
        if not isinstance(value, list | tuple):
            raise InvalidInput(f"Give a list; got {shown(value)}.", self.at(key), "list")
        return value

    def names(self, key: str) -> tuple[str, ...]:
        """Return an optional list of names."""
        if key not in self.data:
            return ()
        path = self.at(key)
        return tuple(name(item, f"{path}[{i}]") for i, item in enumerate(self.items(key)))

    def words(self, key: str, allowed: tuple[str, ...]) -> tuple[str, ...]:
        """Return an optional list of words out of `allowed`, in the input's order, repeats dropped."""
        if key not in self.data:
            return ()
        found: dict[str, None] = {}
        for i, item in enumerate(self.items(key)):
            if not isinstance(item, str) or item not in allowed:
                raise InvalidInput(
                    f"Choose out of {', '.join(allowed)}; got {shown(item)}.",
                    f"{self.at(key)}[{i}]",
                    "words",
                    {"allowed": allowed},
                )
            found[item] = None
        return tuple(found)

    def objects(self, key: str, known: frozenset[str], *, required: bool = True) -> Iterator["Fields"]:
        """Yield the objects of a list, each with its own path."""
        if required:
            self.value(key, "a list of objects")
        path = self.at(key)
        for i, item in enumerate(self.items(key)):
            if type(item) is dict and known.issuperset(item):
                yield Fields(item, path, i)
            else:
                yield Fields.of(item, f"{path}[{i}]", known)


def check_ids(rows: Sequence[Fields], ids: Sequence[str | None]) -> None:
    """Raise InvalidInput at the first row whose id, if it has one, was given before."""
    seen: set[str] = set()
    for row, each in zip(rows, ids, strict=True):
        if each in seen:
            raise InvalidInput("Give each id once.", row.at("id"), "id_twice")
        if each is not None:
            seen.add(each)


def join(path: str, key: str) -> str:
    """Return the path of a key inside the object at `path`."""
    return f"{path}.{key}" if path else key


def day(value: object, path: str) -> date:
    """Return a day of the calendar, written YYYY-MM-DD."""
    if found := _day_or_none(value):
        return found
    raise _no_date("day", f"Give a day of the calendar as YYYY-MM-DD; got {shown(value)}.", value, path)


def _day_or_none(value: object) -> date | None:
    return _calendar_day(value) if isinstance(value, str) and len(value) == len("YYYY-MM-DD") else None


@lru_cache(maxsize=4096)
def _calendar_day(text: str) -> date | None:
    """Return the day that a text names, or None; the same days come again and again."""
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None


def _no_date(rule: str, detail: str, value: object, path: str) -> InvalidInput:
    """Return the error of a day, month or time; one that begins like a ROC year gets a hint."""
    found = _ROC.match(value) if isinstance(value, str) else None
    year = int(found[1]) if found else 0
    return InvalidInput(detail + roc_hint(year), path, rule, roc_inputs(year))


def roc_hint(year: int) -> str:
    """Return what an error adds to its detail where a year looks like one of the Republic of China."""
    return f" {year} looks like a ROC year; give {year + _ROC_YEAR_0}." if _is_roc(year) else ""


def roc_inputs(year: int) -> dict[str, object]:
    """Return the figures of that hint, for a sentence in another language."""
    return {"roc": year, "gregorian": year + _ROC_YEAR_0} if _is_roc(year) else {}


def _is_roc(year: int) -> bool:
    return 1 <= year <= _LAST_ROC_YEAR


def decimal(value: object, path: str) -> Fraction:
    """Return a decimal string's exact value: one to three digits, and at most two places."""
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        return Fraction(value)
    detail = f'Give 0 to 999.99 in quotes, with at most two places, such as "82.5"; got {shown(value)}.'
    raise InvalidInput(detail, path, "decimal")


def name(value: object, path: str) -> str:
    """Return a name or id; InvalidInput when it is no string, blank, or not writable as UTF-8."""
    if isinstance(value, str) and value.strip() and is_unicode(value):
        return value
    raise InvalidInput(f"Give a name that is not blank, in quotes; got {shown(value)}.", path, "name")


def is_unicode(text: str) -> bool:
    """Tell whether a text has no lone surrogate, so that it can be written as UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def shown(value: object) -> str:
    """Return a value short and safe enough to stand in an error's detail."""
    if isinstance(value, Mapping):
        return "an object"
    if isinstance(value, list | tuple):
        return "a list"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int) and abs(value) > LARGEST:
        return "a number with too many digits"
    text = f'"{value[:40]}"' if isinstance(value, str) else str(value)[:40]
    return text.encode(errors="backslashreplace").decode()
