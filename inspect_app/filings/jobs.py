"""The filings room's regular work: notices before the day, flags after it, the chase until it is filed."""

from datetime import date, time

from inspect_app.core.database import session, transaction
from inspect_app.core.jobs import Daily, Job, Monthly, Outcome, Turn
from inspect_app.filings import chasing, flags, queries
from inspect_app.filings.months import FilingMonth, at, before, current
from scoring import lawbook

RULES = lawbook.at(lawbook.newest()).local
"""Days and hours are data; a change of them holds from the next start of the worker."""
FIRST, SECOND = RULES.filing_chase.notices
FLAG_DAY = RULES.filing_day.day + 1


def notice_first(turn: Turn) -> Outcome:
    """A friendly word to those who have not filed yet."""
    return _notice(turn, 0)


def notice_second(turn: Turn) -> Outcome:
    """Another one, shortly before the day."""
    return _notice(turn, 1)


def _notice(turn: Turn, number: int) -> Outcome:
    """Nothing once the day is over: then the flag says it."""
    month = _reported(turn)
    if turn.now >= month.overdue_from:
        return {"too_late": 1}
    with transaction() as writing:
        return chasing.notify(writing, month, number, turn.due_at, turn.now)


def flag(turn: Turn) -> Outcome:
    """Flags of the month whose filing ended, and word of them, in one transaction."""
    with transaction() as writing:
        return chasing.flag(writing, _reported(turn), turn.due_at, turn.now)


def chase(turn: Turn) -> Outcome:
    """What of the chase is due by now and was not done; each month in a transaction of its own.

    A worker that was down may begin this before the flags of last month: then they are written first.
    """
    _flag_if_due(turn)
    totals = {"messages": 0, "unreachable": 0}
    for name in flags.open_months(session()):
        turn.check()
        with transaction() as writing:
            found = chasing.chase(writing, FilingMonth(name), turn.now)
        totals = {key: totals[key] + count for key, count in found.items()}
    return totals


def _flag_if_due(turn: Turn) -> None:
    month = current(turn.now)
    due_at = at(month.overdue_on, month.chase.flag_at)
    if turn.now >= due_at and queries.flagged_month(session(), month.name) is None:
        with transaction() as writing:
            chasing.flag(writing, month, due_at, turn.now)


def _reported(turn: Turn) -> FilingMonth:
    """The month before the slot's: the one whose filing is due in it."""
    return before(date.fromisoformat(f"{turn.period}-01"))


def _at(text: str) -> time:
    return time.fromisoformat(text)


JOBS = (
    Job(
        "filings.notice_first",
        "提醒尚未填報的機關（第一次）",
        Monthly(FIRST.day, _at(FIRST.at)),
        notice_first,
        writes_messages=True,
    ),
    Job(
        "filings.notice_second",
        "提醒尚未填報的機關（第二次）",
        Monthly(SECOND.day, _at(SECOND.at)),
        notice_second,
        writes_messages=True,
    ),
    Job(
        "filings.flag",
        "列出逾期未填報的標案",
        Monthly(FLAG_DAY, _at(RULES.filing_chase.flag_at)),
        flag,
        catch_up="all",
        writes_messages=True,
    ),
    Job(
        "filings.chase",
        "催辦逾期未填報的標案",
        Daily(_at(RULES.filing_chase.chase_at)),
        chase,
        writes_messages=True,
    ),
)
