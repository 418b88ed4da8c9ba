"""A month's figures: the entries from the database, judged by the engine."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sqlalchemy.orm import Session

from inspect_app.core.auth import Actor
from inspect_app.core.clock import TAIPEI
from inspect_app.filings import queries
from inspect_app.filings.months import FilingMonth, Moment
from scoring import filings
from scoring.rounding import fixed

COUNTED = ("on_time", "late", "missing")


@dataclass(frozen=True, slots=True)
class Summary:
    """A month's counts alone: `percent` as the engine writes it, None when nothing is due."""

    month: FilingMonth
    due: int
    on_time: int
    late: int
    missing: int
    excused: int
    percent: str | None


def assessed(
    session: Session, month: FilingMonth, moment: Moment, actor: Actor | None = None
) -> dict[str, Any]:
    """The engine's answer for a month (contract: the output of `filing`); tenders are named by their ids."""
    return filings.assess(_asked(session, month, moment, actor))


def summary(session: Session, month: FilingMonth, moment: Moment, actor: Actor | None = None) -> Summary:
    """The same counts without the tenders, for many months at once."""
    found = queries.counts(session, queries.entries(month, moment, actor))
    due = sum(found[state] for state in COUNTED)
    percent = fixed(Fraction(found["on_time"] * 100, due), 2) if due else None
    told = {state: found[state] for state in (*COUNTED, "excused")}
    return Summary(month, due, **told, percent=percent)


def _asked(session: Session, month: FilingMonth, moment: Moment, actor: Actor | None) -> filings.Month:
    rows = queries.entries(month, moment, actor).subquery("entries")
    columns = [rows.c[name] for name in ("tender_id", "agency", "filed_at", "must_file")]
    asked = session.execute(rows.select().with_only_columns(*columns))
    entries = tuple(
        filings.Entry(str(tender), agency, filed_at, must_file)
        for tender, agency, filed_at, must_file in asked
    )
    return filings.Month(month.cutoff, moment.as_of.astimezone(TAIPEI), entries, month.article)
