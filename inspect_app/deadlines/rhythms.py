"""On which days one is reminded of a duty; the numbers are those of the law on that day (`local.reminder_days`)."""

from datetime import date
from typing import Any, cast

from inspect_app.deadlines.clocks import Duty
from inspect_app.deadlines.workdays import Calendar
from scoring import CalendarNotKnown, lawbook


def of_record(duty: Duty, today: date, calendar: Calendar) -> bool:
    """From a certain working day of the count on every working day, until it is done."""
    first = lawbook.at(today).local.reminder_days.record_from
    begins = next((day for day, _, number in counted(duty) if number == first), None)
    try:
        return begins is not None and today >= begins and calendar.works(today)
    except CalendarNotKnown:
        return False


def of_corrections(duty: Duty, today: date, _calendar: Calendar) -> bool:
    """So many days before, on the day, and every so many days after."""
    rule = lawbook.at(today).local.reminder_days
    if duty.due_on is None:
        return False
    left = (duty.due_on - today).days
    return left in rule.before_correction if left >= 0 else -left % rule.after_correction_every == 0


def of_tests(duty: Duty, today: date, _calendar: Calendar) -> bool:
    """On the day one begins to ask, and every so many days after."""
    every = lawbook.at(today).local.reminder_days.tests_every
    return duty.due_on is not None and today >= duty.due_on and (today - duty.due_on).days % every == 0


def of_quarter(duty: Duty, today: date, _calendar: Calendar) -> bool:
    """So many days before, and on the day itself."""
    if duty.due_on is None:
        return False
    return (duty.due_on - today).days in (lawbook.at(today).local.reminder_days.before_quarter_end, 0)


def counted(duty: Duty) -> list[tuple[date, str, int | None]]:
    """The days of a duty's count: each with its kind, and its number if it counts."""
    inputs = cast("dict[str, Any]", duty.ledger["inputs"]) if duty.ledger else {}
    return [
        (date.fromisoformat(each["day"]), each["kind"], each["number"]) for each in inputs.get("days", ())
    ]
