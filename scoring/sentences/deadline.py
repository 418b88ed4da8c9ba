"""Sentences for deadlines."""

from collections.abc import Mapping

from scoring.sentences.variants import Variant, Words

SENTENCES: Mapping[str, Words] = {
    "deadline.inspection_record": {
        "zh-Hant": "查核日 {from} 不計，第 {working_days} 個工作天為 {value}",
        "en": "The day of inspection, {from}, is not counted; working day {working_days} is {value}",
    },
    "deadline.inspection_record/brief": {"zh-Hant": "最後一日為 {value}", "en": "The last day is {value}"},
    "deadline.tender_update": {
        "zh-Hant": "{month} 之進度應於次月 {day} 日（{value}）以前填報",
        "en": "The progress of {month} is filed by day {day} of the next month, {value}",
    },
    "deadline.tender_update/brief": {"zh-Hant": "最後一日為 {value}", "en": "The last day is {value}"},
    "deadline.quarterly_return": {
        "zh-Hant": "{year} 年第 {quarter} 季之結果應於 {value} 以前彙送",
        "en": "The results of quarter {quarter} of {year} are sent by {value}",
    },
    "deadline.quarterly_return/brief": {"zh-Hant": "最後一日為 {value}", "en": "The last day is {value}"},
}
VARIANTS: Mapping[str, Variant] = {}
