"""Jobs as the rooms have them, but small: what a simulated year runs beside the rooms' own.

Each kind has a schedule of its own, reads rows that change during the year, and writes its messages with them.
"""

from collections.abc import Iterable
from datetime import date, time, timedelta

from sqlalchemy import exists, select

from inspect_app.accounts import contacts
from inspect_app.core.clock import TAIPEI, legal_day
from inspect_app.core.database import transaction
from inspect_app.core.jobs import Daily, Job, Monthly, Outcome, Quarterly, Turn, Weekly
from inspect_app.core.permissions import Role
from inspect_app.core.schedules import month_before
from inspect_app.deadlines import workdays
from inspect_app.messages import kinds, outbox
from inspect_app.messages.letters import Letter, Recipient
from inspect_app.tenders.models import Progress, Tender

FLAG, WEEK, QUARTER, DAY = "sim.flag", "sim.week", "sim.quarter", "sim.day"


def _post(turn: Turn, kind: str, period: str, to: Iterable[Recipient]) -> Outcome:
    with transaction() as session:
        letters = [Letter(kind, period, each, turn.due_at, f"{kind} {period}", ["測試"]) for each in to]
        return {"messages": sum(outbox.post(session, letter, turn.now) for letter in letters)}


def flag(turn: Turn) -> Outcome:
    """To the officers of each agency one of whose tenders was not filed before the day of the slot."""
    month = month_before(turn.period)
    cutoff = turn.due_at.astimezone(TAIPEI).replace(hour=0, minute=0)
    filed = exists().where(
        Progress.tender_id == Tender.id,
        Progress.month == month,
        Progress.filed_at < cutoff,
    )
    with transaction() as session:
        late = session.scalars(select(Tender.agency_id).where(~filed).distinct()).all()
        to = [each for agency in late for each in contacts.of_organisation(session, agency, contacts.OFFICER)]
    return _post(turn, FLAG, month, to)


def week(turn: Turn) -> Outcome:
    with transaction() as session:
        to = [*contacts.with_role(session, Role.STAFF), *contacts.with_role(session, Role.AGENCY)]
    return _post(turn, WEEK, turn.period, to)


def quarter(turn: Turn) -> Outcome:
    with transaction() as session:
        to = contacts.with_role(session, Role.STAFF)
    return _post(turn, QUARTER, turn.period, to)


def day(turn: Turn) -> Outcome:
    """On days on which offices work, and only on the day itself."""
    today = date.fromisoformat(turn.period)
    with transaction() as session:
        works = workdays.next_or_same(session, today) == today == legal_day(turn.now)
        to = contacts.with_role(session, Role.STAFF) if works else []
    return _post(turn, DAY, turn.period, to)


JOBS = (
    Job(FLAG, "測試：7 日列管", Monthly(7, time(0, 5)), flag, None, "all", writes_messages=True),
    Job(WEEK, "測試：每週", Weekly(0, time(8, 30), workdays.moved), week, None, "all", writes_messages=True),
    Job(QUARTER, "測試：每季", Quarterly(14, time(8, 30)), quarter, None, "all", writes_messages=True),
    Job(DAY, "測試：每日", Daily(time(8, 0)), day, timedelta(days=400), writes_messages=True),
)
KINDS = tuple(kinds.Kind(job.name, job.title, optional=False) for job in JOBS)
