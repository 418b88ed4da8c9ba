"""What a camera wrote into a photo: time, position, software. The one place that knows where this comes from."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from inspect_app.core import roc
from inspect_app.core.clock import TAIPEI
from inspect_app.photos import queries as photos

NOWHERE = (0.0, 0.0)
"""What a receiver without satellites writes."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A photo's own word about itself, None where it says nothing. `at` is aware only where the camera named its zone.

    `spot` is latitude and longitude in degrees.
    """

    at: datetime | None = None
    spot: tuple[float, float] | None = None
    software: str | None = None


def of(session: Session, shas: Iterable[str]) -> dict[str, Taken]:
    """What is known of each photo, by SHA-256."""
    rows = photos.of(session, shas)
    return {sha256: _taken(row.taken_at, row.notes or {}) for sha256, row in rows.items()}


def _taken(taken_at: str | None, notes: Mapping[str, Any]) -> Taken:
    at = _instant(f"{taken_at}{notes.get('offset', '')}") if taken_at else None
    return Taken(at, _spot(notes.get("position")), notes.get("software"))


def _instant(text: str) -> datetime | None:
    """None for a year that no paper here can name: a camera whose clock was never set."""
    at = datetime.fromisoformat(text)
    try:
        local = at.astimezone(TAIPEI) if at.tzinfo else at
    except OverflowError:
        return None
    return at if roc.is_known(local.year) else None


def _spot(position: Mapping[str, float] | None) -> tuple[float, float] | None:
    spot = (position["lat"], position["lon"]) if position else NOWHERE
    return spot if spot != NOWHERE else None
