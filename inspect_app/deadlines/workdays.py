"""Working days of this city: the official calendar less the closures on record."""

from datetime import date

from sqlalchemy.orm import Session

from inspect_app.core import database
from inspect_app.deadlines import queries
from scoring import lawbook
from scoring.calendars import count_working_days, first_working_day
from scoring.errors import CalendarNotKnown


def next_or_same(session: Session, day: date) -> date:
    """A day if offices work on it, else the next one on which they do; CalendarNotKnown beyond the known years."""
    return first_working_day(day, queries.closures(session), lawbook.at(day).known_years)


def after(session: Session, day: date, working_days: int) -> date:
    """The so many-th working day after a day, which does not count itself; `working_days` 0 is the day."""
    if not working_days:
        return day
    known = lawbook.at(day).known_years
    return count_working_days(day, working_days, queries.closures(session), known)[-1].day


def moved(day: date) -> date:
    """For a schedule: `next_or_same`, but the day itself where no calendar is known, which the operations page tells.

    Late is better than never: a reminder on a holiday harms nobody.
    """
    try:
        return next_or_same(database.session(), day)
    except CalendarNotKnown:
        return day
