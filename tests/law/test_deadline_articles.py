"""作業辦法 art. 9 (seven working days), the monthly update, 組織準則 art. 10 (the quarterly return).

Each edge of their versions stands in articles/*.yaml.
"""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scoring_builders import Json, ask, refused, step_of

from scoring.calendars import kind_of

WORKED_SATURDAYS = {
    *("2019-01-19", "2019-02-23", "2019-10-05", "2020-02-15", "2020-06-20", "2020-09-26", "2021-02-20"),
    *("2021-09-11", "2022-01-22", "2023-01-07", "2023-02-04", "2023-02-18", "2023-03-25", "2023-06-17"),
    *("2023-09-23", "2024-02-17", "2025-02-08"),
}
"""Every make-up workday of the official calendars from 2019 to 2027."""

FREE_WEEKDAYS = {
    2019: "01-01 02-04 02-05 02-06 02-07 02-08 02-28 03-01 04-04 04-05 06-07 09-13 10-10 10-11",
    2020: "01-01 01-23 01-24 01-27 01-28 01-29 02-28 04-02 04-03 06-25 06-26 10-01 10-02 10-09",
    2021: "01-01 02-10 02-11 02-12 02-15 02-16 03-01 04-02 04-05 06-14 09-20 09-21 10-11 12-31",
    2022: "01-31 02-01 02-02 02-03 02-04 02-28 04-04 04-05 06-03 09-09 10-10",
    2023: "01-02 01-20 01-23 01-24 01-25 01-26 01-27 02-27 02-28 04-03 04-04 04-05 06-22 06-23 09-29 10-09 10-10",
    2024: "01-01 02-08 02-09 02-12 02-13 02-14 02-28 04-04 04-05 06-10 09-17 10-10",
    2025: "01-01 01-27 01-28 01-29 01-30 01-31 02-28 04-03 04-04 05-30 09-29 10-06 10-10 10-24 12-25",
    2026: "01-01 02-16 02-17 02-18 02-19 02-20 02-27 04-03 04-06 05-01 06-19 09-25 09-28 10-09 10-26 12-25",
    2027: "01-01 02-04 02-05 02-08 02-09 02-10 03-01 04-05 04-06 04-30 06-09 09-15 09-28 10-11 10-25 12-24 12-31",
}
"""Mondays to Fridays on which government offices were closed, from the official calendars."""

FREE = {f"{year}-{day}" for year, days in FREE_WEEKDAYS.items() for day in days.split()}
first_days = st.dates(date(2018, 12, 31), date(2027, 11, 30))


def due(start: str, *closures: str) -> str:
    answer = ask("deadline", **{"rule": "inspection_record", "from": start, "closures": list(closures)})
    return str(answer["due_on"])


def works(day: date, closures: frozenset[str]) -> bool:
    text = day.isoformat()
    return text not in closures and (text in WORKED_SATURDAYS or (day.weekday() < 5 and text not in FREE))


def count(start: date, closures: frozenset[str]) -> date:
    """Seven working days after a day, counted on the fingers."""
    day, left = start, 7
    while left:
        day += timedelta(days=1)
        left -= works(day, closures)
    return day


@settings(max_examples=300, deadline=None)
@given(first_days, st.sets(st.integers(0, 20), max_size=5))
def test_the_record_is_due_on_the_seventh_working_day(start: date, closed: set[int]) -> None:
    closures = frozenset((start + timedelta(days=each)).isoformat() for each in closed)

    assert due(start.isoformat(), *sorted(closures)) == count(start, closures).isoformat()


def test_every_day_of_the_known_years_is_as_the_official_calendar_says() -> None:
    days = [date(2019, 1, 1) + timedelta(days=each) for each in range(9 * 365 + 2)]
    differing = [day for day in days if (kind_of(day) in ("work", "makeup")) is not works(day, frozenset())]

    assert days[-1] == date(2027, 12, 31)
    assert differing == []


def test_a_typhoon_day_on_a_day_off_changes_nothing() -> None:
    assert due("2024-09-13", "2024-09-15", "2024-09-17", "2024-09-15") == due("2024-09-13")


