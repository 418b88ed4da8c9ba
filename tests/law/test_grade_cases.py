"""The golden cases of `grade`: input and output, without the steps."""

import json
from pathlib import Path
from typing import Any

import pytest

import scoring

CASES = json.loads((Path(__file__).parent / "cases" / "grade.json").read_text("utf-8"))


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_a_golden_case_gives_its_output(case: dict[str, Any]) -> None:
    answer = scoring.run(case["command"], case["input"])

    assert {key: answer[key] for key in case["output"]} == case["output"]
