"""Which tenders were executed in a year (當年度執行標案): those that the quota is reckoned from.

The law names no status. A work counts for a year if a month of that year was reported with a status of execution, or
a visit of that year was made to it; without any month of that year, if it was known by then and its present status
is one of execution. An unknown status counts.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Select, case, func, or_, select
from sqlalchemy.orm import Session

from inspect_app.core.clock import legal_day
from inspect_app.tenders.models import Progress, Tender
from scoring import RuleNotInForce, lawbook


@dataclass(frozen=True, slots=True)
class Executed:
    """A tender of a year; `budget_twd` None is unknown."""

    id: UUID
    budget_twd: int | None
    own: bool


def of_year(session: Session, year: int, today: date, visited: Collection[UUID]) -> list[Executed]:
    """The works executed in a year, and the `visited` ones whatever is known of them."""
    finished = _left_out(min(today, date(year, 12, 31)))
    months = _months(year, finished).subquery()
    query = select(
        Tender.id, Tender.budget_twd, Tender.own, Tender.status, Tender.created_at, months.c.executed
    )
    query = query.outerjoin(months, months.c.tender_id == Tender.id).where(Tender.kind == "work")
    found = []
    for id_, budget, own, status, created_at, executed in session.execute(query):
        known = (
            legal_day(created_at).year <= year and status not in finished
            if executed is None
            else bool(executed)
        )
        if known or id_ in visited:
            found.append(Executed(id_, budget, own))
    return found


def _months(year: int, finished: tuple[str, ...]) -> Select[UUID, int]:
    """The tenders with a reported month of a year, and how many of these months were of execution."""
    running = case((or_(Progress.status.is_(None), Progress.status.not_in(finished)), 1), else_=0)
    query = select(Progress.tender_id, func.sum(running).label("executed"))
    within = Progress.month.between(f"{year:04d}-01", f"{year:04d}-12")
    return query.where(within).group_by(Progress.tender_id)


def _left_out(day: date) -> tuple[str, ...]:
    try:
        return lawbook.at(day).local.quota_tenders.left_out
    except RuleNotInForce:
        return ()
