"""The pages of filings: a year of months, one month, excuses; the month's tenders as CSV."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from inspect_app.core import clock
from inspect_app.core.auth import current_actor, requires
from inspect_app.core.database import session, transaction
from inspect_app.core.permissions import INSPECTED
from inspect_app.core.problems import FieldError, InvalidFields, NotFound, Problem
from inspect_app.filings import figures, months, pages_month, queries, service
from inspect_app.filings.months import FilingMonth, Moment
from inspect_app.filings.service import ExcuseData
from inspect_app.tenders import policy as tenders

blueprint = Blueprint("filings", __name__, template_folder="templates", url_prefix="/filings")
LIMITS = {"reason": ("事由", 200), "document": ("核准公文文號", 120), "note": ("備註", 500)}


@blueprint.get("")
@requires("filings.read")
def index() -> str:
    """The months of a year, this one's by default, with their percent."""
    now, actor = clock.now(), current_actor()
    this_year = clock.legal_day(now).year
    year = _year(request.args.get("year", ""), this_year)
    moment, due = Moment(now, now), months.current(now)
    found = [figures.summary(session(), month, moment, actor) for month in months.of_year(year, now)]
    return render_template(
        "filings/index.html",
        year=year,
        this_year=this_year,
        now=now,
        rows=found,
        due=figures.summary(session(), due, moment, actor),
        days_left=(due.cutoff - clock.legal_day(now)).days,
        mine=actor.role in INSPECTED,
    )


def _year(text: str, this_year: int) -> int:
    """A Gregorian year of an address; anything else is this year."""
    given = int(text) if text.isascii() and text.isdigit() and len(text) == 4 else this_year
    return given if 1912 <= given <= this_year else this_year


@blueprint.get("/<string:month>")
@requires("filings.read")
def month(month: str) -> str:
    """One month: figures by agency, the tenders in some state, and why."""
    named, now = _month(month), clock.now()
    asked = pages_month.asked(request.args, named, now)
    return render_template(
        "filings/month.html", **pages_month.context(session(), asked, current_actor(), now)
    )


@blueprint.get("/<string:month>/tenders.csv")
@requires("filings.read")
def export(month: str) -> Response:
    """The tenders of a month in the chosen state, as CSV for a spreadsheet."""
    named = _month(month)
    asked = pages_month.asked(request.args, named, clock.now())
    text = pages_month.as_csv(session(), asked, current_actor())
    head = {"Content-Disposition": f'attachment; filename="filings-{named.name}.csv"'}
    return Response(text.encode("utf-8-sig"), mimetype="text/csv", headers=head)


@blueprint.get("/<string:month>/excuses/<uuid:tender_id>")
@requires("filings.excuse")
def excuse_form(month: str, tender_id: UUID) -> str:
    """The form for an excuse, with the one that holds."""
    named = _month(month)
    row = queries.live_excuse(session(), named.name, tender_id)
    known = {name: getattr(row, name) or "" for name in LIMITS} if row else {}
    return _form(named, tender_id, known)


@blueprint.post("/<string:month>/excuses/<uuid:tender_id>")
@requires("filings.excuse")
def excuse(month: str, tender_id: UUID) -> Any:
    """Record an excuse; a mistake shows the form again with all that was typed."""
    named = _month(month)
    try:
        data = _data(request.form)
        with transaction() as current:
            service.excuse(current, named, tender_id, data, current_actor(), clock.now())
    except InvalidFields as problem:
        return _form(named, tender_id, request.form, problem), problem.status
    flash(f"已登錄 {named.title}份核准免填報。", "success")
    return redirect(url_for("filings.month", month=named.name), 303)


@blueprint.post("/<string:month>/excuses/<uuid:tender_id>/withdraw")
@requires("filings.excuse")
def withdraw(month: str, tender_id: UUID) -> Any:
    """Take an excuse back."""
    named = _month(month)
    with transaction() as current:
        service.withdraw(current, named, tender_id, current_actor(), clock.now())
    flash(f"已撤回 {named.title}份的核准免填報，這件標案恢復應填報。", "success")
    return redirect(url_for("filings.month", month=named.name), 303)


def _month(text: str) -> FilingMonth:
    if (found := months.read(text)) is None:
        raise NotFound("網址中的月份應為西元年月，例：2026-10；請從「填報」選取月份。")
    return found


def _data(form: Mapping[str, str]) -> ExcuseData:
    typed = {name: form.get(name, "").strip() for name in LIMITS}
    errors = [
        FieldError(name, f"{label}應為 {0 if name == 'note' else 1} 到 {longest} 個字。")
        for name, (label, longest) in LIMITS.items()
        if len(typed[name]) > longest or (not typed[name] and name != "note")
    ]
    if errors:
        raise InvalidFields("請更正下列項目。", errors=errors)
    return ExcuseData(typed["reason"], typed["document"], typed["note"] or None)


def _form(
    month: FilingMonth, tender_id: UUID, values: Mapping[str, str], problem: Problem | None = None
) -> str:
    return render_template(
        "filings/excuse.html",
        month=month,
        tender=tenders.readable(session(), current_actor(), tender_id),
        values=values,
        known=queries.live_excuse(session(), month.name, tender_id),
        errors=list(problem.errors) if problem else [],
    )
