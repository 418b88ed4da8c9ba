"""Sentences for warnings."""

from collections.abc import Mapping

from scoring.sentences.variants import Variant, Words

SENTENCES: Mapping[str, Words] = {
    "warning.outside_share": {
        "zh-Hant": "評分委員 {count} 位，外聘專家 {outside} 位，少於 {value}",
        "en": "{outside} of {count} members who marked are outside experts, fewer than {value}",
    },
    "warning.outside_share/brief": {
        "zh-Hant": "外聘專家少於 {value}",
        "en": "Outside experts are fewer than {value}",
    },
    "warning.few_members": {
        "zh-Hant": "評分委員只有 {count} 位，宜有 {value} 位以上",
        "en": "Only {count} member marked; {value} or more are advisable",
    },
    "warning.few_members/brief": {"zh-Hant": "評分委員過少", "en": "Too few members marked"},
    "warning.few_lots": {
        "zh-Hant": "應抽 {count} 件，名單中權重大於 0 者只有 {value} 件，已全數抽出",
        "en": "{count} were to be drawn; only {value} on the list have a weight above 0, and all are drawn",
    },
    "warning.few_lots/brief": {"zh-Hant": "只抽出 {value} 件", "en": "Only {value} are drawn"},
    "warning.deciding_mark": {
        "zh-Hant": "等第由一位委員決定：{member} 評 {total} 分；其餘委員平均 {without} 分，應列{value}",
        "en": "One mark decides the grade: {member} gave {total}; without it {without} would be grade {value}",
    },
    "warning.deciding_mark/brief": {
        "zh-Hant": "等第由一位委員的評分決定",
        "en": "One mark decides the grade",
    },
}
VARIANTS: Mapping[str, Variant] = {}
