"""By when a visit's record is due (作業辦法 art. 9), and whether it went out later; computed, never stored."""

from datetime import date

from sqlalchemy.orm import Session

from inspect_app.core.clock import legal_day
from inspect_app.deadlines.workdays import Calendar
from inspect_app.inspections.models import Inspection
from scoring import CalendarNotKnown, RuleNotInForce
from scoring.deadlines import record_due
from scoring.types import Step


def due_step(on: date, calendar: Calendar) -> Step | None:
    """When the record of a visit of this day is due, with the days counted; None where law or calendar is not known."""
    try:
        return record_due(on, calendar.closures)
    except (CalendarNotKnown, RuleNotInForce):
        return None


def due_on(on: date, calendar: Calendar) -> date | None:
    """The day alone."""
    step = due_step(on, calendar)
    return date.fromisoformat(str(step["value"])) if step else None


def late_since(session: Session, inspection: Inspection, today: date) -> date | None:
    """The day by which the record was due, if it went out, or would today, after it."""
    due = due_on(inspection.on, Calendar.of(session))
    went = legal_day(inspection.issued_at) if inspection.issued_at else today
    return due if due is not None and went > due else None
