"""The demonstration city's year 109, computed from its rows, and this year's filing, alive."""

from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from inspect_app.core.auth import Actor
from inspect_app.demo import tenders, year109
from inspect_app.filings import figures
from inspect_app.filings.months import FilingMonth, Moment, current
from tests import builders
from tests.conftest import Write
from tests.filings_builders import local

NOW = local("2026-11-24 09:00")


def percent(session: Session, month: FilingMonth, by: Actor) -> tuple[str | None, str | None]:
    """By the database and by the engine, over all tenders."""
    moment = Moment(NOW, NOW)
    counted = figures.summary(session, month, moment, by).percent
    return counted, figures.assessed(session, month, moment, by)["percent"]


@pytest.mark.every_database
def test_every_month_of_year_109_is_at_100_and_all_are_closed_since(write: Write, people: object) -> None:
    with write() as session:
        staff = builders.actor(session, "staff")
        year109.load(session, staff)
        found = [percent(session, month, staff) for month in year109.YEAR]
        due = [figures.summary(session, month, Moment(NOW, NOW), staff).due for month in year109.YEAR]
        since = figures.summary(session, FilingMonth("2021-01"), Moment(NOW, NOW), staff).due
        then = Moment(local("2020-08-03 12:00"), local("2020-08-03 12:00"))
        half = figures.summary(session, FilingMonth("2020-07"), then, staff)

    assert found == [("100.00", "100.00")] * 12
    assert min(due) >= 30
    assert since == 0
    assert half.missing == half.due == 40  # recorded together at the end of the sixth


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-11-24 09:00", (6, 1, 2, 1)),
        ("2026-12-02 09:00", (7, 0, 2, 1)),
        ("2027-01-08 09:00", (6, 1, 2, 1)),
    ],
)
def test_the_present_month_has_late_missing_and_excused_ones(
    write: Write, people: object, now: str, expected: tuple[int, ...]
) -> None:
    instant: datetime = local(now)
    with write() as session:
        staff = builders.actor(session, "staff")
        tenders.load(session, staff, instant)
        month = current(instant)
        found = figures.summary(session, month, Moment(instant, instant), staff)
        before = figures.summary(session, month.before, Moment(instant, instant), staff)

    assert (found.on_time, found.late, found.missing, found.excused) == expected
    assert before.percent == "100.00"
