"""Sentences for the steps of a penalty."""

from collections.abc import Mapping

from scoring.sentences.variants import Variant, Words

SENTENCES: Mapping[str, Words] = {
    "penalty.rate": {
        "zh-Hant": "採購金額 {procurement_twd} 元，屬 {from_twd} 元以上一級，每點施工廠商 {value} 元、"
        "監造及專案管理廠商 {consultant_twd} 元",
        "en": "A procurement of TWD {procurement_twd} is in the class from {from_twd} up: TWD {value} a point for the "
        "contractor, {consultant_twd} for supervisor and pcm",
    },
    "penalty.rate/brief": {"zh-Hant": "每點 {value} 元", "en": "TWD {value} a point"},
    "penalty.party": {
        "zh-Hant": "{party}扣 {points} 點（{codes}），每點 {per_point_twd} 元，計 {value} 元",
        "en": "The {party} loses {points} point(s) ({codes}) at TWD {per_point_twd} each: TWD {value}",
    },
    "penalty.party/brief": {"zh-Hant": "計 {value} 元", "en": "TWD {value}"},
    "penalty.total": {"zh-Hant": "合計 {value} 元", "en": "TWD {value} in all"},
    "penalty.total/cap": {
        "zh-Hant": "合計 {sum_twd} 元，上限 {cap_twd} 元，計 {value} 元",
        "en": "TWD {sum_twd} in all, at most {cap_twd}: TWD {value}",
    },
    "penalty.total/brief": {"zh-Hant": "合計 {value} 元", "en": "TWD {value} in all"},
}


def _total(inputs: Mapping[str, object], _value: object) -> str:
    return "cap" if "cap_twd" in inputs else ""


VARIANTS: Mapping[str, Variant] = {"penalty.total": _total}
