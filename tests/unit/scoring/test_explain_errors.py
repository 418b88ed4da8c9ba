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


# --- years of the Republic of China -------------------------------------------------------------------------

TENDERS: dict[str, Any] = {"tenders": []}
ROC: dict[str, tuple[str, dict[str, Any], int, int]] = {
    "a day": ("grade", VISIT | {"inspected_on": "113-05-01"}, 113, 2024),
    "a day with strokes": ("grade", VISIT | {"inspected_on": "99/5/1"}, 99, 2010),
    "a day filled up": ("grade", VISIT | {"inspected_on": "0113-05-01"}, 113, 2024),
    "a year": ("quota", TENDERS | {"year": 113}, 113, 2024),
    "the first year": ("quota", TENDERS | {"year": 1}, 1, 1912),
    "the last year": ("quota", TENDERS | {"year": 200}, 200, 2111),
    "a year and a day": ("quota", TENDERS | {"year": 113, "as_of": "2024-06-30"}, 113, 2024),
    "a quarter": ("deadline", {"rule": "quarterly_return", "year": 113, "quarter": 1}, 113, 2024),
    "a month": ("deadline", {"rule": "tender_update", "month": "113年5月"}, 113, 2024),
    "a time": ("filing", {"month": "2026-10", "as_of": "115-11-07T00:00:00+08:00", "entries": []}, 115, 2026),
}
PLAIN: tuple[tuple[str, dict[str, Any]], ...] = (
    *(
        ("grade", VISIT | {"inspected_on": day})
        for day in ("24-05-01", "12/25/2024", "2024/05/01", 113, "1999-01-01")
    ),
    ("quota", TENDERS | {"year": 201}),
    ("quota", TENDERS | {"year": 2001, "as_of": "2024-06-30"}),
)


def refused(command: str, request: dict[str, Any]) -> ScoringError:
    with pytest.raises(ScoringError) as caught:
        scoring.run(command, request)
    return caught.value


@pytest.mark.parametrize(("command", "request_", "roc", "gregorian"), ROC.values(), ids=ROC)
def test_a_roc_year_gets_a_hint_in_both_languages(
    command: str, request_: dict[str, Any], roc: int, gregorian: int
) -> None:
    error = refused(command, request_)

    assert error.detail.endswith(f". {roc} looks like a ROC year; give {gregorian}.")
    assert explain_error(error).endswith(f"。{roc} 看來是民國年；請改填西元 {gregorian} 年。")


@pytest.mark.parametrize(("command", "request_"), PLAIN)
def test_other_years_get_none(command: str, request_: dict[str, Any]) -> None:
    error = refused(command, request_)

    assert "ROC" not in error.detail
    assert "民國" not in explain_error(error)
