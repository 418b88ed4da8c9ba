"""An inspection's history in sentences, as far as its reader may know it."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Any

from inspect_app.core import roc
from inspect_app.core.audit import AuditEvent
from inspect_app.defects.words import PARTIES
from inspect_app.inspections.words import TESTS
from inspect_app.layout.context import roc_time
from inspect_app.layout.parts import Event

ISSUED = "inspection.issued"
PHOTO = "photo.received"
RESULTS = {"pass": "合格", "fail": "不合格"}
Detail = dict[str, Any]


def _day(text: str) -> str:
    return roc.format_weekday(date.fromisoformat(text))


SENTENCES: dict[str, Callable[[Detail], str]] = {
    "inspection.planned": lambda detail: f"排定於{_day(detail['on'])}查核",
    "inspection.replanned": lambda detail: f"更改排定，查核日期{_day(detail['on'])}",
    "inspection.declared": lambda detail: "聲明應迴避" if detail["conflict"] else "聲明無應迴避情事",
    "inspection.cancelled": lambda detail: f"取消查核：{detail['reason']}",
    "inspection.started": lambda _: "開始查核",
    "inspection.submitted": lambda _: "送出查核結果",
    "inspection.amended": lambda detail: f"更正送件（第 {detail['version']} 版）：{detail['reason']}",
    "inspection.waived": lambda detail: f"{len(detail['sha256s'])} 張照片免補：{detail['reason']}",
    "inspection.waived_arrived": lambda _: "補收 1 張已免補的照片",
    "inspection.completed": lambda _: "照片全部收到",
    "inspection.tested": lambda detail: (
        f"登錄{TESTS[detail['test']]}試驗{RESULTS[detail['result']]}（{detail['document']}）"
    ),
    ISSUED: lambda detail: (
        f"發文（{detail['document']}），成績 {detail['score']} 分，改善期限{_day(detail['correct_by'])}"
    ),
    "inspection.late_explained": lambda detail: f"補填發文超過七天之原因：{detail['reason']}",
    "inspection.sent_on": lambda detail: (
        f"補送{PARTIES[detail['party']]}{detail['organisation']}（{detail['document']}）"
    ),
    "inspection.closed": lambda _: "結案",
    "photo.erased": lambda detail: f"依規定清除 1 張照片（雜湊 {detail['sha256'][:8]}）",
}


def _order() -> list[str]:
    """Photos stand before what they complete."""
    order = list(SENTENCES)
    order.insert(order.index("inspection.waived_arrived"), PHOTO)
    return order


ORDER = tuple(_order())


def told(
    events: Sequence[AuditEvent], steps: Iterable[tuple[datetime, str, str]], *, inside: bool
) -> list[Event]:
    """The events, oldest first, with the steps on defects (instant, name, sentence) among them.

    The inspected (`inside` false) are told nothing of what came before the issue.
    """
    ordered = sorted(events, key=lambda event: (event.at, _rank(event.action)))
    known = ordered if inside else _from_issue(ordered)
    before_close = _rank("inspection.closed")
    lines = [*_lines(known), *((at, before_close - 1, name, text) for at, name, text in steps)]
    lines.sort(key=lambda line: line[:2])
    return [Event(roc_time(at), name, text) for at, _, name, text in lines]


def _rank(action: str) -> int:
    """What comes first among events of one instant."""
    return 2 * (ORDER.index(action) if action in ORDER else len(ORDER))


def _from_issue(events: Sequence[AuditEvent]) -> list[AuditEvent]:
    start = next((place for place, event in enumerate(events) if event.action == ISSUED), len(events))
    return list(events[start:])


def _lines(events: Sequence[AuditEvent]) -> list[tuple[datetime, int, str, str]]:
    """One line an event: instant, rank, name, sentence; photos that one person sent in a row are one line."""
    lines = []
    for (action, name), group in groupby(events, lambda event: (event.action, event.actor_name)):
        found = list(group)
        if action == PHOTO:
            lines.append((found[-1].at, _rank(action), name, f"傳送 {len(found)} 張照片"))
        elif action in SENTENCES:
            rank, sentence = _rank(action), SENTENCES[action]
            lines += [(event.at, rank, name, sentence(event.detail)) for event in found]
    return lines
