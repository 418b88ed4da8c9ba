"""What is wrong with a request, in Traditional Chinese; the English of the error object stays as it is."""

from collections.abc import Mapping
from typing import Any

import pytest

import scoring
from scoring.errors import CalendarNotKnown, InvalidInput, ScoringError, UnknownField
from scoring.explain import explain_error

VISIT: dict[str, Any] = {"inspected_on": "2026-11-20", "marks": [{"member": "a", "total": 80}]}


def wrong(**changes: Any) -> ScoringError:
    with pytest.raises(ScoringError) as caught:
        scoring.run("grade", VISIT | changes)
    return caught.value


MISTAKES: dict[str, tuple[dict[str, Any], str]] = {
    "a mark too high": ({"marks": [{"member": "a", "total": 101}]}, "應為 0 到 100 的整數。"),
    "a part too high": (
        {"marks": [{"member": "a", "quality_system": 21, "workmanship": 50, "progress": 10}]},
        "應為 0 到 20 的整數。",
    ),
    "a part missing": ({"marks": [{"member": "a", "quality_system": 20}]}, "必填。"),
    "total and parts": (
        {"marks": [{"member": "a", "total": 80, "progress": 10}]},
        "總分與三項分數請擇一填寫，不可並列。",
    ),
    "a member twice": ({"marks": [{"member": "a", "total": 80}] * 2}, "同一委員只能評一次分數。"),
    "no mark": ({"marks": []}, "至少要有一位委員的評分。"),
    "failed and pending": (
        {"findings": ["asphalt_core"], "pending_tests": ["asphalt_core"]},
        "瀝青混凝土鑽心試體試驗不可既不合格又待判定；請只列在一處。",
    ),
    "an unknown finding": (
        {"pending_tests": ["x"]},
        "應為 混凝土鑽心試體、瀝青混凝土鑽心試體、路基壓實度之一。",
    ),
    "an unknown key": (
        {"x": 1},
        "沒有這個欄位；可用的是 findings, inspected_on, marks, outside, pending_tests。",
    ),
    "no day": ({"inspected_on": "20261120"}, "應為日期，例：2026-11-23。"),
    "before the rule": (
        {"inspected_on": "2003-09-11"},
        "2003-09-11 還沒有可適用的規定，最早為 2003-09-12；請確認日期。",
    ),
    "no name": ({"marks": [{"member": " ", "total": 80}]}, "不可空白。"),
    "no flag": ({"marks": [{"member": "a", "total": 80, "outside": 1}]}, "應為 true 或 false。"),
}


@pytest.mark.parametrize(("changes", "said"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_said_in_chinese(changes: dict[str, Any], said: str) -> None:
    assert explain_error(wrong(**changes)) == said


@pytest.mark.parametrize("changes", [changes for changes, _ in MISTAKES.values()], ids=list(MISTAKES))
def test_the_error_object_stays_english_and_has_its_three_keys(changes: Mapping[str, Any]) -> None:
    error = wrong(**changes).as_dict()

    assert set(error) == {"error", "detail", "field"}
    assert not any("\u4e00" <= char <= "\u9fff" for char in error["detail"].replace("作業辦法", ""))


@pytest.mark.parametrize("error", [InvalidInput("x"), UnknownField("x"), CalendarNotKnown("x", rule="new")])
def test_a_mistake_without_a_sentence_of_its_own_is_said_by_its_code(error: ScoringError) -> None:
    said = explain_error(error)

    assert "x" not in said
    assert said.endswith("。")
