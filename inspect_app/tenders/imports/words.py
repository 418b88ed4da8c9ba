"""Imports in words: states, origins, phases, and a result as a text beside a file."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from inspect_app.core import roc
from inspect_app.layout.context import roc_time
from inspect_app.tenders.forms import LABELS
from inspect_app.tenders.imports.models import TenderImport
from inspect_app.tenders.imports.readers import FIELDS
from inspect_app.tenders.models import KINDS

STATES = {
    "uploaded": "排隊中",
    "previewing": "讀取中",
    "previewed": "待確認",
    "importing": "匯入中",
    "done": "已匯入",
    "cancelled": "已取消",
    "failed": "未匯入",
}
TONES = {"previewed": "warn", "done": "good", "failed": "bad", "cancelled": "neutral"}
ORIGINS = {"page": "頁面", "api": "程式", "folder": "資料夾", "address": "網址"}
PHASES = {
    "": "等待背景程序",
    "fetching": "取得檔案",
    "reading": "讀取",
    "comparing": "比對",
    "writing": "寫入",
}
UNITS = {"twd": "元", "thousand_twd": "千元"}
MONTHLY = {"planned": "預定進度", "actual": "實際進度", "status": "執行狀態", "filed_at": "填報時間"}
COUNTS = {"read": "讀取", "created": "新增", "updated": "更新", "unchanged": "未變", "refused": "退回"}


def summary(row: TenderImport) -> str:
    """What came of a file, for people who see only its folder."""
    lines = [f"檔案：{row.filename}", f"結果：{STATES[row.state]}"]
    if row.problem:
        lines.append(f"說明：{row.problem['reason']}")
    report = row.report or {}
    if "read" in report:
        lines += [f"{word}：{report[name]:,} 列" for name, word in COUNTS.items()]
        lines += [_rejection(report["counted"], each) for each in report["rejected"]]
    return "\n".join(lines) + "\n"


def _rejection(counted: str, each: dict[str, object]) -> str:
    return f"第 {each['line']} {counted}，{each['place'] or each['field'] or '整列'}：{each['reason']}"


class Change(NamedTuple):
    """One changed field, as people read it."""

    label: str
    before: str
    after: str


def changes(each: Mapping[str, Any]) -> list[Change]:
    """What an import changes of one tender, field by field, then month by month."""
    told = [_change(LABELS.get(name, name), name, *pair) for name, pair in each["fields"].items()]
    for month, pairs in sorted(each["months"].items()):
        label = roc.format_month(month)
        told += [_change(f"{label}{MONTHLY.get(name, name)}", name, *pair) for name, pair in pairs.items()]
    return told


def _change(label: str, name: str, before: Any, after: Any) -> Change:
    return Change(label, _value(name, before), _value(name, after))


def _value(name: str, value: Any) -> str:
    if value is None:
        return "未填"
    if name == "filed_at":
        return roc_time(datetime.fromisoformat(value))
    if isinstance(value, int):
        return f"{value:,}"
    return KINDS.get(value, value) if name == "kind" else str(value)


def column(pair: tuple[str, str]) -> tuple[str, str]:
    """A column's title and what it is taken for, in words."""
    title, field = pair
    return title, FIELDS.get(field, field) if field else "不使用"
