"""The catalogue as it counts on a day: published revisions are files, imported ones rows; none ever changes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Row
from sqlalchemy.orm import Session

from forms import catalogue as published
from forms.catalogue import Catalogue, DefectCode
from forms.differences import Differences, between
from forms.errors import UnknownRevision
from forms.text import Text
from inspect_app.catalogue import queries
from inspect_app.catalogue.models import Revision

FIELDS = tuple(name for name in DefectCode.__slots__ if name != "also")

_read: WeakKeyDictionary[Any, dict[str, Catalogue]] = WeakKeyDictionary()
"""Catalogues by the database they count in: what is known never changes, so it is looked up once a process."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A revision in a list; `source` is None for a published one, `wordings` how many official words are known."""

    revision: str
    counts_from: date
    source: str | None
    imported_at: datetime | None
    items: int
    groups: int
    wordings: int
    is_current: bool


def on(session: Session, day: date) -> str:
    """The revision that counts on a day: the newest begun by then; before the first, the first."""
    return queries.counts_on(session, day)


def get(session: Session, revision: str) -> Catalogue:
    """The catalogue of that revision, as imported or else as published; UnknownRevision if there is none."""
    read = _read.setdefault(session.get_bind(), {})
    if revision not in read:
        read[revision] = _find(session, revision)
    return read[revision]


def only_published(session: Session, revision: str) -> Catalogue | None:
    """The published catalogue of that revision, unless lines of its own are stored under its name."""
    if queries.find_own(session, revision) is not None:
        return None
    return {each.revision: each for each in published.revisions()}.get(revision)


def current(session: Session, today: date) -> Catalogue:
    """The catalogue that counts today."""
    return get(session, on(session, today))


def listed(session: Session, today: date | None = None) -> list[Listed]:
    """Every revision, the newest first; `today` tells which one counts."""
    counts, own = queries.counts(session), {row.id: row for row in queries.imported(session) if row.lines}
    now = on(session, today) if today else None
    found = [_listed_row(row, counts, now) for row in own.values()]
    found += [_listed(each, counts, now) for each in published.revisions() if each.revision not in own]
    return sorted(found, key=lambda each: each.counts_from, reverse=True)


def wordings(session: Session, revision: str) -> dict[str, str]:
    """The official words by code, as far as a sheet of that revision was imported."""
    return {row.code: row.wording for row in queries.wordings(session, revision)}


def wording(session: Session, revision: str, code: str) -> str | None:
    """The official words of one code, if known."""
    return queries.wording(session, revision, code)


def differences(session: Session, old: str, new: str) -> Differences:
    """What leads from one revision to another, official words included where both are known; UnknownRevision."""
    words = wordings(session, old), wordings(session, new)
    return between(get(session, old), get(session, new), words)


def around(session: Session, counts_from: date) -> list[str]:
    """The other revisions beside one that begins on a day: the earlier ones, newest first, then the later ones."""
    rows = [each for each in listed(session) if each.counts_from != counts_from]
    later = sum(each.counts_from > counts_from for each in rows)
    return [each.revision for each in (*rows[later:], *rows[:later][::-1])]


def _find(session: Session, revision: str) -> Catalogue:
    if (row := queries.find_own(session, revision)) is not None:
        return _catalogue(row, queries.lines(session, revision))
    for known in published.revisions():
        if known.revision == revision:
            return known
    raise UnknownRevision(revision, "、".join(each.revision for each in listed(session)))


def _catalogue(row: Revision, lines: Any) -> Catalogue:
    trades = {key: Text(*names) for key, names in row.trades.items()}
    codes = tuple(_line(each) for each in lines)
    return Catalogue(row.id, row.counts_from, codes, MappingProxyType(trades))


def _line(row: Row[Any]) -> DefectCode:
    given = {name: getattr(row, name) for name in FIELDS}
    return DefectCode(**given, also=tuple(row.also))


def _listed(known: Catalogue, counts: Mapping[str, Mapping[str, int]], now: str | None) -> Listed:
    items = len(known.items)
    worded = counts.get(known.revision, {}).get("wording", 0)
    groups = len(known.codes) - items
    is_current = known.revision == now
    return Listed(known.revision, known.counts_from, None, None, items, groups, worded, is_current)


def _listed_row(row: Revision, counts: Mapping[str, Mapping[str, int]], now: str | None) -> Listed:
    number = counts.get(row.id, {})
    items, groups, worded = (number.get(name, 0) for name in ("item", "group", "wording"))
    is_current = row.id == now
    return Listed(row.id, row.counts_from, row.source, row.imported_at, items, groups, worded, is_current)
