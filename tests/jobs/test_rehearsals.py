"""Rehearsals: jobs tell what they would write, at an instant to come, and nothing of it stays."""

from datetime import datetime, time, timedelta

import pytest
from flask import Flask

from inspect_app.core import clock, database, rehearsing
from inspect_app.core.clock import TAIPEI, FixedClock
from inspect_app.core.database import session, transaction
from inspect_app.core.jobs import Daily, Job, Outcome, Slot, Turn
from inspect_app.core.problems import Conflict
from inspect_app.core.rehearsing import NotRehearsable
from inspect_app.deadlines.models import Closure
from inspect_app.messages import kinds, outbox
from inspect_app.messages.letters import Letter, Recipient
from inspect_app.messages.models import OutboxMessage
from inspect_app.operations import previews
from tests.conftest import MORNING
from tests.jobs.job_samples import Noted, Work, declare

KIND = "test.daily"
HALF_PAST_EIGHT = time(8, 30)
TOMORROW = datetime(2026, 11, 24, 8, 30, tzinfo=TAIPEI)


@pytest.fixture(autouse=True)
def kind() -> None:
    kinds.declare(kinds.Kind(KIND, "測試訊息", optional=False))


def letter(period: str, due_at: datetime) -> Letter:
    to = Recipient("contact:1", "己主辦", "agency@example.invalid")
    return Letter(KIND, period, to, due_at, f"測試 {period}", ["內文"])


def writes(turn: Turn) -> Outcome:
    """Two transactions, of which the second sees what the first wrote."""
    with transaction() as current:
        current.add(Closure(on=clock.today(), document="測試", recorded_at=turn.now))
        current.flush()
        fresh = outbox.post(current, letter(turn.period, turn.due_at), turn.now)
    with transaction() as current:
        return {"messages": int(fresh), "closures": current.query(Closure).count()}


def messenger(work: Work, name: str = KIND, at: time = HALF_PAST_EIGHT) -> Job:
    return Job(name, "測試工作", Daily(at), work, writes_messages=True)


def rows(app: Flask) -> int:
    with app.app_context():
        return session().query(OutboxMessage).count() + session().query(Closure).count()


@pytest.mark.every_database
def test_a_rehearsal_tells_what_it_would_write_and_leaves_nothing(app: Flask) -> None:
    with app.app_context():
        (found,) = rehearsing.rehearse([(messenger(writes), Slot("2026-11-24", TOMORROW), TOMORROW)])
        preview = previews.told(found)

    assert preview.outcome == {"messages": 1, "closures": 1}
    assert [
        (each.kind, each.period, each.recipient, each.email, each.subject) for each in preview.messages
    ] == [(KIND, "2026-11-24", "己主辦", "agency@example.invalid", "測試 2026-11-24")]
    assert rows(app) == 0


@pytest.mark.every_database
def test_after_a_rehearsal_writing_is_as_before(app: Flask) -> None:
    with app.app_context():
        rehearsing.rehearse([(messenger(writes), Slot("2026-11-24", TOMORROW), TOMORROW)])
        with transaction() as current:
            current.add(Closure(on=clock.today(), document="測試", recorded_at=MORNING))

    assert rows(app) == 1


def test_a_rehearsal_is_held_at_the_supposed_instant(app: Flask) -> None:
    seen: list[datetime] = []

    def look(_: Turn) -> Outcome:
        seen.append(clock.now())
        return {}

    with app.app_context():
        rehearsing.rehearse([(messenger(look), Slot("2026-11-24", TOMORROW), TOMORROW)])

        assert seen == [TOMORROW]
        assert clock.now() == MORNING


@pytest.mark.every_database
def test_what_one_run_would_fail_at_is_told_and_the_next_goes_on(app: Flask) -> None:
    def broken(turn: Turn) -> Outcome:
        with transaction() as current:
            current.add(Closure(on=clock.today(), document="測試", recorded_at=turn.now))
            current.flush()
            raise ValueError("王小明")

    slot = Slot("2026-11-24", TOMORROW)
    with app.app_context():
        first, second = rehearsing.rehearse(
            [(messenger(broken, "test.a"), slot, TOMORROW), (messenger(writes), slot, TOMORROW)]
        )

    assert str(first.error).startswith("ValueError at tests/jobs/test_rehearsals.py")
    assert (second.error, second.outcome) == (None, {"messages": 1, "closures": 1})
    assert (first.noted, len(second.noted)) == ((), 1)


@pytest.mark.every_database
def test_a_lost_race_within_a_rehearsal_is_a_conflict_as_outside(app: Flask) -> None:
    def twice(turn: Turn) -> Outcome:
        for _ in range(2):
            with transaction() as current:
                row = Closure(on=clock.today(), document="測試", recorded_at=turn.now)
                current.execute(
                    database.table(Closure).insert().values(on=row.on, document="x", recorded_at=MORNING)
                )
        return {}

    with app.app_context():
        (found,) = rehearsing.rehearse([(messenger(twice), Slot("2026-11-24", TOMORROW), TOMORROW)])

    assert str(found.error).startswith(Conflict.__name__)
    assert rows(app) == 0


def test_a_job_that_does_more_than_write_rows_is_not_rehearsed(app: Flask) -> None:
    work = Noted()
    job = Job("test.bytes", "測試工作", Daily(HALF_PAST_EIGHT), work)
    with app.app_context(), pytest.raises(NotRehearsable):
        rehearsing.rehearse([(job, Slot("2026-11-24", TOMORROW), TOMORROW)])

    assert work.turns == []


def test_the_preview_reaches_to_the_end_of_tomorrow(app: Flask, fixed_clock: FixedClock) -> None:
    """Monday 09:00: what is due today and not yet done, then what comes, in its order."""
    early, late = messenger(writes, "test.early"), messenger(writes, "test.late", time(23, 59))
    declare(app, late, early, Job("test.bytes", "測試工作", Daily(HALF_PAST_EIGHT), Noted()))
    with app.app_context():
        found = [(each.job, each.period) for each in previews.tomorrow(session())]

    assert found == [
        ("test.late", "2026-11-22"),
        ("test.early", "2026-11-23"),
        ("test.late", "2026-11-23"),
        ("test.early", "2026-11-24"),
        ("test.late", "2026-11-24"),
    ]
    assert fixed_clock.now() == MORNING
    assert rows(app) == 0


def test_a_message_that_is_written_already_is_not_told_again(app: Flask) -> None:
    with app.app_context():
        with transaction() as current:
            outbox.post(current, letter("2026-11-24", TOMORROW), MORNING)
        slot = Slot("2026-11-24", TOMORROW + timedelta(0))
        (found,) = rehearsing.rehearse([(messenger(writes), slot, TOMORROW)])

    assert found.noted == ()
    assert found.outcome["messages"] == 0
