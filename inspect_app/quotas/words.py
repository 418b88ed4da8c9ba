"""A quota in words: bands by their budgets, steps as sentences."""

from collections.abc import Mapping
from typing import Any

from scoring.explain import explain

TEN_THOUSAND = 10_000


def bands(told: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The bands of an answer of the engine's `quota`, the largest first, each with its name."""
    return [each | {"name": band(each["from_twd"], each["to_twd"])} for each in told["bands"]]


def band(from_twd: int, to_twd: int | None) -> str:
    """A band by its budgets, such as 1,000 萬以上未達 5,000 萬."""
    return f"{_amount(from_twd)}以上" + ("" if to_twd is None else f"未達 {_amount(to_twd)}")


def steps(told: Mapping[str, Any]) -> list[str]:
    """Why, one sentence a step."""
    return [explain(step, "zh-Hant") for step in told["steps"]]


def _amount(twd: int) -> str:
    return f"{twd // TEN_THOUSAND:,} 萬元" if twd % TEN_THOUSAND == 0 else f"{twd:,} 元"
