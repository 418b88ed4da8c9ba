"""The limits and words of notes, read strictly from rules.yaml."""

from functools import cache
from pathlib import Path
from string import Formatter
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from forms.datafiles import parse
from inspect_app.plausibility.likeness import BITS

FILE = Path(__file__).with_name("rules.yaml")
Text = Annotated[str, Meta(min_length=1)]
Count = Annotated[int, Meta(ge=1)]


class RulesError(ValueError):
    """rules.yaml says what cannot be; names the place."""


class Base(Struct, frozen=True, forbid_unknown_fields=True):
    pass


class Words(Base, frozen=True):
    """One sentence in two languages, with figures in braces."""

    zh: Text
    en: Text

    def told(self, **figures: object) -> tuple[str, str]:
        return self.zh.format(**figures), self.en.format(**figures)


class ReuseWords(Base, frozen=True):
    same: Words
    alike: Words


class Reuse(Base, frozen=True):
    bits: Annotated[int, Meta(ge=0, le=BITS // 4)]
    most: Count
    words: ReuseWords


class TimeWords(Base, frozen=True):
    before_visit: Words
    after_visit: Words
    before_issue: Words
    after_answer: Words


class Time(Base, frozen=True):
    margin_minutes: Annotated[int, Meta(ge=0)]
    words: TimeWords


class PlaceWords(Base, frozen=True):
    of_submission: Words
    of_photos: Words


class Place(Base, frozen=True):
    limit_m: Count
    least_photos: Count
    words: PlaceWords


class SoftwareWords(Base, frozen=True):
    edited: Words


class Software(Base, frozen=True):
    editors: Annotated[tuple[Text, ...], Meta(min_length=1)]
    words: SoftwareWords


class Rules(Base, frozen=True):
    reuse: Reuse
    time: Time
    place: Place
    software: Software


FIGURES = {
    "reuse": {"where", "where_en", "of", "equal"},
    "time": {
        *("taken", "taken_en", "span", "span_en", "stage", "stage_en"),
        *("zone", "zone_en", "clock", "clock_en"),
    },
    "place": {"metres", "limit"},
    "software": {"software"},
}
"""What the sentences of each rule may name in braces."""


@cache
def rules() -> Rules:
    return read(FILE.read_bytes(), FILE.name)


def read(data: bytes, where: str) -> Rules:
    """The rules in a file. RulesError, or InvalidData where it is no YAML."""
    try:
        found = msgspec.convert(parse(data, where), Rules)
    except msgspec.ValidationError as error:
        raise RulesError(f"{where}: {error}; correct it.") from error
    for name, allowed in FIGURES.items():
        _check_words(f"{where}: {name}", getattr(found, name).words, allowed)
    return found


def _check_words(where: str, words: Struct, allowed: set[str]) -> None:
    for name in words.__struct_fields__:
        sentence = getattr(words, name)
        named = {
            field
            for text in (sentence.zh, sentence.en)
            for _, field, _, _ in Formatter().parse(text)
            if field
        }
        if unknown := named - allowed:
            raise RulesError(f"{where}.{name} names {sorted(unknown)}; it may name {sorted(allowed)}.")
