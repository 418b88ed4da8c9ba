"""What the weekly reminder asks of rooms that it does not know: each adds what it has, in `rooms.py`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class MissingFiling:
    """A tender whose month (`2026-10`) is not filed yet, due on a day; `path` is its page."""

    agency_id: UUID
    tender: str
    month: str
    due_on: date
    path: str


@dataclass(frozen=True, slots=True)
class FiledMonth:
    """A month's percent filed in time as the engine writes it (`97.50`); None when nothing was due."""

    month: str
    percent: str | None


@dataclass(frozen=True, slots=True)
class Filings:
    """What is missing on a day, and the percents of the last months, the oldest first."""

    missing: Callable[[Session, date], Sequence[MissingFiling]]
    months: Callable[[Session, date], Sequence[FiledMonth]]


FILINGS: list[Filings] = []


def missing(session: Session, today: date) -> list[MissingFiling]:
    """All that is missing, whoever tells; nothing while no room does."""
    return [each for source in FILINGS for each in source.missing(session, today)]


def months(session: Session, today: date) -> list[FiledMonth]:
    """The percents of the last months; nothing while no room tells them."""
    return [each for source in FILINGS for each in source.months(session, today)]
