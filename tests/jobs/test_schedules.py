"""When jobs are due: each legal day or hour in Asia/Taipei once, without a gap."""

from datetime import UTC, datetime, time, timedelta

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from inspect_app.core import jobs
from inspect_app.core.clock import TAIPEI
from inspect_app.core.jobs import Daily, Every, Hourly, Monthly, Quarterly, Schedule
from tests.jobs.job_samples import Noted, daily

SCHEDULES = st.one_of(
    st.builds(Daily, st.times(max_value=time(23, 59))),
    st.builds(Hourly, st.integers(0, 59)),
    st.builds(Every, st.sampled_from((1, 5, 15, 60))),
    st.builds(Monthly, st.integers(1, 28), st.times(max_value=time(23, 59))),
    st.builds(Quarterly, st.integers(0, 27), st.times(max_value=time(23, 59))),
)
INSTANTS = st.integers(0, 10 * 366 * 86_400).map(
    lambda seconds: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)


def at(hour: int, minute: int = 0, day: int = 23) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=TAIPEI)


@given(SCHEDULES, INSTANTS)
def test_the_last_slot_is_past_and_the_next_to_come(schedule: Schedule, now: datetime) -> None:
    assert schedule.latest(now).due_at <= now < schedule.following(now).due_at


@given(SCHEDULES, INSTANTS)
def test_the_next_slot_is_the_last_one_as_soon_as_it_is_due(schedule: Schedule, now: datetime) -> None:
    following = schedule.following(now)

    assert schedule.latest(following.due_at) == following
    assert schedule.latest(following.due_at).period != schedule.latest(now).period


@given(SCHEDULES, INSTANTS)
def test_slots_between_two_instants_are_those_one_meets_on_the_way(schedule: Schedule, now: datetime) -> None:
    first = schedule.latest(now)
    second = schedule.following(now)
    third = schedule.following(second.due_at)

    assert schedule.between(first.due_at, third.due_at, at_most=9) == [first, second, third]
    assert schedule.between(first.due_at, third.due_at, at_most=2) == [second, third]
    after = first.due_at + timedelta(microseconds=1)
    assert schedule.between(after, third.due_at - timedelta(microseconds=1), at_most=9) == [second]


@pytest.mark.parametrize(
    ("now", "period"),
    [(at(6), "2026-11-23"), (at(5, 59), "2026-11-22"), (at(23, 59), "2026-11-23"), (at(0), "2026-11-22")],
)
def test_a_daily_period_is_the_legal_day_it_fell_due(now: datetime, period: str) -> None:
    slot = Daily(time(6, 0)).latest(now.astimezone(UTC))

    assert slot.period == period
    assert slot.due_at.astimezone(TAIPEI).time() == time(6, 0)


@pytest.mark.parametrize(
    ("now", "period"),
    [(at(14, 20), "2026-11-23T14"), (at(14, 19), "2026-11-23T13"), (at(0), "2026-11-22T23")],
)
def test_an_hourly_period_is_the_hour_in_taipei(now: datetime, period: str) -> None:
    slot = Hourly(20).latest(now.astimezone(UTC))

    assert slot.period == period
    assert slot.due_at.minute == 20


def test_two_jobs_of_one_name_are_refused(app: Flask) -> None:
    with pytest.raises(ValueError, match=r"test\.daily"):
        jobs.init_app(app, [daily(Noted()), daily(Noted())], keep=timedelta(days=1))


def test_every_declared_job_has_a_name_of_its_room_and_a_title(app: Flask) -> None:
    with app.app_context():
        declared = jobs.declared()

    assert [job.name for job in declared if "." not in job.name or len(job.name) > 60] == []
    assert all(job.title for job in declared)
    assert "photos.expire" in {job.name for job in declared}


@pytest.mark.parametrize(
    ("now", "period", "following"),
    [
        ("2026-11-23T09:00:00+08:00", "2026-11-23T09:00", "2026-11-23T09:05:00+08:00"),
        ("2026-11-23T09:04:59+08:00", "2026-11-23T09:00", "2026-11-23T09:05:00+08:00"),
        ("2026-11-23T23:59:00+08:00", "2026-11-23T23:55", "2026-11-24T00:00:00+08:00"),
    ],
)
def test_every_five_minutes_begins_with_the_hour(now: str, period: str, following: str) -> None:
    instant = datetime.fromisoformat(now)

    assert Every(5).latest(instant).period == period
    assert Every(5).following(instant).due_at == datetime.fromisoformat(following)
