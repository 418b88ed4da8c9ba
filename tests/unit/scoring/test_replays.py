"""A stored result is computed again: it holds, or the keys that differ are named."""

import json
from pathlib import Path
from typing import Any

import pytest
from scoring_builders import GOOD, Json, ask, good

import scoring
from scoring import lawbook

QUOTA = (lawbook.LAW / "inspection" / "quota.yaml").read_text("utf-8")


def stored(command: str, **changes: Any) -> Json:
    """A stored result of a command, with some of its keys changed."""
    return {
        "command": command,
        "request": GOOD[command],
        "result": {**scoring.run(command, GOOD[command]), **changes},
    }


def keys(answer: Json) -> list[str]:
    return [each["key"] for each in answer["differences"]]


@pytest.mark.parametrize("command", GOOD)
def test_a_stored_result_of_every_command_holds(command: str) -> None:
    answer = scoring.replay(stored(command))

    assert (answer["holds"], answer["differences"]) == (True, [])
    assert answer["steps"] == scoring.run(command, GOOD[command])["steps"]


@pytest.mark.parametrize("command", GOOD)
def test_every_figure_that_was_changed_is_named(command: str) -> None:
    now = scoring.run(command, GOOD[command])
    for key in now.keys() - {"steps"}:
        answer = scoring.replay(stored(command, **{key: "changed"}))
        assert answer["differences"] == [{"key": key, "stored": "changed", "now": now[key]}]
        assert answer["holds"] is False


def test_values_of_different_types_differ() -> None:
    asked = {"year": 2024, "tenders": []}
    result = {**ask("quota", **asked), "met": 1, "done": False, "required": "0"}
    answer = scoring.replay({"command": "quota", "request": asked, "result": result})

    assert keys(answer) == ["required", "done", "met"]


def test_what_an_older_program_did_not_write_is_not_compared() -> None:
    kept = {"command": "progress", "request": GOOD["progress"], "result": {"behind": 1}}

    assert scoring.replay(kept)["holds"] is True


def test_a_key_that_is_no_longer_written_differs() -> None:
    answer = scoring.replay(stored("progress", luck=None))

    assert answer["differences"] == [{"key": "luck", "stored": None, "now": None}]


def test_words_may_change() -> None:
    assert scoring.replay(stored("grade", steps=[]))["holds"] is True


def test_a_changed_law_shows_which_keys_moved() -> None:
    asked = {"year": 2024, "tenders": [{"id": "T", "budget_twd": 3_000_000, "count": 30, "own": False}]}
    kept = {"command": "quota", "request": asked, "result": scoring.run("quota", asked)}
    text = QUOTA.replace(
        "to_twd: 10000000, share_percent: 0, minimum: 10", "to_twd: 10000000, share_percent: 0, minimum: 12"
    )
    with lawbook.trying([lawbook.draft(f"group: inspection.quota\n{text}", "draft")]):
        moved = scoring.replay(kept)

    assert keys(moved) == ["bands", "required"]
    assert scoring.replay(kept)["holds"] is True


def test_a_mistake_in_the_stored_request_is_told_inside_it() -> None:
    kept = {"command": "grade", "request": good("grade", marks=[]), "result": {}}
    with pytest.raises(scoring.InvalidInput) as refused:
        scoring.replay(kept)

    assert refused.value.field == "request.marks"


def test_a_replay_of_a_replay_holds() -> None:
    assert scoring.replay(stored("replay"))["holds"] is True


def test_the_golden_cases_hold_when_stored() -> None:
    folder = Path(__file__).parents[2] / "law" / "cases"
    for path in folder.glob("*.json"):
        for case in json.loads(path.read_text("utf-8")):
            kept = {"command": case["command"], "request": case["input"], "result": case["output"]}
            assert scoring.replay(kept)["holds"] is True
