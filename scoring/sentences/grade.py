"""Sentences for the steps of a grade."""

from collections.abc import Mapping

from scoring.sentences.variants import Variant, Words

SENTENCES: Mapping[str, Words] = {
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


def _announceable(inputs: Mapping[str, object], value: object) -> str:
    return "local" if "reading" in inputs else "yes" if value else "no"


def _kept(inputs: Mapping[str, object], value: object) -> str:
    return "kept" if inputs.get("raw_score") == value else ""


VARIANTS: Mapping[str, Variant] = {
    "grade.announceable": _announceable,
    "grade.failed_test": _kept,
    "grade.other_finding": _kept,
}
