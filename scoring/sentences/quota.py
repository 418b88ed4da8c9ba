"""Sentences for the steps of a quota."""

from collections.abc import Mapping

from scoring.sentences.variants import Variant, Words

SENTENCES: Mapping[str, Words] = {
    "quota.band": {
        "zh-Hant": "{from_twd} 元以上、未達 {to_twd} 元之標案 {tenders} 件，應查核 {value} 件，已查核 {done} 件",
        "en": "{tenders} tender(s) from TWD {from_twd} to below {to_twd} ask for {value}; {done} done",
    },
    "quota.band/share": {
        "zh-Hant": "{from_twd} 元以上、未達 {to_twd} 元之標案 {tenders} 件，應查核百分之 {share_percent}"
        "（{rounding}，本地參數 {reading}）且不少於 {minimum} 件，為 {value} 件，已查核 {done} 件",
        "en": "{tenders} tender(s) from TWD {from_twd} to below {to_twd} ask for {share_percent} % ({rounding}, a local "
        "parameter, {reading}), at least {minimum}: {value}; {done} done",
    },
    "quota.band/share_open": {
        "zh-Hant": "{from_twd} 元以上之標案 {tenders} 件，應查核百分之 {share_percent}"
        "（{rounding}，本地參數 {reading}）且不少於 {minimum} 件，為 {value} 件，已查核 {done} 件",
        "en": "{tenders} tender(s) from TWD {from_twd} up ask for {share_percent} % ({rounding}, a local parameter, "
        "{reading}), at least {minimum}: {value}; {done} done",
    },
    "quota.band/open": {
        "zh-Hant": "{from_twd} 元以上之標案 {tenders} 件，應查核 {value} 件，已查核 {done} 件",
        "en": "{tenders} tender(s) from TWD {from_twd} up ask for {value}; {done} done",
    },
    "quota.band/brief": {"zh-Hant": "應查核 {value} 件", "en": "{value} visit(s) are required"},
    "quota.band_in_full": {
        "zh-Hant": "{from_twd} 元以上、未達 {to_twd} 元之標案 {tenders} 件，未達 {minimum} 件，應全數查核；"
        "已查核 {done} 件，尚有 {unvisited} 件本年度未曾查核（複查不計）",
        "en": "{tenders} tender(s) from TWD {from_twd} to below {to_twd} are fewer than {minimum}: all are inspected; "
        "{done} done, {unvisited} not inspected this year",
    },
    "quota.band_in_full/open": {
        "zh-Hant": "{from_twd} 元以上之標案 {tenders} 件，未達 {minimum} 件，應全數查核；"
        "已查核 {done} 件，尚有 {unvisited} 件本年度未曾查核（複查不計）",
        "en": "{tenders} tender(s) from TWD {from_twd} up are fewer than {minimum}: all are inspected; "
        "{done} done, {unvisited} not inspected this year",
    },
    "quota.band_in_full/brief": {"zh-Hant": "應全數查核，共 {value} 件", "en": "All {value} are inspected"},
    "quota.override": {
        "zh-Hant": "{from_twd} 元以上一級，經首長核准調整為 {value} 件（{document}，{approved_on}），已查核 {done} 件",
        "en": "For tenders from TWD {from_twd} up, {value} were approved instead ({document}, {approved_on}); {done} done",
    },
    "quota.override/brief": {"zh-Hant": "經核准調整為 {value} 件", "en": "{value} were approved instead"},
    "quota.own_share": {
        "zh-Hant": "所屬標案（不含補助及委託）{tenders} 件，其百分之 {percent}（{rounding}，本地參數 {reading}）為 {value} 件",
        "en": "{percent} % of {tenders} own tender(s) ({rounding}, a local parameter, {reading}) is {value}",
    },
    "quota.own_share/brief": {
        "zh-Hant": "所屬標案比率為 {value} 件",
        "en": "The share of own tenders is {value}",
    },
    "quota.required": {
        "zh-Hant": "各級合計 {bands} 件與所屬標案比率 {own_share} 件取較多者，應查核 {value} 件",
        "en": "The larger of the bands' sum, {bands}, and the share of own tenders, {own_share}: {value} required",
    },
    "quota.required/bands": {
        "zh-Hant": "各級合計，應查核 {value} 件",
        "en": "The bands' sum: {value} required",
    },
    "quota.required/brief": {"zh-Hant": "應查核 {value} 件", "en": "{value} are required"},
    "quota.done": {
        "zh-Hant": "查核 {inspections} 件、複查 {reinspections} 件，計 {value} 件；不在各級內的 {outside} 件不計",
        "en": "{inspections} inspection(s) and {reinspections} re-inspection(s) make {value}; {outside} in no band",
    },
    "quota.done/brief": {"zh-Hant": "已查核 {value} 件", "en": "{value} are done"},
    "quota.met/yes": {
        "zh-Hant": "應查核 {required} 件，已查核 {done} 件，各級均已達成",
        "en": "{required} required, {done} done: met in every band",
    },
    "quota.met/no": {
        "zh-Hant": "應查核 {required} 件，已查核 {done} 件，各級尚缺 {shortfall} 件，應全數查核而本年度未曾查核 {unvisited} 件，"
        "尚未達成",
        "en": "{required} required, {done} done; {shortfall} short in the bands, {unvisited} not inspected this year: not met",
    },
    "quota.met/brief": {"zh-Hant": "件數與規定比較", "en": "The visits were compared with the rule"},
}


def _band(inputs: Mapping[str, object], _value: object) -> str:
    is_open = inputs.get("to_twd") is None
    if inputs.get("share_percent"):
        return "share_open" if is_open else "share"
    return "open" if is_open else ""


def _in_full(inputs: Mapping[str, object], _value: object) -> str:
    return "open" if inputs.get("to_twd") is None else ""


def _required(inputs: Mapping[str, object], _value: object) -> str:
    return "bands" if inputs.get("own_share") is None else ""


def _met(_inputs: Mapping[str, object], value: object) -> str:
    return "yes" if value else "no"


VARIANTS: Mapping[str, Variant] = {
    "quota.band": _band,
    "quota.band_in_full": _in_full,
    "quota.required": _required,
    "quota.met": _met,
}
