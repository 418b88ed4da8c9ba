"""Sentences for priorities and draws."""

from collections.abc import Mapping

from scoring.sentences.variants import Variant, Words

SENTENCES: Mapping[str, Words] = {
    "priority.ground": {
        "zh-Hant": "{tender}：{ground}（{figure}，達 {at_least}），加 {value}（權重為本地參數 {reading}）",
        "en": "{tender}: {ground} ({figure}, {at_least} or more) adds {value}; the weight is a local parameter, {reading}",
    },
    "priority.ground/yes": {
        "zh-Hant": "{tender}：{ground}，加 {value}（權重為本地參數 {reading}）",
        "en": "{tender}: {ground} adds {value}; the weight is a local parameter, {reading}",
    },
    "priority.ground/brief": {"zh-Hant": "加 {value}", "en": "This adds {value}"},
    "priority.score": {
        "zh-Hant": "{tender} 合計 {value}（{grounds}）",
        "en": "{tender} has {value} ({grounds})",
    },
    "priority.score/none": {"zh-Hant": "{tender} 沒有優先查核的條件", "en": "{tender} meets no ground"},
    "priority.score/brief": {"zh-Hant": "合計 {value}", "en": "The sum is {value}"},
    "draw.seed": {
        "zh-Hant": "抽籤種子「{seed}」的 SHA-256 為 {value}，名單的 SHA-256 為 {snapshot_sha256}",
        "en": "The seed “{seed}” has the SHA-256 {value}; the list has {snapshot_sha256}",
    },
    "draw.seed/brief": {"zh-Hant": "抽籤種子的 SHA-256 為 {value}", "en": "The seed has the SHA-256 {value}"},
    "draw.ticket": {
        "zh-Hant": "第 {place} 籤 {ticket}，權重 {weight}（所餘 {left}），抽出 {value}",
        "en": "Ticket {place}, {ticket}, draws {value}, weight {weight} of {left} left",
    },
    "draw.ticket/brief": {"zh-Hant": "抽出 {value}", "en": "{value} is drawn"},
}


_YES_OR_NO = frozenset({"accident", "suspended", "ordered", "never_visited", "large"})


def _ground(inputs: Mapping[str, object], _value: object) -> str:
    return "yes" if inputs.get("ground") in _YES_OR_NO else ""


def _score(inputs: Mapping[str, object], _value: object) -> str:
    return "" if inputs.get("grounds") else "none"


VARIANTS: Mapping[str, Variant] = {"priority.ground": _ground, "priority.score": _score}
