"""/quotas/{ROC year}: what is required, what was done, what is still needed, and why."""

from datetime import date
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from marshmallow import ValidationError
from werkzeug.wrappers import Response

from inspect_app.core import clock, roc
from inspect_app.core.auth import current_actor, requires
from inspect_app.core.database import session, transaction
from inspect_app.core.problems import Busy, FieldError, InvalidFields, NotFound, Problem, flatten
from inspect_app.quotas import policy, queries, schemas, service, words

blueprint = Blueprint("quotas", __name__, template_folder="templates", url_prefix="/quotas")

NAMES = {"band": "級", "required": "核准件數", "document": "核准文號", "approved_on": "核准日期"}
FIRST = 1912


@blueprint.get("")
@requires("quotas.read")
def index() -> Response:
    """This year's."""
    return redirect(url_for(".year", roc_year=roc.year(clock.today())))


@blueprint.get("/<int:roc_year>")
@requires("quotas.read")
def year(roc_year: int) -> Response:
    """A year's bands, percent, forecast and steps."""
    return _page(_gregorian(roc_year), 200)


@blueprint.post("/<int:roc_year>/overrides")
@requires("quotas.write")
def approve(roc_year: int) -> Response:
    """Record a band's approved number."""
    wanted = _gregorian(roc_year)
    try:
        given = _read()
        with transaction() as current:
            service.approve(current, wanted, given, clock.today(), current_actor(), clock.now())
    except (Busy, InvalidFields) as problem:
        return _page(wanted, problem.status, problem)
    flash("已登錄核准調整；應查核件數已重新計算。", "success")
    return redirect(url_for(".year", roc_year=roc_year), 303)


def _gregorian(roc_year: int) -> int:
    gregorian = roc_year + FIRST - 1
    if not roc.is_known(gregorian):
        raise NotFound("沒有這一年的件數；請改看今年或更早的年度。")
    return gregorian


def _read() -> service.Approved:
    """The form; InvalidFields names every input that is wrong."""
    typed: dict[str, Any] = {
        name: text.strip() for name in NAMES if (text := request.form.get(name, "")).strip()
    }
    wrong: dict[str, FieldError] = {}
    for name in ("band", "required"):
        if name in typed and typed[name].isascii() and typed[name].isdigit() and len(typed[name]) < 9:
            typed[name] = int(typed[name])
    if "approved_on" in typed:
        try:
            typed["approved_on"] = roc.parse(typed["approved_on"]).isoformat()
        except roc.RocDateError as error:
            wrong["approved_on"] = FieldError("approved_on", str(error))
    try:
        given: service.Approved = schemas.OverrideIn().load(typed)
    except ValidationError as error:
        errors = [each for each in flatten(error.messages) if each.field not in wrong]
        raise InvalidFields("請依各欄位的說明更正後再送。", errors=[*wrong.values(), *errors]) from error
    if wrong:
        raise InvalidFields("請依各欄位的說明更正後再送。", errors=tuple(wrong.values()))
    return given


def _page(wanted: int, status: int, problem: Problem | None = None) -> Response:
    today, unissued = clock.today(), policy.counts_unissued(current_actor())
    told = service.of_year(session(), wanted, today, unissued=unissued)
    errors = list(problem.errors or [FieldError("", problem.detail)]) if problem else []
    page = render_template(
        "quotas/year.html",
        year=wanted,
        roc_year=wanted - FIRST + 1,
        is_present=wanted == today.year,
        told=told,
        bands=words.bands(told),
        steps=words.steps(told),
        as_of=date.fromisoformat(told["as_of"]),
        unissued=unissued,
        overrides=queries.overrides(session(), wanted),
        typed=request.form,
        errors=errors,
        summary=[
            FieldError(each.field, f"{NAMES.get(each.field, '')}：{each.reason}".lstrip("："))
            for each in errors
        ],
    )
    return make_response(page, status)
