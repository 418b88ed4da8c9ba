"""The room's regular work: the weekly compliance reminder."""

from datetime import time

from inspect_app.core.clock import legal_day
from inspect_app.core.database import session
from inspect_app.core.jobs import Job, Outcome, Turn, Weekly
from inspect_app.deadlines import workdays
from inspect_app.deadlines.jobs import post
from inspect_app.reminders import weekly
from inspect_app.reminders.state import gather

MONDAY = Weekly(0, time(8, 30), workdays.moved)


def remind(turn: Turn) -> Outcome:
    """This week's letters, of the state in which they are written; a week that is past is left out.

    What is counted are letters to the inspected; the others' number is that of the people.
    """
    if MONDAY.latest(turn.now).period != turn.period:
        return {"skipped": "past"}
    week = weekly.Week(turn.period, turn.due_at, gather(session(), legal_day(turn.now)))
    written = list(weekly.letters(session(), week))
    post(written, turn)
    return {
        "agencies": sum(letter.kind == weekly.TO_AGENCY for letter in written),
        "contractors": sum(letter.kind == weekly.TO_CONTRACTOR for letter in written),
    }


JOBS = (Job("reminders.weekly", "每週辦理情形提醒", MONDAY, remind, writes_messages=True),)
