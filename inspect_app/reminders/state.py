"""How the city stands on a day, read once for all letters of a week."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from inspect_app.core.problems import Problem
from inspect_app.deadlines import clocks
from inspect_app.deadlines.clocks import Duty
from inspect_app.deadlines.workdays import Calendar
from inspect_app.defects import duties as defects
from inspect_app.defects.duties import OpenDefect
from inspect_app.quotas import service as quotas
from inspect_app.quotas import words
from inspect_app.reminders import sources
from inspect_app.reminders.sources import FiledMonth, MissingFiling

AGES = ((0, "未到期"), (1, "逾期 1 週內"), (2, "逾期 1 至 2 週"), (4, "逾期 2 至 4 週"))
OLDEST = "逾期 4 週以上"
WEEK_DAYS = 7


@dataclass(frozen=True, slots=True)
class State:
    """Everything that letters draw from; `quota` counts issued visits alone, `quota_inside` submitted ones too."""

    today: date
    calendar: Calendar
    duties: Sequence[Duty]
    defects: Sequence[OpenDefect]
    missing: Sequence[MissingFiling]
    months: Sequence[FiledMonth]
    quota: Mapping[str, Any] | None
    quota_inside: Mapping[str, Any] | None

    def is_overdue(self, duty: Duty) -> bool:
        return duty.due_on is not None and duty.due_on < self.today

    def is_near(self, duty: Duty) -> bool:
        """Whether it is overdue or falls due within a week."""
        return duty.due_on is not None and (duty.due_on - self.today).days < WEEK_DAYS


def gather(session: Session, today: date) -> State:
    """The state of a day."""
    calendar = Calendar.of(session)
    return State(
        today=today,
        calendar=calendar,
        duties=clocks.duties(session, today, calendar),
        defects=defects.opened(session),
        missing=sources.missing(session, today),
        months=sources.months(session, today),
        quota=_quota(session, today, unissued=False),
        quota_inside=_quota(session, today, unissued=True),
    )


def _quota(session: Session, today: date, *, unissued: bool) -> Mapping[str, Any] | None:
    """This year's quota; None where the law of the day is not at hand."""
    try:
        return quotas.of_year(session, today.year, today, unissued=unissued)
    except Problem:
        return None


def by_age(found: Iterable[OpenDefect], today: date) -> list[tuple[str, int]]:
    """How many open defects there are by how long they are overdue; every age is told."""
    counted = Counter(_age(each.defect.correct_by, today) for each in found)
    return [(name, counted[name]) for name in (*(name for _, name in AGES), OLDEST)]


def _age(correct_by: date | None, today: date) -> str:
    weeks = 0 if correct_by is None else -(-(today - correct_by).days // WEEK_DAYS)
    return next((name for most, name in AGES if weeks <= most), OLDEST)


def bands(quota: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The bands of a quota with their names."""
    return words.bands(quota)


def forecast(quota: Mapping[str, Any]) -> str:
    """What is still needed until the end of the year, as a sentence."""
    ahead = quota.get("forecast")
    told = f"應查核 {quota['required']} 件，已查核 {quota['done']} 件。"
    if not ahead or not ahead["needed"]:
        return f"{told}件數已足。"
    pace = f"每月 {ahead['visits_per_month']} 件的速度"
    end = "可以達成" if ahead["reachable"] else f"還差 {ahead['missing']} 件"
    return f"{told}還需要 {ahead['needed']} 件，剩 {ahead['months_left']} 個月，照目前{pace}{end}。"
