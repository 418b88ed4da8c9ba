"""Sentences for progress."""

from collections.abc import Mapping

from scoring.sentences.variants import Variant, Words

SENTENCES: Mapping[str, Words] = {
    "progress.behind": {
        "zh-Hant": "預定減實際達 {limit} 個百分點為落後；{total} 件中落後 {value} 件",
        "en": "Planned less actual from {limit} percentage points up is behind: {value} of {total}",
    },
    "progress.behind/brief": {"zh-Hant": "落後 {value} 件", "en": "{value} are behind"},
    "progress.on_track": {
        "zh-Hant": "{total} 件減落後 {behind} 件，符合進度 {value} 件",
        "en": "{total} less {behind} behind: {value} on track",
    },
    "progress.on_track/brief": {"zh-Hant": "符合進度 {value} 件", "en": "{value} are on track"},
}
VARIANTS: Mapping[str, Variant] = {}
