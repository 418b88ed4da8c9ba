"""How a grade came about, in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from inspect_app.inspections.words import FINDINGS, TESTS
from scoring.explain import explain

RULES = {
    "grade.mean": "委員評分平均",
    "grade.raw_score": "原成績",
    "grade.failed_test": "試驗不合格",
    "grade.other_finding": "情節重大",
    "grade.grade": "等第",
    "grade.forced_grade": "應列丙等",
    "grade.announceable": "得否通知成績",
}
INPUTS = {
    "marks": "評分",
    "sum": "合計",
    "count": "人數",
    "mean": "平均",
    "findings": "情事",
    "raw_score": "原成績",
    "from_mark": "自此分起",
    "score": "成績",
    "pending_tests": "待判定",
    "withheld_from": "暫不通知，自",
    "reading": "本地參數",
}
Names = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Badge:
    """A grade as shown; without `grade` it is withheld, and `why` says for which tests."""

    grade: str | None
    label: str = ""
    score: int | None = None
    why: str = ""


def badge(result: Mapping[str, Any]) -> Badge:
    """The grade to show; none while a pending test withholds it (作業辦法 art. 8)."""
    if result["announceable"]:
        return Badge(result["grade"], result["label"], result["score"])
    waiting = next(
        step["inputs"]["pending_tests"] for step in result["steps"] if "pending_tests" in step["inputs"]
    )
    return Badge(None, why=f"{'、'.join(TESTS[test] for test in waiting)}尚未判定")


def steps(result: Mapping[str, Any], names: Names) -> list[dict[str, Any]]:
    """The rows of `ui.steps`; `names` are the team's, by id."""
    return [_step(step, result["label"], names) for step in result["steps"]]


def _step(step: Mapping[str, Any], label: str, names: Names) -> dict[str, Any]:
    sentence = explain(step, "zh-Hant").removeprefix(f"依{step['article']}，")
    inputs = {INPUTS[key]: _words(value, names) for key, value in step["inputs"].items() if key in INPUTS}
    return {
        "rule": RULES[step["rule"]],
        "article": step["article"],
        "text": sentence,
        "inputs": {key: value for key, value in inputs.items() if value != ""} or None,
        "value": _value(step["value"], label),
    }


def _value(value: Any, label: str) -> str:
    if isinstance(value, bool):
        return "得通知" if value else "暫不通知"
    return label if value in ("OUTSTANDING", "A", "B", "C") else str(value)


def _words(value: Any, names: Names) -> str:
    if isinstance(value, list):
        return "、".join(_words(each, names) for each in value)
    if isinstance(value, dict):
        return f"{names.get(value['member'], '委員')} {value['total']}"
    return FINDINGS.get(value, value) if isinstance(value, str) else str(value)
