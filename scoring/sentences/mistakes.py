"""What is wrong with a request, in Traditional Chinese; the engine's own details are in English."""

from collections.abc import Mapping

MISTAKES: Mapping[str, str] = {
    "missing": "必填。",
    "unknown": "沒有這個欄位；可用的是 {known}。",
    "whole": "應為 {low} 到 {high} 的整數。",
    "flag": "應為 true 或 false。",
    "day": "應為日期，例：2026-11-23。",
    "name": "不可空白。",
    "words": "應為 {allowed}之一。",
    "not_in_force": "{day} 還沒有可適用的規定，最早為 {first}；請確認日期。",
    "grade.no_mark": "至少要有一位委員的評分。",
    "grade.both": "{test}試驗不可既不合格又待判定；請只列在一處。",
    "grade.total_and_parts": "總分與三項分數請擇一填寫，不可並列。",
    "grade.member_twice": "同一委員只能評一次分數。",
    "invalid_input": "內容不正確；請核對後再送。",
    "unknown_field": "沒有這個欄位。",
    "rule_not_in_force": "這一天還沒有可適用的規定；請確認日期。",
    "calendar_not_known": "這一年的行政機關辦公日曆表尚未收錄；請洽系統管理者。",
}
"""What is wrong in Traditional Chinese, by rule, or by code where a rule has no sentence of its own."""
