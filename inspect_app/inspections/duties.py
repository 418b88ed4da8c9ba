"""The clocks of visits: the record, a late record's reason, pending tests.

Before issue a duty is the staff's and the visit's team's alone (作業辦法 art. 13), and so it is `secret`.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from sqlalchemy.orm import Session

from inspect_app.core import roc
from inspect_app.core.auth import Actor
from inspect_app.core.clock import legal_day
from inspect_app.deadlines import rhythms
from inspect_app.deadlines.clocks import Audience, Clock, Duty, Subject
from inspect_app.deadlines.workdays import Calendar
from inspect_app.inspections import lateness, queries
from inspect_app.inspections.models import Inspection
from inspect_app.inspections.words import TESTS
from scoring import lawbook

RECORD, LATE_REASON, TESTS_PENDING = "inspection.record", "inspection.late_reason", "tests.pending"
STAFF = Audience(staff=True)
BY = "查核小組工作人員"


def records(session: Session, _today: date, calendar: Calendar, actor: Actor | None) -> Iterator[Duty]:
    """The records still to be issued, from the start of the visit."""
    for row in queries.unrecorded(session, actor):
        step = lateness.due_step(row.on, calendar)
        due_on = date.fromisoformat(str(step["value"])) if step else None
        yield _duty(row, RECORD, "發文（查核紀錄）", due_on, secret=True, ledger=step)


def late_reasons(session: Session, _today: date, calendar: Calendar, actor: Actor | None) -> Iterator[Duty]:
    """The records that went out late and do not say why."""
    for id_, on, issued_at, title in queries.unexplained(session, actor):
        due_on = lateness.due_on(on, calendar)
        if due_on is not None and legal_day(issued_at) > due_on:
            subject = Subject("inspection", str(id_), _called(title, on), f"/inspections/{id_}")
            what = "補填發文超過七天之原因"
            yield Duty(LATE_REASON, f"{LATE_REASON}:{id_}", subject, what, BY, due_on, STAFF)


def tests(session: Session, today: date, _calendar: Calendar, actor: Actor | None) -> Iterator[Duty]:
    """The tests of art. 8 that nobody has decided; due is the day from which one asks."""
    days = timedelta(days=lawbook.at(today).local.reminder_days.tests_after)
    for row, test in queries.undecided_tests(session, actor):
        yield _duty(row, TESTS_PENDING, f"登錄{TESTS[test]}試驗結果", row.on + days, secret=True, part=test)


def _duty(
    row: Inspection,
    clock: str,
    what: str,
    due_on: date | None,
    *,
    secret: bool,
    part: str = "",
    **more: object,
) -> Duty:
    team = Audience(staff=True, people=frozenset(person.user_id for person in row.team))
    subject = Subject(
        "inspection", str(row.id), _called(row.tender_facts.name, row.on), f"/inspections/{row.id}"
    )
    uid = ":".join(filter(None, (clock, str(row.id), part)))
    return Duty(clock, uid, subject, what, BY, due_on, team, secret=secret, **more)  # type: ignore[arg-type]


def _called(title: str, on: date) -> str:
    return f"{title}（{roc.format_long(on)}查核）"


CLOCKS = (
    Clock(RECORD, "查核紀錄", "作業辦法第 9 條", records, rhythms.of_record),
    Clock(LATE_REASON, "發文超過七天之原因", "作業辦法第 9 條", late_reasons, rhythms.of_corrections),
    Clock(TESTS_PENDING, "抽驗試驗待判定", "作業辦法第 8 條", tests, rhythms.of_tests),
)
