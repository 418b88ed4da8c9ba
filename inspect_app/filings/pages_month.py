"""One month's page: what was asked for, and what the template and the CSV are given."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from inspect_app.accounts import contacts
from inspect_app.accounts.queries import organisation_names
from inspect_app.core import clock, roc
from inspect_app.core.auth import Actor
from inspect_app.core.permissions import INSPECTED
from inspect_app.core.problems import FieldError
from inspect_app.filings import chasing, figures, flags, queries
from inspect_app.filings.models import Chase
from inspect_app.filings.months import FilingMonth, Moment, start_of
from inspect_app.filings.queries import MISSING, Entry
from inspect_app.filings.words import CLEARED, STATES, TONES, filed
from inspect_app.layout.context import roc_time
from scoring.explain import explain
from scoring.rounding import fixed

SHOWN = 200
RULES = {
    "filing.cutoff": "填報期限",
    "filing.due": "應填報件數",
    "filing.percent": "填報率",
    "filing.flagged": "應稽催",
}
INPUTS = {
    "day": "次月第幾日",
    "entries": "標案",
    "left_out": "免填",
    "due": "應填報",
    "on_time": "如期",
    "late": "逾期",
    "missing": "未填",
    "as_of": "截至",
    "overdue_from": "逾期自",
}
HEAD = ("月份", "標案編號", "標案名稱", "主辦機關", "執行狀態", "填報", "填報時間", "時間依據")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for; `errors` names what cannot be read, for which the present stands."""

    month: FilingMonth
    moment: Moment
    typed: Mapping[str, str]
    state: str
    agency: str | None
    errors: Sequence[FieldError]


@dataclass(frozen=True, slots=True)
class AgencyRow:
    """An agency's counts; `chased` says how far the chase has come, `lacking` for which duties nobody is known."""

    agency: str
    due: int
    on_time: int
    late: int
    missing: int
    percent: str
    chased: str
    lacking: str


@dataclass(frozen=True, slots=True)
class TenderRow:
    """A tender of the list; `told` is when it was filed or how its flag was cleared, in words."""

    entry: Entry
    told: str
    is_excused: bool


def asked(args: Mapping[str, str], month: FilingMonth, now: datetime) -> Asked:
    """What a page's or CSV's address asks for: `on` a day to whose end one looks back, `known=then` by what was
    known then, `state`, `agency`."""
    typed = {name: args.get(name, "").strip()[:120] for name in ("on", "known", "state", "agency")}
    day, errors = _day(typed["on"], clock.legal_day(now))
    as_of = min(start_of(day + timedelta(days=1)) - timedelta(microseconds=1), now) if day else now
    moment = Moment(as_of, as_of if typed["known"] == "then" else now)
    state = typed["state"] if typed["state"] in STATES else MISSING
    return Asked(month, moment, typed, state, typed["agency"] or None, errors)


def _day(text: str, today: date) -> tuple[date | None, list[FieldError]]:
    if not text:
        return None, []
    try:
        day = roc.parse(text)
    except roc.RocDateError as error:
        return None, [FieldError("on", f"截至日：{error}")]
    if day > today:
        return None, [FieldError("on", "截至日：不可晚於今天；要看目前的情形請留空。")]
    return day, []


def context(session: Session, asked: Asked, actor: Actor, now: datetime) -> dict[str, Any]:
    """Everything the month's template takes."""
    month = asked.month
    result = figures.assessed(session, month, asked.moment, actor)
    query = queries.in_state(queries.entries(month, asked.moment, actor), [asked.state], asked.agency)
    found = queries.listed(session, query.limit(SHOWN + 1))
    inside = actor.role not in INSPECTED
    return {
        "asked": asked,
        "month": month,
        "result": result,
        "summary": figures.summary(session, month, asked.moment, actor),
        "agencies": _agencies(session, month, result, inside=inside),
        "rows": _rows(session, month, found[:SHOWN]),
        "more": len(found) > SHOWN,
        "steps": _steps(result),
        "states": STATES,
        "tones": TONES | ({} if month.is_over(asked.moment.as_of) else {MISSING: "warn"}),
        "inside": inside,
        "is_past": bool(asked.typed["on"]) and not asked.errors,
        "days_left": (month.cutoff - clock.legal_day(now)).days,
        "has_begun": month.first <= clock.legal_day(now),
        "flagged": queries.flagged_month(session, month.name),
        "following": FilingMonth(month.due_month.isoformat()[:7])
        if month.due_month <= clock.legal_day(now)
        else None,
        "args": {name: text for name, text in asked.typed.items() if text},
    }


