"""The index of each process over the rows: made at the first search, then brought up to date by the rows' numbers.

On PostgreSQL a smaller number may be committed after a larger one. So rows count as settled only when they are older
than any transaction lives; the few younger ones are read anew for each search.

Only taking rows in is one thread's work at a time; comparing, which takes longest, is everybody's at once.
"""

from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from threading import Lock
from typing import cast

from flask import Flask, current_app
from sqlalchemy import bindparam, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from inspect_app.core import clock
from inspect_app.core.database import UtcDateTime, session, table
from inspect_app.plausibility import likeness
from inspect_app.plausibility.index import Index
from inspect_app.plausibility.likeness import METHOD, VIEWS, WORDS, Views
from inspect_app.plausibility.models import PhotoLook

SETTLED = timedelta(minutes=10)
BATCH = 5000
CHUNK = 500
REMEMBERED = 5000
LOOKS = table(PhotoLook).c
"""Columns, not attributes: a million rows are read without objects."""
EXTENSION = "chahe.likeness"

Row = tuple[int, str]
"""A look's number and views."""

_SHOWN = (LOOKS.method == METHOD, LOOKS.views != "")
_LAST_HELD = (
    select(LOOKS.number)
    .where(LOOKS.number <= bindparam("settled"), *_SHOWN)
    .order_by(LOOKS.number.desc())
    .limit(1)
)
_STATE = select(
    select(func.max(LOOKS.number)).scalar_subquery(),
    select(func.min(LOOKS.number + 0))
    .where(LOOKS.made_at >= bindparam("before", type_=UtcDateTime()))
    .scalar_subquery(),
    _LAST_HELD.scalar_subquery(),
    _LAST_HELD.with_only_columns(LOOKS.views).scalar_subquery(),
)
"""The last number; the first of those not settled (`+ 0` sends SQLite to the index of instants); and the last row that
an index up to `settled` should have."""


class Held:
    """The settled rows of one database. `settled` is the last one's number.

    What a photo was found alike to is remembered with how far was searched: the next time only what came since.
    """

    def __init__(self) -> None:
        self.index, self.settled = Index(), 0
        self._seen: OrderedDict[tuple[str, int], tuple[int, dict[int, int]]] = OrderedDict()

    def take(self, rows: Sequence[Row]) -> None:
        _put(self.index, rows)
        self.settled = rows[-1][0]

    def has(self, number: int, views: str) -> bool:
        """Whether the row is one of those taken in."""
        held = self.index.of(number)
        return held is not None and likeness.written(held) == views

    def alike(self, sha256: str, views: Views, limit: int) -> dict[int, int]:
        """The photos alike, by number. Two threads at the same photo both search, and find the same."""
        start, found = self._seen.pop((sha256, limit), (0, {}))
        end = len(self.index)
        found = found | self.index.search(views, limit, start, end)
        self._seen[sha256, limit] = end, found
        if len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        return found


class Searcher:
    """One process's index, with the lock under which it grows."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._held = Held()

    def search(
        self, session: Session, asked: Mapping[str, Views], limit: int, now: datetime
    ) -> dict[str, dict[str, int]]:
        """For each photo asked for, those alike: SHA-256 and least distance in bits, itself left out."""
        held, young = self.catch_up(session, now - SETTLED)
        found = {
            sha256: held.alike(sha256, views, limit) | young.search(views, limit)
            for sha256, views in asked.items()
        }
        known = _known(session, {number for each in found.values() for number in each})
        return {
            sha256: {known[n]: bits for n, bits in each.items() if n in known and known[n] != sha256}
            for sha256, each in found.items()
        }

    def catch_up(self, session: Session, before: datetime) -> tuple[Held, Index]:
        """Take in the rows settled since; returns them, and an index of the younger ones."""
        with self._lock:
            newest, first_young, last, views = _state(session, before, self._held)
            if last is not None and not self._held.has(last, views):  # another database, or one restored
                self._held = Held()
            held, end = self._held, (newest or 0) + 1
            for rows in _batches(session, held.settled, first_young or end):
                held.take(rows)
        young = Index()
        for rows in _batches(session, held.settled, end):
            _put(young, rows)
        return held, young


def init_app(app: Flask) -> None:
    app.extensions[EXTENSION] = Searcher()


def searcher() -> Searcher:
    """The running application's."""
    return cast(Searcher, current_app.extensions[EXTENSION])


def warm(app: Flask) -> None:
    """Make the index before the first request needs it; not without its tables."""
    with app.app_context(), suppress(SQLAlchemyError):
        searcher().catch_up(session(), clock.now() - SETTLED)


def _state(session: Session, before: datetime, held: Held) -> tuple[int | None, int | None, int | None, str]:
    return session.execute(_STATE, {"before": before, "settled": held.settled}).tuples().one()


def _batches(session: Session, after: int, end: int) -> Iterator[Sequence[Row]]:
    """The rows beyond a number and before `end`, in order."""
    while after < end - 1:
        query = select(LOOKS.number, LOOKS.views).where(LOOKS.number > after, LOOKS.number < end, *_SHOWN)
        rows = session.connection().execute(query.order_by(LOOKS.number).limit(BATCH)).tuples().all()
        if not rows:
            return
        yield rows
        after = rows[-1][0]


def _put(index: Index, rows: Sequence[Row]) -> None:
    words = likeness.read("".join(views for _, views in rows))
    index.put([number for number, _ in rows], words.reshape(len(rows), len(VIEWS), WORDS))


def _known(session: Session, numbers: set[int]) -> dict[int, str]:
    """The SHA-256 of those whose look is still kept: an index may hold one that was removed since."""
    wanted, known = sorted(numbers), dict[int, str]()
    for start in range(0, len(wanted), CHUNK):
        query = select(LOOKS.number, LOOKS.sha256).where(LOOKS.number.in_(wanted[start : start + CHUNK]))
        known |= dict(session.execute(query).tuples().all())
    return known
