"""Behind schedule: planned less actual, from a limit in percentage points up."""

from typing import Any

import pytest
from scoring_builders import Json, ask, refused


def progress(*pairs: tuple[str, str], **more: Any) -> Json:
    return ask("progress", tenders=[{"planned": a, "actual": b} for a, b in pairs], **more)


@pytest.mark.parametrize(
    ("planned", "actual", "limit", "behind"),
    [
        ("50", "45", 5, 1),
        ("50", "45.01", 5, 0),
        ("0.30", "0.20", "0.1", 1),
        ("50", "60", 5, 0),
        ("50", "50", 0, 1),
        ("50", "50.01", "0", 0),
        ("999.99", "0", "999.99", 1),
        ("999.99", "0", 1000, 0),
        ("999.99", "0", 10**18, 0),
        ("007.5", "2.50", "005", 1),
    ],
)
def test_behind_begins_at_the_limit_exactly(planned: str, actual: str, limit: object, behind: int) -> None:
    assert progress((planned, actual), limit=limit)["behind"] == behind


def test_the_limit_is_five_points_by_default() -> None:
    answer = progress(("50", "45"), ("50", "45.01"))

    assert (answer["total"], answer["on_track"], answer["behind"]) == (2, 1, 1)


def test_percents_have_one_place_half_up_and_are_null_for_none() -> None:
    answer = progress(*[("9", "0")] * 1, *[("0", "0")] * 15)

    assert (answer["behind_percent"], answer["on_track_percent"]) == ("6.3", "93.8")
    assert progress() == {
        "total": 0,
        "on_track": 0,
        "on_track_percent": None,
        "behind": 0,
        "behind_percent": None,
        "steps": progress()["steps"],
    }


@pytest.mark.parametrize(
    "limit", [-1, 10**18 + 1, True, None, "", "5%", "-1", "1000", "5.", "５", "5\n", 5.5, []]
)
def test_a_limit_is_a_whole_number_or_a_decimal_string(limit: object) -> None:
    assert refused("progress", {"tenders": [], "limit": limit}).field == "limit"
