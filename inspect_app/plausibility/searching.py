"""The index of each process over the rows: made at the first search, then brought up to date by the rows' numbers.

On PostgreSQL a smaller number may be committed after a larger one. So rows count as settled only when they are older
than any transaction lives; the few younger ones are read anew for each search.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, cast

import numpy as np
from flask import Flask, current_app
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from inspect_app.plausibility import likeness
from inspect_app.plausibility.index import Index
from inspect_app.plausibility.likeness import KEPT, METHOD, Views
from inspect_app.plausibility.models import PhotoLook

SETTLED = timedelta(minutes=10)
BATCH = 20_000
CHUNK = 500
EXTENSION = "chahe.likeness"


class Searcher:
    """One process's index with the lock that guards it; `_settled` is the last row's number in it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._index = Index()
        self._settled = 0

    def search(
        self, session: Session, asked: Mapping[str, Views], limit: int, now: datetime
    ) -> dict[str, dict[str, int]]:
        """For each photo asked for, those alike: SHA-256 and least distance in bits, itself left out."""
        with self._lock:
            young = self._catch_up(session, now - SETTLED)
            found = {
                sha256: _merged(self._index.search(views, limit), young.search(views, limit))
                for sha256, views in asked.items()
            }
        known = _known(session, {other for each in found.values() for other in each})
        return {
            sha256: {other: bits for other, bits in each.items() if other in known and other != sha256}
            for sha256, each in found.items()
        }

    def _catch_up(self, session: Session, before: datetime) -> Index:
        """Take in the rows settled since; returns an index of the younger ones."""
        if (session.scalar(select(func.max(PhotoLook.number))) or 0) < self._settled:  # another database
            self._index, self._settled = Index(), 0
        young, late = Index(), False
        for rows in _rows(session, self._settled):
            settled = [] if late else _settled(rows, before)
            late = len(settled) < len(rows)
            _put(self._index, settled)
            _put(young, rows[len(settled) :])
            self._settled = settled[-1].number if settled else self._settled
        return young


def init_app(app: Flask) -> None:
    app.extensions[EXTENSION] = Searcher()


def searcher() -> Searcher:
    """The running application's."""
    return cast(Searcher, current_app.extensions[EXTENSION])


def _settled(rows: Sequence[Any], before: datetime) -> Sequence[Any]:
    """The rows up to the first that is not settled."""
    young = next((place for place, row in enumerate(rows) if row.made_at >= before), len(rows))
    return rows[:young]


def _rows(session: Session, after: int) -> Iterator[Sequence[Any]]:
    """The rows beyond a number, in order, so many at a time."""
    columns = (PhotoLook.number, PhotoLook.sha256, PhotoLook.views, PhotoLook.made_at)
    while True:
        query = (
            select(*columns)
            .where(PhotoLook.number > after, PhotoLook.method == METHOD)
            .order_by(PhotoLook.number)
            .limit(BATCH)
        )
        rows = session.execute(query).all()
        if not rows:
            return
        yield rows
        after = rows[-1].number


def _put(index: Index, rows: Sequence[Any]) -> None:
    shown = [row for row in rows if row.views]
    if shown:
        words = likeness.read("".join(row.views for row in shown))
        views = words.reshape(len(shown), -1, likeness.WORDS)[:, :KEPT]
        index.put([row.sha256 for row in shown], np.ascontiguousarray(views))


def _merged(one: dict[str, int], other: dict[str, int]) -> dict[str, int]:
    return {sha256: min(one.get(sha256, 999), other.get(sha256, 999)) for sha256 in one.keys() | other.keys()}


def _known(session: Session, shas: set[str]) -> set[str]:
    """Those whose look is still kept: an index may hold one that was removed since."""
    wanted, known = sorted(shas), set[str]()
    for start in range(0, len(wanted), CHUNK):
        part = PhotoLook.sha256.in_(wanted[start : start + CHUNK])
        known.update(session.scalars(select(PhotoLook.sha256).where(part, PhotoLook.method == METHOD)))
    return known
