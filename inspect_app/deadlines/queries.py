"""Reading closures."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from inspect_app.deadlines.models import Closure


def closures(session: Session) -> frozenset[date]:
    """The days on which offices of this city were closed beside the official calendar."""
    return frozenset(session.scalars(select(Closure.on)))