def test_the_ledger_says_why_each_day_counts_or_not() -> None:
    asked = {"rule": "inspection_record", "from": "2023-01-18", "closures": ["2023-01-30"]}
    days = step_of(ask("deadline", **asked), "deadline.inspection_record")["inputs"]["days"]
    kinds = {each["day"]: (each["kind"], each["number"]) for each in days}

    assert kinds["2023-01-19"] == ("work", 1)
    assert kinds["2023-01-20"] == ("holiday", None)
    assert kinds["2023-01-28"] == ("rest", None)
    assert kinds["2023-01-30"] == ("closure", None)
    assert kinds["2023-02-04"] == ("makeup", 6)
    assert days[-1]["number"] == 7


@pytest.mark.parametrize(
    "start", ["2018-12-30", "2027-12-21", "2027-12-31", "2028-05-01", "2002-08-23", "9999-12-31"]
)
def test_a_count_beyond_the_known_years_is_not_guessed(start: str) -> None:
    error = refused("deadline", {"rule": "inspection_record", "from": start})

    assert (error.code, error.field) == ("calendar_not_known", "from")
    assert "2019 to 2027" in error.detail


def test_before_the_first_text_there_is_no_such_deadline() -> None:
    error = refused("deadline", {"rule": "inspection_record", "from": "0001-01-01"})

    assert (error.code, error.field) == ("rule_not_in_force", "from")


@pytest.mark.parametrize(
    ("asked", "due_on"),
    [
        ({"month": "2026-10"}, "2026-11-06"),
        ({"month": "2024-01", "day": 28}, "2024-02-28"),
        ({"month": "1990-01"}, "1990-02-06"),
        ({"month": "0001-01", "day": 1}, "0001-02-01"),
        ({"month": "9999-11"}, "9999-12-06"),
    ],
)
def test_a_month_is_filed_by_a_day_of_the_next_one_weekend_or_not(asked: Json, due_on: str) -> None:
    answer = ask("deadline", rule="tender_update", **asked)

    assert answer["due_on"] == due_on
    assert answer["steps"][0]["inputs"] == {"month": asked["month"], "day": int(due_on[-2:])}


@pytest.mark.parametrize(
    ("year", "quarter", "due_on"),
    [
        (2024, 3, "2024-10-31"),
        (2024, 4, "2025-01-31"),
        (9999, 3, "9999-10-31"),
    ],
)
def test_a_quarter_is_sent_by_the_end_of_the_next_month(year: int, quarter: int, due_on: str) -> None:
    assert ask("deadline", rule="quarterly_return", year=year, quarter=quarter)["due_on"] == due_on


@pytest.mark.parametrize(("year", "quarter"), [(2002, 3), (1, 1)])
def test_of_returns_due_before_2023_08_19_no_text_is_at_hand(year: int, quarter: int) -> None:
    error = refused("deadline", {"rule": "quarterly_return", "year": year, "quarter": quarter})

    assert (error.code, error.field) == ("rule_not_in_force", "year")


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"rule": "tender_update", "month": "9999-12"}, "month"),
        ({"rule": "quarterly_return", "year": 9999, "quarter": 4}, "year"),
    ],
)
def test_the_calendar_ends_with_the_year_9999(asked: Json, field: str) -> None:
    error = refused("deadline", asked)

    assert (error.code, error.field) == ("invalid_input", field)


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"rule": "inspection_record", "from": "x", "month": "2024-01"}, "month"),
        ({"rule": "tender_update", "month": "x", "closures": []}, "closures"),
        ({"rule": "quarterly_return", "year": 0, "from": "2024-01-01"}, "from"),
        ({"rule": "coffee", "colour": 1}, "colour"),
        ({"colour": 1}, "colour"),
        ({"rule": ["inspection_record"], "colour": 1}, "colour"),
    ],
)
def test_each_rule_takes_only_its_own_keys_and_they_are_told_first(asked: Json, field: str) -> None:
    error = refused("deadline", asked)

    assert (error.code, error.field) == ("unknown_field", field)
