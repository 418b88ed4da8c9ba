"""Sentences for the steps of a month's filings."""

from collections.abc import Mapping

from scoring.sentences.variants import Variant, Words

SENTENCES: Mapping[str, Words] = {
    "filing.cutoff": {
        "zh-Hant": "次月 {day} 日以前填報，最後一日為 {value}",
        "en": "Filed by day {day} of the next month; the last day is {value}",
    },
    "filing.cutoff/brief": {"zh-Hant": "最後一日為 {value}", "en": "The last day is {value}"},
    "filing.due": {
        "zh-Hant": "標案 {entries} 件，免填 {left_out} 件，應填報 {value} 件",
        "en": "Of {entries} tender(s) {left_out} need not file: {value} are due",
    },
    "filing.due/brief": {"zh-Hant": "應填報 {value} 件", "en": "{value} are due"},
    "filing.percent": {
        "zh-Hant": "應填報 {due} 件，如期 {on_time} 件、逾期 {late} 件、未填 {missing} 件，填報率百分之 {value}",
        "en": "Of {due} due, {on_time} on time, {late} late, {missing} missing: {value} %",
    },
    "filing.percent/none": {
        "zh-Hant": "沒有應填報的標案，不計填報率",
        "en": "No tender is due, so there is no rate",
    },
    "filing.percent/brief": {"zh-Hant": "填報率百分之 {value}", "en": "The rate is {value} %"},
    "filing.flagged": {
        "zh-Hant": "截至 {as_of}，應列管稽催：{value}",
        "en": "As of {as_of} these are to be chased: {value}",
    },
    "filing.flagged/none": {
        "zh-Hant": "截至 {as_of}，沒有應稽催的標案",
        "en": "As of {as_of} none is to be chased",
    },
    "filing.flagged/brief": {"zh-Hant": "應稽催的標案", "en": "The tenders to be chased"},
}


def _percent(_inputs: Mapping[str, object], value: object) -> str:
    return "none" if value is None else ""


def _flagged(_inputs: Mapping[str, object], value: object) -> str:
    return "" if value else "none"


VARIANTS: Mapping[str, Variant] = {"filing.percent": _percent, "filing.flagged": _flagged}
