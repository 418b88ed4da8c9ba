"""The clock: instants are aware UTC, legal days are dates in Asia/Taipei."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Protocol, cast
from zoneinfo import ZoneInfo

from flask import current_app

from inspect_app.core import roc

TAIPEI = ZoneInfo("Asia/Taipei")
_supposed: ContextVar[datetime | None] = ContextVar("supposed", default=None)


class Clock(Protocol):
    def now(self) -> datetime:
        """The present instant, aware, in UTC."""


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass
class FixedClock:
    """A clock that stands until it is moved: for tests and demonstration data."""

    instant: datetime

    def now(self) -> datetime:
        return self.instant


def legal_day(instant: datetime) -> date:
    """The date in Asia/Taipei of an aware instant."""
    return instant.astimezone(TAIPEI).date()


def is_known(instant: datetime) -> bool:
    """Whether an aware instant's legal day lies in a year that has a ROC date."""
    try:
        return roc.is_known(legal_day(instant).year)
    except OverflowError:
        return False


def now() -> datetime:
    """The application's present instant, aware, in UTC."""
    return _supposed.get() or cast(Clock, current_app.extensions["chahe.clock"]).now()


@contextmanager
def supposing(instant: datetime) -> Iterator[None]:
    """Let it be another instant for this thread alone, while the block lasts: for rehearsals."""
    token = _supposed.set(instant)
    try:
        yield
    finally:
        _supposed.reset(token)


def today() -> date:
    """The application's present legal day (Asia/Taipei)."""
    return legal_day(now())
