"""What messages about filings say: friendly notices, flags, the chase, and lists for the staff."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from inspect_app.core import roc
from inspect_app.core.permissions import STAFF, Role
from inspect_app.filings.months import FilingMonth
from inspect_app.messages.kinds import Kind
from inspect_app.messages.letters import Block, DueDay, Letter, Link, Recipient, Section, Table

AGENCIES = frozenset({Role.AGENCY})
NOTICES = (
    Kind("filings.notice_1", "填報提醒（第一次）", True, roles=AGENCIES),
    Kind("filings.notice_2", "填報提醒（第二次）", True, roles=AGENCIES),
)
FLAGGED = Kind("filings.flagged", "逾期未填報通知", False, roles=AGENCIES)
CHASED = {
    "section_head": Kind("filings.chased_section_head", "逾期未填報催辦（科室主管）", False, roles=AGENCIES),
    "head": Kind("filings.chased_head", "逾期未填報催辦（機關首長）", False, roles=AGENCIES),
}
FLAGGED_CITY = Kind("filings.flagged_city", "全市逾期未填報清單", False, roles=STAFF)
UNREACHABLE = Kind("filings.unreachable", "填報催辦無人可寄", False, roles=STAFF)
KINDS = (*NOTICES, FLAGGED, *CHASED.values(), FLAGGED_CITY, UNREACHABLE)
SHOWN = 50
"""Tenders listed in a message for each agency; the page has them all."""


class Listed(NamedTuple):
    """A tender as a message lists it."""

    number: str
    name: str
    status: str | None


@dataclass(frozen=True, slots=True)
class Missing:
    """What of a month is missing at one agency: how many, and the first of them."""

    agency: str
    count: int
    tenders: Sequence[Listed]


def notice(
    number: int, month: FilingMonth, to: Recipient, missing: Sequence[Missing], due_at: datetime
) -> Letter:
    """A friendly word before the day; `number` counts from 0."""
    last = roc.format_weekday(month.cutoff)
    said = f"下列標案 {month.title}份的進度尚未更新。請於 {last} 前到標案管理系統填報；已填報者請忽略。"
    due = DueDay(f"filing-{month.name}", month.cutoff, f"{month.title}份進度填報截止", _path(month))
    subject = f"請於 {last} 前填報 {month.title}份進度（尚缺 {_total(missing)} 件）"
    blocks: tuple[Block, ...] = (said, *_lists(missing), _link(month))
    return Letter(NOTICES[number].name, month.name, to, due_at, subject, blocks, (due,))


def flagged(month: FilingMonth, to: Recipient, missing: Sequence[Missing], due_at: datetime) -> Letter:
    """To the officers, after the day."""
    said = (
        f"{month.title}份進度應於 {roc.format_weekday(month.cutoff)} 前填報，下列標案逾期未填。"
        "請立即補填；填報後不再催辦。未填者將依序通知貴機關科室主管與首長。"
    )
    subject = f"{month.title}份進度逾期未填報：{_total(missing)} 件"
    return Letter(FLAGGED.name, month.name, to, due_at, subject, (said, *_lists(missing), _link(month)))


def chased(
    duty: str, month: FilingMonth, to: Recipient, missing: Sequence[Missing], due_at: datetime
) -> Letter:
    """Up the agency's line."""
    said = (
        f"貴機關下列標案 {month.title}份的進度，逾 {roc.format_weekday(month.cutoff)} 期限仍未填報，"
        "前已通知承辦人。請督促儘速補填；填報後不再催辦。"
    )
    subject = f"催辦：{month.title}份進度逾期未填報 {_total(missing)} 件"
    return Letter(CHASED[duty].name, month.name, to, due_at, subject, (said, *_lists(missing), _link(month)))


def flagged_city(month: FilingMonth, to: Recipient, counts: Mapping[str, int], due_at: datetime) -> Letter:
    """To the staff: how many are missing at each agency."""
    total = sum(counts.values())
    rows = tuple((agency, f"{count:,}") for agency, count in sorted(counts.items()))
    said = f"{month.title}份進度已過 {roc.format_weekday(month.cutoff)} 期限，逾期未填報共 {total:,} 件。"
    table = Table("各機關逾期未填報件數", ("主辦機關", "件數"), rows)
    subject = f"{month.title}份進度逾期未填報：全市 {total:,} 件"
    return Letter(FLAGGED_CITY.name, month.name, to, due_at, subject, (said, table, _link(month)))


def unreachable(
    month: FilingMonth, to: Recipient, lacking: Sequence[tuple[str, str]], due_at: datetime
) -> Letter:
    """To the staff: at which agency nobody is known for which duty."""
    said = "下列機關有標案逾期未填報，但沒有可寄的聯絡人。請補登聯絡人；補登後，下一次催辦會一併寄出。"
    table = Table("無人可寄", ("主辦機關", "職務"), tuple(lacking))
    agencies = len({agency for agency, _ in lacking})
    subject = f"{month.title}份填報催辦無人可寄：{agencies} 個機關"
    return Letter(UNREACHABLE.name, month.name, to, due_at, subject, (said, table, _link(month)))


def _lists(missing: Sequence[Missing]) -> tuple[Block, ...]:
    return tuple(Section(f"{each.agency}（{each.count:,} 件）", _list(each)) for each in missing)


def _list(missing: Missing) -> tuple[Table | str, ...]:
    rows = tuple((each.number, each.name, each.status or "未填") for each in missing.tenders)
    table = Table(f"{missing.agency}未填報的標案", ("標案編號", "標案名稱", "執行狀態"), rows)
    left = missing.count - len(rows)
    return (table, f"另有 {left:,} 件，請到網頁查看全部。") if left else (table,)


def _total(missing: Sequence[Missing]) -> str:
    return f"{sum(each.count for each in missing):,}"


def _path(month: FilingMonth) -> str:
    return f"/filings/{month.name}"


def _link(month: FilingMonth) -> Link:
    return Link("查看這個月的填報情形", _path(month))
