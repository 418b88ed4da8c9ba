"""Until the end of the year: what is needed, whether a pace reaches it, and an even plan."""

from datetime import date

import pytest
from scoring_builders import Json, ask

from scoring.forecasts import forecast


def plan(as_of: date, pace: int, *needs: int, anywhere: int = 0) -> Json:
    return forecast(needs, anywhere, as_of, pace).as_dict()


@pytest.mark.parametrize(
    ("as_of", "months"),
    [
        (date(2024, 1, 1), 12),
        (date(2024, 2, 28), 11),
        (date(2024, 2, 29), 10),
        (date(2023, 2, 28), 10),
        (date(2024, 11, 30), 1),
        (date(2024, 12, 30), 1),
        (date(2024, 12, 31), 0),
        (date(9999, 12, 31), 0),
    ],
)
def test_a_month_counts_while_a_day_of_it_is_left(as_of: date, months: int) -> None:
    told = plan(as_of, 1, 12)

    assert (told["months_left"], told["missing"]) == (months, 12 - months)


def test_what_is_needed_is_spread_evenly_the_rest_on_the_first_months() -> None:
    told = plan(date(2024, 8, 31), 9, 5, 0, 4, anywhere=1)

    assert [month["visits"] for month in told["plan"]] == [3, 3, 2, 2]
    assert [month["bands"] for month in told["plan"]] == [[3, 0, 0], [2, 0, 1], [0, 0, 2], [0, 0, 1]]
    assert [month["anywhere"] for month in told["plan"]] == [0, 0, 0, 1]
    assert (told["least_per_month"], told["reachable"], told["missing"]) == (3, True, 0)


def test_a_pace_that_is_too_slow_says_how_many_are_missing() -> None:
    told = plan(date(2024, 11, 1), 4, 10)

    assert (told["reachable"], told["missing"], told["least_per_month"]) == (False, 2, 5)


def test_without_a_month_left_there_is_no_pace_that_reaches_it() -> None:
    told = plan(date(2024, 12, 31), 100, 1)

    assert (told["least_per_month"], told["reachable"], told["plan"]) == (None, False, [])


def test_a_quota_without_a_pace_has_no_forecast() -> None:
    assert "forecast" not in ask("quota", year=2024, tenders=[])


def test_tenders_never_visited_need_a_visit_though_the_number_is_reached() -> None:
    rows = [
        {"tender": "T", "on": "2024-03-01", "kind": "inspection", "count": 2},
        {"tender": "T", "on": "2024-04-01", "kind": "reinspection", "count": 3},
    ]
    tenders = [{"id": "T", "budget_twd": 50_000_000, "count": 5, "own": False}]
    asked = {"year": 2024, "as_of": "2024-10-31", "tenders": tenders, "inspections": rows}

    assert ask("quota", **asked, visits_per_month=2)["forecast"]["bands"] == [3, 0, 0]


def test_the_end_of_the_calendar_has_a_forecast_too() -> None:
    told = ask("quota", year=9999, tenders=[], visits_per_month=10**18)["forecast"]

    assert (told["needed"], told["reachable"]) == (0, True)
