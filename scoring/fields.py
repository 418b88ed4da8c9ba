"""Reading a request: closed objects, typed fields, and errors that name the path of the value."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from scoring.errors import InvalidInput, UnknownField

LARGEST = 10**18
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Fields:
    """One object of a request whose keys are all known; a value is checked when it is asked for."""

    data: Mapping[str, object]
    path: str

    @classmethod
    def of(cls, value: object, path: str, known: frozenset[str]) -> "Fields":
        """Return the object at `path`; InvalidInput if it is none, UnknownField for a key not in `known`."""
        if not isinstance(value, Mapping):
            raise InvalidInput('Give an object here: {"key": value, ...}.', path)
        for key in value:
            if key not in known:
                taken = ", ".join(sorted(known))
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
        return join(self.path, key)

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

    def flag(self, key: str, default: bool) -> bool:
        """Return an optional true or false."""
        value = self.data.get(key, default)
        if not isinstance(value, bool):
            raise InvalidInput(f"Give true or false; got {shown(value)}.", self.at(key), "flag")
        return value

    def day(self, key: str) -> date:
        """Return a required day, written YYYY-MM-DD."""
        value = self.value(key, "a day as YYYY-MM-DD")
        try:
            if isinstance(value, str) and _DAY.fullmatch(value):
                return date.fromisoformat(value)
        except ValueError:
            pass
        detail = f"Give a day of the calendar as YYYY-MM-DD; got {shown(value)}."
        raise InvalidInput(detail, self.at(key), "day")

    def name(self, key: str) -> str:
        """Return a required name or id: a string that is not blank, kept exactly as it is."""
        return name(self.value(key, "a name that is not blank"), self.at(key))

    def items(self, key: str) -> list[object]:
        """Return an optional list, empty when the key is absent."""
        value = self.data.get(key, ())
        if not isinstance(value, list | tuple):
            raise InvalidInput(f"Give a list; got {shown(value)}.", self.at(key))
        return list(value)

    def names(self, key: str) -> tuple[str, ...]:
        """Return an optional list of names."""
        path = self.at(key)
        return tuple(name(item, f"{path}[{i}]") for i, item in enumerate(self.items(key)))

    def words(self, key: str, allowed: tuple[str, ...]) -> tuple[str, ...]:
        """Return an optional list of words out of `allowed`, in the input's order, repeats dropped."""
        for i, item in enumerate(items := self.items(key)):
            if not isinstance(item, str) or item not in allowed:
                raise InvalidInput(
                    f"Choose out of {', '.join(allowed)}; got {shown(item)}.",
                    f"{self.at(key)}[{i}]",
                    "words",
                    {"allowed": allowed},
                )
        return tuple(dict.fromkeys(str(item) for item in items))

    def objects(self, key: str, known: frozenset[str]) -> Iterator["Fields"]:
        """Yield the objects of a required list, each with its own path."""
        self.value(key, "a list of objects")
        path = self.at(key)
        for i, item in enumerate(self.items(key)):
            yield Fields.of(item, f"{path}[{i}]", known)


def join(path: str, key: str) -> str:
    """Return the path of a key inside the object at `path`."""
    return f"{path}.{key}" if path else key


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
    text = f'"{value[:40]}"' if isinstance(value, str) else str(value)[:40]
    return text.encode(errors="backslashreplace").decode()
