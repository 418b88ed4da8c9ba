"""Code names as people say them."""

from collections.abc import Mapping

from scoring.sentences.variants import Words

NAMES: Mapping[str, Words] = {
    "concrete_core": {"zh-Hant": "混凝土鑽心試體", "en": "concrete cores"},
    "asphalt_core": {"zh-Hant": "瀝青混凝土鑽心試體", "en": "asphalt cores"},
    "subgrade_compaction": {"zh-Hant": "路基壓實度", "en": "subgrade compaction"},
    "main_structure": {"zh-Hant": "主要結構與設計不符", "en": "main structure not as designed"},
    "main_material": {
        "zh-Hant": "主要材料設備與設計不符",
        "en": "main materials or equipment not as designed",
    },
    "safety": {"zh-Hant": "影響安全的重大缺失", "en": "a grave defect that affects safety"},
    "contractor": {"zh-Hant": "承攬廠商", "en": "contractor"},
    "supervisor": {"zh-Hant": "監造單位", "en": "supervisor"},
    "pcm": {"zh-Hant": "專案管理廠商", "en": "pcm"},
    "agency": {"zh-Hant": "主辦機關", "en": "agency"},
    "reports": {"zh-Hant": "檢舉、報導或疑有異常", "en": "reports or signs of irregularity"},
    "low_award": {"zh-Hant": "決標標價偏低（低於預算之百分比）", "en": "award below budget, in percent"},
    "behind": {"zh-Hant": "履約進度落後（百分點）", "en": "percentage points behind schedule"},
    "changes": {"zh-Hant": "契約變更次數", "en": "contract changes"},
    "changed": {"zh-Hant": "契約變更金額（百分比）", "en": "contract changes in percent of the contract"},
    "low_score": {"zh-Hant": "前次成績偏低（距滿分）", "en": "marks below 100 at the last inspection"},
    "accident": {"zh-Hant": "曾發生重大職安事件", "en": "a serious accident"},
    "suspended": {"zh-Hant": "近三年曾遭停權", "en": "a suspension within three years"},
    "late_filings": {"zh-Hant": "未按期填報次數", "en": "filings not on time"},
    "ordered": {"zh-Hant": "主管機關或設立機關指定", "en": "ordered by an authority"},
    "large": {"zh-Hant": "巨額工程", "en": "a large procurement"},
    "never_visited": {"zh-Hant": "從未查核", "en": "never inspected"},
    "OUTSTANDING": {"zh-Hant": "優等", "en": "OUTSTANDING"},
    "A": {"zh-Hant": "甲等", "en": "A"},
    "B": {"zh-Hant": "乙等", "en": "B"},
    "C": {"zh-Hant": "丙等", "en": "C"},
}
