"""Sentences for the steps of a result, in Traditional Chinese and English.

    explain(step, "zh-Hant")
    explain_error(error)

A step whose `inputs` were taken out (members' marks are not for everyone) gets a shorter sentence.
"""

from collections.abc import Mapping

from scoring.errors import InvalidInput, ScoringError
from scoring.fields import shown

LANGUAGES = ("zh-Hant", "en")
Words = Mapping[str, str]

_NAMES: Mapping[str, Words] = {
    "concrete_core": {"zh-Hant": "混凝土鑽心試體", "en": "concrete cores"},
    "asphalt_core": {"zh-Hant": "瀝青混凝土鑽心試體", "en": "asphalt cores"},
    "subgrade_compaction": {"zh-Hant": "路基壓實度", "en": "subgrade compaction"},
    "main_structure": {"zh-Hant": "主要結構與設計不符", "en": "main structure not as designed"},
    "main_material": {
        "zh-Hant": "主要材料設備與設計不符",
        "en": "main materials or equipment not as designed",
    },
    "safety": {"zh-Hant": "影響安全的重大缺失", "en": "a grave defect that affects safety"},
    "OUTSTANDING": {"zh-Hant": "優等", "en": "OUTSTANDING"},
    "A": {"zh-Hant": "甲等", "en": "A"},
    "B": {"zh-Hant": "乙等", "en": "B"},
    "C": {"zh-Hant": "丙等", "en": "C"},
}

_SENTENCES: Mapping[str, Words] = {
    "grade.mean": {
        "zh-Hant": "{count} 位委員評分合計 {sum} 分，平均 {value} 分",
        "en": "The marks of {count} member(s) sum to {sum}; their mean is {value}",
    },
    "grade.mean/brief": {
        "zh-Hant": "各委員評分平均 {value} 分",
        "en": "The mean of the members' marks is {value}",
    },
    "grade.raw_score": {
        "zh-Hant": "平均 {mean} 四捨五入取整數，原成績 {value} 分",
        "en": "The mean {mean}, rounded half up to a whole number, gives a raw score of {value}",
    },
    "grade.raw_score/brief": {"zh-Hant": "原成績 {value} 分", "en": "The raw score is {value}"},
    "grade.failed_test": {
        "zh-Hant": "試驗不合格（{findings}），原成績 {raw_score} 分達 {from_mark} 分，以 {value} 分計",
        "en": "A test failed ({findings}); the raw score of {raw_score}, being {from_mark} or more, counts as {value}",
    },
    "grade.failed_test/kept": {
        "zh-Hant": "試驗不合格（{findings}），原成績 {raw_score} 分未達 {from_mark} 分，分數不變",
        "en": "A test failed ({findings}); the raw score of {raw_score}, being below {from_mark}, stays",
    },
    "grade.failed_test/brief": {
        "zh-Hant": "試驗不合格，成績 {value} 分",
        "en": "A test failed; the score is {value}",
    },
    "grade.other_finding": {
        "zh-Hant": "情節重大（{findings}），原成績 {raw_score} 分達 {from_mark} 分，以 {value} 分計；"
        "條文未定此分數，採本地參數 {reading}",
        "en": "A grave finding ({findings}); the raw score of {raw_score}, being {from_mark} or more, counts as "
        "{value}. The article names no figure here: it is a local parameter, {reading}",
    },
    "grade.other_finding/kept": {
        "zh-Hant": "情節重大（{findings}），原成績 {raw_score} 分未達 {from_mark} 分，分數不變（本地參數 {reading}）",
        "en": "A grave finding ({findings}); the raw score of {raw_score}, being below {from_mark}, stays "
        "(local parameter {reading})",
    },
    "grade.other_finding/brief": {
        "zh-Hant": "情節重大，成績 {value} 分",
        "en": "A grave finding; the score is {value}",
    },
    "grade.grade": {"zh-Hant": "成績 {score} 分，列{label}", "en": "A score of {score} is grade {value}"},
    "grade.grade/brief": {"zh-Hant": "列{value}", "en": "The grade is {value}"},
    "grade.forced_grade": {
        "zh-Hant": "有應列丙等的情況（{findings}），成績 {score} 分，列{label}",
        "en": "Because of a finding ({findings}) the grade must be {value}; the score is {score}",
    },
    "grade.forced_grade/brief": {"zh-Hant": "有應列丙等的情況，列{value}", "en": "The grade must be {value}"},
    "grade.announceable/yes": {
        "zh-Hant": "待試驗（{pending_tests}），原成績 {raw_score} 分，仍得通知成績",
        "en": "A test is pending ({pending_tests}); with a raw score of {raw_score} the result may be announced",
    },
    "grade.announceable/no": {
        "zh-Hant": "待試驗（{pending_tests}），原成績 {raw_score} 分達 {withheld_from} 分，判定完成後始通知成績",
        "en": "A test is pending ({pending_tests}); a raw score of {raw_score}, being {withheld_from} or more, "
        "is announced only once it is decided",
    },
    "grade.announceable/local": {
        "zh-Hant": "待試驗（{pending_tests}），條文未規定須待判定，依本地參數 {reading}：{value}通知成績",
        "en": "A test is pending ({pending_tests}); the article does not say to wait, so the local parameter "
        "{reading} decides: the result {value} be announced",
    },
    "grade.announceable/brief": {
        "zh-Hant": "待試驗，{value}通知成績",
        "en": "A test is pending; the result {value} be announced",
    },
}


