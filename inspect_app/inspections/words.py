"""The states of an inspection, and the words for states, methods, kinds and tests."""

PLANNED, STARTED, INCOMPLETE, SUBMITTED = "planned", "started", "incomplete", "submitted"
ISSUED, CLOSED, CANCELLED = "issued", "closed", "cancelled"
STATES = {
    PLANNED: "已排定",
    STARTED: "查核中",
    INCOMPLETE: "待補照片",
    SUBMITTED: "已送出",
    ISSUED: "已發文",
    CLOSED: "已結案",
    CANCELLED: "已取消",
}
PUBLISHED = (ISSUED, CLOSED)
METHODS = {"unannounced": "不預先通知", "announced": "事先函知"}
KINDS = {"inspection": "查核", "reinspection": "複查", "agency_check": "督導"}
TESTS = {
    "concrete_core": "混凝土鑽心試體",
    "asphalt_core": "瀝青混凝土鑽心試體",
    "subgrade_compaction": "路基壓實度",
}
FINDINGS = TESTS | {
    "main_structure": "主要結構與設計不符",
    "main_material": "主要材料設備與設計不符",
    "safety": "影響安全的重大缺失",
}
TONES = {
    PLANNED: "neutral",
    STARTED: "accent",
    INCOMPLETE: "warn",
    SUBMITTED: "accent",
    ISSUED: "warn",
    CLOSED: "good",
    CANCELLED: "neutral",
}

PARTS = ("total", "quality_system", "workmanship", "progress")
"""The parts of a mark (評分): the total alone, or the other three."""
