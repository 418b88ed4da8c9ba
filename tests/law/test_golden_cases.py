"""The golden cases of every command: input and output, without the steps; keys of ours may be added."""

import json
from pathlib import Path
from typing import Any

import pytest

import scoring

FOLDER = Path(__file__).parent / "cases"
CASES = [case for path in sorted(FOLDER.glob("*.json")) for case in json.loads(path.read_text("utf-8"))]


def written(value: object) -> str:
    """The JSON of a value: 1 is not true, and the order of keys says nothing."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


@pytest.mark.parametrize("case", CASES, ids=[f"{case['command']}: {case['name']}" for case in CASES])
def test_a_golden_case_gives_its_output(case: dict[str, Any]) -> None:
    answer = scoring.run(case["command"], case["input"])

    assert written({key: answer[key] for key in case["output"]}) == written(case["output"])
    assert answer["steps"]


def test_every_command_of_the_contract_has_cases() -> None:
    assert {case["command"] for case in CASES} >= {
        "grade",
        "quota",
        "penalty",
        "deadline",
        "filing",
        "progress",
    }
