"""The words of filings for people."""

from datetime import datetime

from inspect_app.filings.queries import EXCUSED, EXEMPT, LATE, MISSING, ON_TIME

STATES = {ON_TIME: "如期", LATE: "逾期", MISSING: "未填報", EXCUSED: "核准免填", EXEMPT: "免填報"}
TONES = {ON_TIME: "good", LATE: "warn", MISSING: "bad", EXCUSED: "neutral", EXEMPT: "neutral"}
CLEARED = {"on_time": "如期（補登）", "late": "逾期填報", "excused": "核准免填"}


def filed(told_at: datetime | None, seen_at: datetime | None, shown: str) -> str:
    """When a month was filed, in words; `shown` is the instant as people read it."""
    if told_at is None and seen_at is not None:
        return f"不晚於 {shown}（以匯入時間計）"
    return shown
