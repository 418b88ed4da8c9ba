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


def named(*names: object) -> list[Json]:
    return [{"id": name, "planned": "1", "actual": "1"} for name in names]


def test_tenders_with_an_id_are_named_when_behind_in_their_order() -> None:
    rows = [("丙", "44"), (None, "0"), ("乙", "45.01"), ("甲", "45")]
    tenders = [{"planned": "50", "actual": actual} | ({"id": name} if name else {}) for name, actual in rows]
    answer = ask("progress", tenders=tenders)

    assert (answer["behind"], answer["behind_ids"]) == (3, ["丙", "甲"])


def test_without_ids_nobody_is_named_and_none_behind_is_an_empty_list() -> None:
    assert "behind_ids" not in progress(("9", "0"))
    assert ask("progress", tenders=named("A"))["behind_ids"] == []


@pytest.mark.parametrize(
    ("names", "field"),
    [(("A", "B", "A"), "tenders[2].id"), (("A", " "), "tenders[1].id"), ((1,), "tenders[0].id")],
)
def test_an_id_is_a_name_given_once(names: tuple[object, ...], field: str) -> None:
    error = refused("progress", {"tenders": named(*names)})

    assert (error.code, error.field) == ("invalid_input", field)
