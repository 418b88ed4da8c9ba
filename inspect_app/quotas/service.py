"""A year's quota, computed from rows each time it is asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from inspect_app.core import audit, roc
from inspect_app.core.auth import Actor
from inspect_app.core.problems import FieldError, InvalidFields, NotFound
from inspect_app.inspections import queries as inspections
from inspect_app.quotas import queries
from inspect_app.quotas.models import QuotaOverride
from inspect_app.tenders import execution
from scoring import RuleNotInForce, ScoringError, lawbook, quotas
from scoring.explain import explain_error


@dataclass(frozen=True, slots=True)
class Approved:
    """A band's number as approved."""

    band: int
    required: int
    document: str
    approved_on: date


def of_year(
    session: Session, year: int, today: date, *, unissued: bool, per_month: int | None = None
) -> dict[str, Any]:
    """The output of the engine's `quota`, with `left_out`: tenders of unknown budget, and visits to them.

    `unissued`: visits count from their submission on, for the staff; otherwise from their issue, so that the number
    tells nobody of a visit before it (作業辦法 art. 13). The present year has a forecast, at `per_month` visits or at
    the pace so far. NotFound for a year that has no ROC year or is yet to come; InvalidFields where the law has no text.
    """
    asked, left_out = _asked(session, year, today, unissued=unissued)
    try:
        report = quotas.assess(asked, lawbook.at(asked.as_of))
        if year == today.year:
            pace = -(-report.done // today.month) if per_month is None else per_month
            report = quotas.assess(replace(asked, visits_per_month=pace), lawbook.at(asked.as_of))
    except RuleNotInForce as missing:
        raise NotFound(
            f"{roc.year(date(year, 1, 1))}年沒有可計算的規定：{explain_error(missing)}"
        ) from missing
    except ScoringError as error:
        raise InvalidFields("請更正核准調整。", errors=[FieldError("", explain_error(error))]) from error
    return report.as_dict() | {"left_out": left_out, "as_of": asked.as_of.isoformat()}


def _asked(session: Session, year: int, today: date, *, unissued: bool) -> tuple[quotas.Year, dict[str, int]]:
    if not roc.is_known(year) or year > today.year:
        raise NotFound("沒有這一年的件數；請改看今年或更早的年度。")
    as_of = min(today, date(year, 12, 31))
    visits = inspections.counting_in(session, year, as_of, unissued=unissued)
    executed = execution.of_year(session, year, today, {tender for tender, _, _ in visits})
    known = {each.id: each.budget_twd for each in executed if each.budget_twd is not None}
    groups = tuple(
        quotas.TenderGroup(str(each.id), each.budget_twd, each.own)
        for each in executed
        if each.budget_twd is not None
    )
    counted = tuple(quotas.Visits(str(tender), on, kind) for tender, on, kind in visits if tender in known)
    approved = tuple(
        quotas.Override(row.band, row.required, row.document, row.approved_on)
        for row in queries.overrides(session, year)
    )
    left_out = {"tenders": len(executed) - len(known), "inspections": len(visits) - len(counted)}
    return quotas.Year(as_of, groups, counted, approved), left_out


def approve(
    session: Session, year: int, given: Approved, today: date, by: Actor, now: datetime
) -> QuotaOverride:
    """Record a band's approved number; a mistake is mended by recording it again. InvalidFields for an unknown band."""
    if not roc.is_known(year) or year > today.year + 1:
        raise NotFound("沒有這一年的件數；請改看今年或更早的年度。")
    if errors := _errors(year, given, today):
        raise InvalidFields("請更正核准調整。", errors=errors)
    row = QuotaOverride(
        year=year,
        band=given.band,
        required=given.required,
        document=given.document,
        approved_on=given.approved_on,
        recorded_at=now,
        recorded_by=by.id,
    )
    session.add(row)
    session.flush()
    detail: Mapping[str, Any] = {
        "band": given.band,
        "required": given.required,
        "document": given.document,
        "approved_on": str(given.approved_on),
    }
    audit.record(session, by, "quota.approved", ("quota", year), now, **detail)
    return row


def _errors(year: int, given: Approved, today: date) -> list[FieldError]:
    try:
        bands = len(lawbook.at(date(year, 12, 31)).inspection.quota.bands)
    except RuleNotInForce as missing:
        return [FieldError("", explain_error(missing))]
    errors = []
    if given.band >= bands:
        errors.append(FieldError("band", f"應為 0 到 {bands - 1}；0 是預算最大的一級。"))
    if given.approved_on > today:
        errors.append(FieldError("approved_on", "不可晚於今天。"))
    return errors
