"""A tender's history in sentences: what was changed, from what to what, and by which way."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from inspect_app.core import roc
from inspect_app.core.audit import AuditEvent, history
from inspect_app.layout.context import roc_time
from inspect_app.layout.parts import Event
from inspect_app.tenders.forms import LABELS
from inspect_app.tenders.models import KINDS, Tender

OWN = {True: "自辦", False: "補助或委託"}
CREATED = {"tender.created": "新增標案", "tenders.imported": "由匯入新增標案"}
PARTS = {"planned": "預定", "actual": "實際"}
Detail = Mapping[str, Any]


def told(session: Session, tender: Tender) -> list[Event]:
    """A tender's events in their order, the import that brought it before them."""
    events = history(session, "tender", tender.id)
    if all(event.action != "tender.created" for event in events):
        events = _imports(session, tender) + events
    return [Event(roc_time(event.at), event.actor_name, _sentence(event)) for event in events]


def _imports(session: Session, tender: Tender) -> list[AuditEvent]:
    """The one event of the import that created a tender: all tenders of an import carry its instant."""
    return history(session, "tenders", "import", at=tender.created_at)[:1]


def _sentence(event: AuditEvent) -> str:
    write = {"tender.changed": _changed, "progress.filed": _filed}.get(event.action)
    return write(event.detail) if write else CREATED.get(event.action, event.action)


def _changed(detail: Detail) -> str:
    way = "由匯入更正" if detail.get("source") == "import" else "更正標案資料"
    said = [_change(name, *pair) for name, pair in detail.get("changes", {}).items()]
    return f"{way}：{'；'.join(said)}" if said else way


def _change(name: str, before: Any, after: Any) -> str:
    return f"{LABELS.get(name, name)}由「{_value(name, before)}」改為「{_value(name, after)}」"


def _value(name: str, value: Any) -> str:
    if value is None:
        return "未填"
    if isinstance(value, bool):
        return OWN[value]
    if isinstance(value, int):
        return f"{value:,}"
    return KINDS.get(value, value) if name == "kind" else str(value)


def _filed(detail: Detail) -> str:
    if "months" not in detail:
        return f"填報{_month(detail['month'])}進度：預定 {detail['planned']} %、實際 {detail['actual']} %"
    said = [f"{_month(month)}（{_figures(pairs)}）" for month, pairs in sorted(detail["months"].items())]
    return f"由匯入填報進度：{'、'.join(said)}"


def _figures(pairs: Mapping[str, list[Any]]) -> str:
    """What of one month is new, or changed from what."""
    said = [_figure(words, *pairs[name]) for name, words in PARTS.items() if name in pairs]
    if "status" in pairs:
        said.append(f"執行狀態 {pairs['status'][1] or '未填'}")
    if "filed_at" in pairs:
        said.append(f"填報時間 {roc_time(datetime.fromisoformat(pairs['filed_at'][1]))}")
    return "、".join(said)


def _figure(words: str, before: str | None, after: str) -> str:
    return f"{words} {after} %" if before is None else f"{words}由 {before} 改為 {after} %"


def _month(month: str) -> str:
    return roc.format_month(month)
