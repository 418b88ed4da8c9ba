"""Reading approved numbers."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from inspect_app.quotas.models import QuotaOverride


def overrides(session: Session, year: int) -> list[QuotaOverride]:
    """A year's approved numbers in the order recorded."""
    query = select(QuotaOverride).where(QuotaOverride.year == year)
    return list(session.scalars(query.order_by(QuotaOverride.recorded_at, QuotaOverride.id)))
