"""Working days of this city: the official calendar less the closures on record."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

from sqlalchemy.orm import Session

from inspect_app.core import database
from inspect_app.deadlines import queries
from scoring import CalendarNotKnown, lawbook
from scoring.calendars import count_working_days, first_working_day, is_working_day


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


@dataclass(frozen=True, slots=True)
class Calendar:
    """The closures on record, read once for many questions."""

    closures: frozenset[date]

    @classmethod
    def of(cls, session: Session) -> Self:
        return cls(queries.closures(session))

    def works(self, day: date) -> bool:
        """Whether offices work on a day; CalendarNotKnown beyond the known years."""
        return is_working_day(day, self.closures, lawbook.at(day).known_years)

    def left(self, today: date, due_on: date) -> int | None:
        """Working days from tomorrow until a day, which counts itself; None where a calendar is not known.

        Late days are negative, at least -1, though offices may have been closed ever since.
        """
        try:
            if due_on >= today:
                return self._between(today, due_on)
            return -max(1, self._between(due_on, today))
        except CalendarNotKnown:
            return None

    def _between(self, after: date, until: date) -> int:
        """How many working days there are after a day until another."""
        days = (after + timedelta(days=number) for number in range(1, (until - after).days + 1))
        return sum(1 for day in days if self.works(day))
