"""Every whole number of every command has a least and a largest value: both are taken, the next ones are not."""

from copy import deepcopy
from typing import Any

import pytest
from scoring_builders import GOOD, Json, refused

import scoring
from scoring.fields import LARGEST

MONTHLY = {"rule": "tender_update", "month": "2026-10"}
QUARTERLY = {"rule": "quarterly_return", "year": 2024, "quarter": 1}
BOUNDS: list[tuple[str, Json, str, int, int]] = [
    ("deadline", MONTHLY, "day", 1, 28),
    ("deadline", QUARTERLY, "year", 1, 9999),
    ("deadline", QUARTERLY, "quarter", 1, 4),
    ("filing", GOOD["filing"], "day", 1, 28),
    ("grade", GOOD["grade"], "marks[0].total", 0, 100),
    ("grade", GOOD["grade"], "marks[1].quality_system", 0, 20),
    ("grade", GOOD["grade"], "marks[1].workmanship", 0, 60),
    ("grade", GOOD["grade"], "marks[1].progress", 0, 20),
    ("quota", GOOD["quota"], "year", 1, 9999),
    ("quota", GOOD["quota"], "visits_per_month", 0, LARGEST),
    ("quota", GOOD["quota"], "tenders[0].budget_twd", 0, LARGEST),
    ("quota", GOOD["quota"], "tenders[0].count", 1, LARGEST),
    ("quota", GOOD["quota"], "inspections[0].count", 1, LARGEST),
    ("quota", GOOD["quota"], "overrides[0].band", 0, LARGEST),
    ("quota", GOOD["quota"], "overrides[0].required", 0, LARGEST),
    ("penalty", GOOD["penalty"], "procurement_twd", 0, LARGEST),
    ("penalty", GOOD["penalty"], "cap_twd", 0, LARGEST),
    ("penalty", GOOD["penalty"], "deductions[0].points", 0, LARGEST),
    ("penalty", GOOD["penalty"], "deductions[0].multiplier", 1, LARGEST),
    ("penalty", GOOD["penalty"], "deductions[0].allowed[0]", 0, LARGEST),
    ("priorities", GOOD["priorities"], "tenders[0].budget_twd", 0, LARGEST),
    ("priorities", GOOD["priorities"], "tenders[0].last_score", 0, 100),
    ("draw", GOOD["draw"], "count", 1, LARGEST),
    ("draw", GOOD["draw"], "tenders[0].weight", 0, LARGEST),
]


def put(request: Json, path: str, value: int) -> Json:
    """The request with a value at a path such as `marks[0].total`."""
    changed = deepcopy(request)
    *way, last = (
        int(each) if each.isdigit() else each for each in path.replace("[", ".").replace("]", "").split(".")
    )
    place: Any = changed
    for key in way:
        place = place[key]
    place[last] = value
    return changed


@pytest.mark.parametrize(("command", "request_", "path", "low", "high"), BOUNDS)
def test_what_lies_outside_is_refused_with_its_path_and_bounds(
    command: str, request_: Json, path: str, low: int, high: int
) -> None:
    for value in (low - 1, high + 1):
        error = refused(command, put(request_, path, value))

        assert (error.code, error.field, error.rule) == ("invalid_input", path, "whole")
        assert error.inputs == {"low": low, "high": high}


@pytest.mark.parametrize(("command", "request_", "path", "low", "high"), BOUNDS)
def test_the_bounds_themselves_are_whole_numbers_it_takes(
    command: str, request_: Json, path: str, low: int, high: int
) -> None:
    told = {mistake(command, put(request_, path, value)) for value in (low, high)}

    assert (path, "whole") not in told


def mistake(command: str, request: Json) -> tuple[str, str] | None:
    """The field of a refused request and the rule it breaks; None when it is answered."""
    try:
        scoring.run(command, request)
    except scoring.ScoringError as error:
        return error.field, error.rule
    return None


def test_no_bound_is_forgotten() -> None:
    told = {(command, path.rpartition(".")[2].partition("[")[0]) for command, _, path, _, _ in BOUNDS}
    numbers = {
        (command, key)
        for command, request in GOOD.items()
        if command != "replay"
        for key in _numbers(request)
    }

    assert numbers - told <= {("priorities", key) for key in _numbers(GOOD["priorities"])}


def _numbers(value: object, key: str = "") -> set[str]:
    """The keys under which whole numbers stand."""
    if isinstance(value, dict):
        return {name for inner, each in value.items() for name in _numbers(each, inner)}
    if isinstance(value, list):
        return {name for each in value for name in _numbers(each, key)}
    return {key} if type(value) is int else set()
