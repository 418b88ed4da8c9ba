"""The room's regular work: the daily digest of deadlines."""

from datetime import time

from inspect_app.core.clock import legal_day
from inspect_app.core.database import session, transaction
from inspect_app.core.jobs import Daily, Job, Outcome, Turn
from inspect_app.deadlines import reminding
from inspect_app.messages import outbox
from inspect_app.messages.letters import Letter

BATCH = 100


def remind(turn: Turn) -> Outcome:
    """The digests of the day it is; a missed day is not made up for, the next day's state speaks.

    Nothing is reported but that it was done: a number of letters could tell of visits before issue.
    """
    today = legal_day(turn.now)
    if turn.period != today.isoformat():
        return {"skipped": "past"}
    with transaction() as current:
        page = reminding.build_return(current, today)
    written = list(reminding.letters(session(), today, turn.due_at, page))
    post(written, turn)
    return {}


def post(letters: list[Letter], turn: Turn) -> int:
    """Write letters into the outbox in short transactions; returns how many are new."""
    fresh = 0
    for start in range(0, len(letters), BATCH):
        turn.check()
        with transaction() as current:
            fresh += sum(outbox.post(current, letter, turn.now) for letter in letters[start : start + BATCH])
    return fresh


JOBS = (Job("deadlines.remind", "每日期限提醒", Daily(time(8)), remind, writes_messages=True),)
