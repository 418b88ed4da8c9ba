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
    "inspection": {"zh-Hant": "查核", "en": "inspection"},
    "reinspection": {"zh-Hant": "複查", "en": "re-inspection"},
    "agency_check": {"zh-Hant": "督導", "en": "agency check"},
    "inspection_record": {"zh-Hant": "查核紀錄送達", "en": "inspection record"},
    "tender_update": {"zh-Hant": "標案每月填報", "en": "tender update"},
    "quarterly_return": {"zh-Hant": "季報彙送", "en": "quarterly return"},
    "up": {"zh-Hant": "無條件進位", "en": "rounded up"},
    "half_up": {"zh-Hant": "四捨五入", "en": "rounded half up"},
    "L": {"zh-Hant": "輕微", "en": "slight"},
    "M": {"zh-Hant": "中等", "en": "medium"},
    "S": {"zh-Hant": "嚴重", "en": "serious"},
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
CODED = frozenset(
    {
        "findings",
        "pending_tests",
        "party",
        "ground",
        "grounds",
        "grade",
        "rounding",
        "allowed",
        "test",
        "severity",
    }
)
"""The inputs that hold code names; the others are people's own words and figures."""
CODED_VALUES = frozenset({"grade.grade", "grade.forced_grade", "warning.deciding_mark"})
"""The rules whose value is a code name."""
