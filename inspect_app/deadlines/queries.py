"""Reading closures."""

from datetime import date

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from inspect_app.deadlines.models import Closure


def closures(session: Session) -> frozenset[date]:
    """The days on which offices of this city were closed beside the official calendar."""
    return frozenset(session.scalars(select(Closure.on)))


def listed() -> Select[Closure]:
    """Every closure, the newest day first."""
    return select(Closure).order_by(Closure.on.desc())


def find(session: Session, on: date) -> Closure | None:
    return session.get(Closure, on)
