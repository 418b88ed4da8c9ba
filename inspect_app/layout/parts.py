"""Frozen values the templates under ``layout/`` take; anything with the same attributes does as well."""

from dataclasses import dataclass
from typing import Literal

Sort = Literal["ascending", "descending"]


@dataclass(frozen=True, slots=True)
class NavItem:
    """One entry of the main menu."""

    label: str
    href: str
    current: bool = False


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The person shown in the header; ``role_label`` is the role in zh-Hant."""

    name: str
    role_label: str
    organisation: str | None = None


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with a field; ``field`` is the input's id, ``""`` when the error belongs to none."""

    field: str
    reason: str


@dataclass(frozen=True, slots=True)
class Column:
    """A column's head; figures stand to the right, ``href`` sorts, ``sort`` is the present order."""

    label: str
    numeric: bool = False
    href: str | None = None
    sort: Sort | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """One line of an object's history; ``at_text`` is the instant as people read it."""

    at_text: str
    actor: str
    text: str


@dataclass(frozen=True, slots=True)
class Photo:
    """One photo of a grid; ``thumb`` is None while there is nothing to show, ``instead`` says why.

    ``original`` leads to the bytes as received, for those who are to be offered them.
    """

    thumb: str | None
    alt: str
    href: str
    caption: str = ""
    instead: str = "照片尚未收到"
    original: str = ""


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """An account of the demonstration data, listed on its sign-in page."""

    username: str
    role_label: str
    organisation: str | None = None