_MISTAKES: Mapping[str, str] = {
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


def explain_error(error: ScoringError) -> str:
    """Return one sentence in zh-Hant that says what is wrong; `error.detail` says it in English."""
    words = {key: _said(value, "zh-Hant") for key, value in error.inputs.items()}
    return _MISTAKES[error.rule if error.rule in _MISTAKES else error.code].format(**words)


def explain(step: Mapping[str, object], lang: str) -> str:
    """Return one sentence for a step, in "zh-Hant" or "en"; InvalidInput for any other step or language."""
    if lang not in LANGUAGES:
        raise InvalidInput(f"Choose out of {', '.join(LANGUAGES)}; got {shown(lang)}.", "lang")
    rule, inputs = step.get("rule"), step.get("inputs")
    if not isinstance(rule, str) or f"{rule}/brief" not in _SENTENCES:
        raise InvalidInput(f"There is no sentence for the rule {shown(rule)}.", "rule")
    given = inputs if isinstance(inputs, Mapping) else {}
    words = {key: _said(value, lang) for key, value in {**given, "value": step.get("value")}.items()}
    article = str(step.get("article", ""))
    try:
        return _cited(
            _SENTENCES[_variant(rule, given, step.get("value"))][lang].format(**words), article, lang
        )
    except KeyError:  # some inputs were taken out
        return _cited(_SENTENCES[f"{rule}/brief"][lang].format(**words), article, lang)


def _variant(rule: str, inputs: Mapping[str, object], value: object) -> str:
    """Return which sentence of a rule a step asks for."""
    if not inputs:
        return f"{rule}/brief"
    if rule == "grade.announceable":
        ending = "local" if "reading" in inputs else "yes" if value else "no"
        return f"{rule}/{ending}"
    kept = f"{rule}/kept"
    return kept if kept in _SENTENCES and inputs.get("raw_score") == value else rule


def _cited(sentence: str, article: str, lang: str) -> str:
    return f"依{article}，{sentence}。" if lang == "zh-Hant" else f"{sentence} ({article})."


def _said(value: object, lang: str) -> str:
    if isinstance(value, bool):
        return {"zh-Hant": ("暫不", "得"), "en": ("may not yet", "may")}[lang][value]
    if isinstance(value, list | tuple):
        return ("、" if lang == "zh-Hant" else ", ").join(_said(item, lang) for item in value)
    return _NAMES.get(value, {}).get(lang, value) if isinstance(value, str) else str(value)
