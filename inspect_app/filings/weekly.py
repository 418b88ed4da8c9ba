"""What the weekly reminder tells of filings: what is missing now, and the percents of the last months."""

from datetime import date

from sqlalchemy.orm import Session

from inspect_app.core import clock
from inspect_app.filings import figures, months, queries
from inspect_app.filings.months import FilingMonth, Moment
from inspect_app.reminders.sources import FiledMonth, Filings, MissingFiling

SHOWN = 12


def missing(session: Session, today: date) -> list[MissingFiling]:
    """The tenders whose last month is not filed at this moment."""
    month = months.before(today)
    found = queries.in_state(queries.entries(month, _now()), [queries.MISSING])
    return [
        MissingFiling(
            entry.agency_id,
            entry.name,
            month.name,
            month.cutoff,
            f"/tenders/{entry.tender_id}#progress-title",
        )
        for entry in queries.listed(session, found)
    ]


def percents(session: Session, today: date) -> list[FiledMonth]:
    """The last twelve months whose day has passed or come, the oldest first."""
    return [
        FiledMonth(month.name, figures.summary(session, month, _now()).percent)
        for month in reversed(_back(months.before(today), SHOWN))
    ]


def _back(month: FilingMonth, number: int) -> list[FilingMonth]:
    found = [month]
    while len(found) < number:
        found.append(found[-1].before)
    return found


def _now() -> Moment:
    return Moment(clock.now(), clock.now())


TOLD = Filings(missing, percents)
