"""The quarterly return (組織準則 art. 10): due with the last day of the month after each quarter."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import cast

from sqlalchemy.orm import Session

from inspect_app.core.auth import Actor
from inspect_app.deadlines import rhythms
from inspect_app.deadlines.clocks import Audience, Clock, Duty, Subject
from inspect_app.deadlines.workdays import Calendar
from scoring import RuleNotInForce, lawbook
from scoring.commands import run
from scoring.types import Step

Build = Callable[[Session, int, int], str]
BUILD: list[Build] = []
"""What builds the file of a quarter (year, quarter) and gives its page's path; the room of exports adds its own."""

NAME, ARTICLE = "quarterly.return", "組織準則第 10 條"


def due(today: date) -> tuple[int, int, Step] | None:
    """The quarter whose return is due next, with the engine's step; None on days whose rule is not at hand."""
    year, quarter = _quarter_before(today)
    try:
        step = cast("list[Step]", run("deadline", _request(year, quarter))["steps"])[0]
        if str(step["value"]) < today.isoformat():
            year, quarter = _next(year, quarter)
            step = cast("list[Step]", run("deadline", _request(year, quarter))["steps"])[0]
    except RuleNotInForce:
        return None
    return year, quarter, step


def duties(
    _session: Session, today: date, _calendar: Calendar, _actor: Actor | None = None
) -> Iterator[Duty]:
    """The return that is due within the days of reminding."""
    found = due(today)
    if found is None:
        return
    year, quarter, step = found
    due_on = date.fromisoformat(str(step["value"]))
    ahead = timedelta(days=lawbook.at(today).local.reminder_days.before_quarter_end)
    if due_on - ahead <= today:
        title = f"{year - 1911}年第 {quarter} 季"
        subject = Subject("quarter", f"{year}-Q{quarter}", title, "/deadlines")
        staff = Audience(staff=True)
        uid = f"quarter:{subject.id}"
        yield Duty(NAME, uid, subject, "彙送查核結果季報", "查核小組工作人員", due_on, staff, ledger=step)


def build(session: Session, today: date) -> str | None:
    """Build the file of the quarter due next and give its page's path; None while no room builds it."""
    found = due(today)
    if not BUILD or found is None:
        return None
    return BUILD[0](session, found[0], found[1])


def _request(year: int, quarter: int) -> dict[str, object]:
    return {"rule": "quarterly_return", "year": year, "quarter": quarter}


def _quarter_before(day: date) -> tuple[int, int]:
    quarter = (day.month - 1) // 3
    return (day.year, quarter) if quarter else (day.year - 1, 4)


def _next(year: int, quarter: int) -> tuple[int, int]:
    return (year, quarter + 1) if quarter < 4 else (year + 1, 1)


CLOCK = Clock(NAME, "季報", ARTICLE, duties, rhythms.of_quarter)