def _agencies(
    session: Session, month: FilingMonth, result: Mapping[str, Any], *, inside: bool
) -> list[AgencyRow]:
    """The engine's agencies; to those inside also how far the chase has come."""
    chased, lacking = _chased(session, month) if inside else ({}, {})
    return [
        AgencyRow(
            **row,
            percent=fixed(Fraction(row["on_time"] * 100, row["due"]), 2),
            chased=chased.get(row["agency"], ""),
            lacking=lacking.get(row["agency"], ""),
        )
        for row in result["agencies"]
    ]


def _chased(session: Session, month: FilingMonth) -> tuple[dict[str, str], dict[str, str]]:
    """By agency's name: the steps taken, and the duties nobody is known for where flags are open."""
    taken: dict[UUID, list[str]] = {}
    for row in queries.chases(session, month.name):
        taken.setdefault(row.agency_id, []).append(_step(row))
    still = flags.open_agencies(session, month.name)
    duties = ("officer", *(level.duty for level in month.chase.levels))
    nobody = chasing.lacking(session, still, duties)
    names = organisation_names(session, taken.keys() | nobody.keys())
    told = {names[agency]: "、".join(words) for agency, words in taken.items()}
    return told, {names[agency]: "、".join(words) for agency, words in nobody.items()}


def _step(row: Chase) -> str:
    told = f"{roc.format_slash(row.due_on)} {contacts.DUTIES[row.duty]}"
    return told if row.recipients else f"{told}（無人可寄）"


def _rows(session: Session, month: FilingMonth, found: Sequence[Entry]) -> list[TenderRow]:
    ids = [entry.tender_id for entry in found]
    flagged, excused = flags.of_entries(session, month.name, ids), queries.excuses(session, month.name, ids)
    return [
        TenderRow(entry, _told(entry, flagged.get(entry.tender_id)), entry.tender_id in excused)
        for entry in found
    ]


def _told(entry: Entry, flag: Any) -> str:
    cleared = f"，{CLEARED[flag.how]}" if flag is not None and flag.how else ""
    if entry.filed_at is None:
        return cleared.lstrip("，")
    return filed(entry.told_at, entry.seen_at, roc_time(entry.filed_at)) + cleared


def _steps(result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The engine's steps in sentences; tenders are counted, the list has their names."""
    return [_told_step(step) for step in result["steps"]]


def _told_step(step: Mapping[str, Any]) -> dict[str, Any]:
    value, inputs = _said(step["value"]), {key: _said(each) for key, each in step["inputs"].items()}
    told = explain({**step, "inputs": inputs, "value": value}, "zh-Hant")
    return {
        "rule": RULES[step["rule"]],
        "article": step["article"],
        "text": told.removeprefix(f"依{step['article']}，"),
        "inputs": {INPUTS[key]: each for key, each in inputs.items()},
        "value": "0 件" if value == [] else "不計" if value is None else value,
    }


def _said(value: Any) -> Any:
    """Days and instants of a step as people write them; of tenders how many."""
    if isinstance(value, list):
        return f"{len(value):,} 件" if value else value
    if not isinstance(value, str) or "-" not in value:
        return value
    return (
        roc_time(datetime.fromisoformat(value))
        if "T" in value
        else roc.format_long(date.fromisoformat(value))
    )


def as_csv(session: Session, asked: Asked, actor: Actor) -> str:
    """The chosen tenders of a month, one a line; what a spreadsheet would take for a formula is kept as text."""
    entries = queries.entries(asked.month, asked.moment, actor)
    out = io.StringIO()
    lines = csv.writer(out)
    lines.writerow(HEAD)
    for entry in queries.listed(session, queries.in_state(entries, [asked.state], asked.agency)):
        lines.writerow([_safe(cell) for cell in _cells(asked.month, entry)])
    return out.getvalue()


def _cells(month: FilingMonth, entry: Entry) -> tuple[str, ...]:
    at = entry.filed_at.astimezone(clock.TAIPEI).isoformat(timespec="seconds") if entry.filed_at else ""
    basis = "" if entry.filed_at is None else "標案管理系統" if entry.told_at else "以匯入時間計"
    status = entry.status or "未填"
    return (month.title, entry.number, entry.name, entry.agency, status, STATES[entry.state], at, basis)


def _safe(cell: str) -> str:
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
