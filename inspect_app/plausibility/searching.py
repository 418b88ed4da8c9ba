"""The index of each process over the rows: made at the first search, then brought up to date by the rows' numbers.

On PostgreSQL a smaller number may be committed after a larger one. So rows count as settled only when they are older
than any transaction lives; the few younger ones are read anew for each search.
"""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
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
from inspect_app.plausibility.likeness import KEPT, METHOD, Views
from inspect_app.plausibility.models import PhotoLook

SETTLED = timedelta(minutes=10)
BATCH = 20_000
CHUNK = 500
REMEMBERED = 5000
LOOKS = table(PhotoLook).c
"""Columns, not attributes: a million rows are read without objects."""
EXTENSION = "chahe.likeness"

_KEPT = func.substr(LOOKS.views, 1, KEPT * likeness.WORDS * 16)
_NEWEST = select(
    select(func.max(LOOKS.number)).scalar_subquery(),
    select(func.min(LOOKS.number + 0))
    .where(LOOKS.made_at >= bindparam("before", type_=UtcDateTime()))
    .scalar_subquery(),
)
"""The last number, and the first of those that are not settled; `+ 0` sends SQLite to the index of instants."""


class Searcher:
    """One process's index with the lock that guards it; `_settled` is the last row's number in it.

    What a photo was found alike to is remembered with how far was searched: the next time only what came since.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._index, self._settled = Index(), 0
        self._seen: OrderedDict[tuple[str, int], tuple[int, dict[str, int]]] = OrderedDict()

    def search(
        self, session: Session, asked: Mapping[str, Views], limit: int, now: datetime
    ) -> dict[str, dict[str, int]]:
        """For each photo asked for, those alike: SHA-256 and least distance in bits, itself left out."""
        with self._lock:
            young = self.catch_up(session, now - SETTLED)
            found = {
                sha256: _merged(self._settled_alike(sha256, views, limit), young.search(views, limit))
                for sha256, views in asked.items()
            }
        known = _known(session, {other for each in found.values() for other in each})
        return {
            sha256: {other: bits for other, bits in each.items() if other in known and other != sha256}
            for sha256, each in found.items()
        }

    def catch_up(self, session: Session, before: datetime) -> Index:
        """Take in the rows settled since; returns an index of the younger ones."""
        newest, first_young = session.execute(_NEWEST, {"before": before}).one()
        if (newest or 0) < self._settled:  # another database
            self._index, self._settled = Index(), 0
            self._seen.clear()
        end = (newest or 0) + 1
        self._settled = _take(session, self._index, self._settled, first_young or end)
        young = Index()
        _take(session, young, self._settled, end)
        return young

    def _settled_alike(self, sha256: str, views: Views, limit: int) -> dict[str, int]:
        start, found = self._seen.pop((sha256, limit), (0, {}))
        found = _merged(found, self._index.search(views, limit, start))
        self._seen[sha256, limit] = len(self._index), found
        if len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        return found


def init_app(app: Flask) -> None:
    app.extensions[EXTENSION] = Searcher()


def searcher() -> Searcher:
    """The running application's."""
    return cast(Searcher, current_app.extensions[EXTENSION])


def warm(app: Flask) -> None:
    """Make the index before the first request needs it; not without its tables."""
    with app.app_context(), suppress(SQLAlchemyError):
        searcher().catch_up(session(), clock.now() - SETTLED)


def _take(session: Session, index: Index, after: int, end: int) -> int:
    """Put the rows beyond a number and before `end` into an index; returns the last one's number."""
    rows = LOOKS.method == METHOD, LOOKS.number < end
    while True:
        query = select(LOOKS.number, LOOKS.sha256, _KEPT).where(LOOKS.number > after, *rows)
        found = session.connection().execute(query.order_by(LOOKS.number).limit(BATCH)).tuples().all()
        if not found:
            return after
        _put(index, [(sha256, views) for _, sha256, views in found if views])
        after = found[-1][0]


def _put(index: Index, shown: Sequence[tuple[str, str]]) -> None:
    if shown:
        words = likeness.read("".join(views for _, views in shown))
        index.put([sha256 for sha256, _ in shown], words.reshape(len(shown), KEPT, likeness.WORDS))


def _merged(one: dict[str, int], other: dict[str, int]) -> dict[str, int]:
    return {sha256: min(one.get(sha256, 999), other.get(sha256, 999)) for sha256 in one.keys() | other.keys()}


def _known(session: Session, shas: set[str]) -> set[str]:
    """Those whose look is still kept: an index may hold one that was removed since."""
    wanted, known = sorted(shas), set[str]()
    for start in range(0, len(wanted), CHUNK):
        part = LOOKS.sha256.in_(wanted[start : start + CHUNK])
        known.update(session.scalars(select(LOOKS.sha256).where(part, LOOKS.method == METHOD)))
    return known
