"""/inspections: the list, planning, and one inspection with everything decided on it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from inspect_app.core import clock
from inspect_app.core.auth import current_actor, requires
from inspect_app.core.database import session, transaction
from inspect_app.core.problems import Busy, Conflict, InvalidFields, NotFound, Stale
from inspect_app.defects import words
from inspect_app.inspections import (
    decisions,
    pages_forms,
    pages_list,
    pages_plan,
    pages_view,
    plans,
    policy,
    recipients,
    schemas,
    waivers,
)
from inspect_app.inspections.models import Inspection
from inspect_app.inspections.pages_forms import Refusal, read, refusal
from inspect_app.inspections.words import KINDS, METHODS, PLANNED, STATES, TESTS, TONES

blueprint = Blueprint("inspections", __name__, template_folder="templates", url_prefix="/inspections")

REFUSED = (Busy, Conflict, InvalidFields, Stale)
WORDS = {
    "states": STATES,
    "tones": TONES,
    "methods": METHODS,
    "kinds": KINDS,
    "tests": TESTS,
    "test_results": {"pass": "合格", "fail": "不合格"},
    "answers": {"pass": "合格", "fail": "不合格", "na": "不適用"},
    "defect_states": words.STATES,
    "severities": words.SEVERITIES,
    "parties": words.PARTIES,
}
Work = Callable[[Session, Inspection], object]


@blueprint.get("")
@requires("inspections.read")
def index() -> Response:
    """The inspections one may know of, newest day first."""
    context = pages_list.context()
    return _page("inspections/index.html", 422 if context["errors"] else 200, **context)


@blueprint.get("/new")
@requires("inspections.plan")
def new() -> str:
    """The form for a new visit; first the tender is found."""
    tender = request.args.get("tender")
    return pages_plan.planning(tender, Refusal()) if tender else pages_plan.choose_tender()


@blueprint.post("")
@requires("inspections.plan")
def create() -> Response:
    """Plan a visit: secret until it is issued."""
    try:
        wanted = pages_plan.read_plan()
        with transaction() as current:
            row = plans.plan(current, wanted, current_actor(), clock.now())
    except REFUSED as problem:
        page = pages_plan.planning(request.form.get("tender", ""), refusal(pages_plan.FORM, problem))
        return make_response(page, problem.status)
    return _done(row.id, "已排定查核。發文之前，只有工作人員與本次查核人員看得到。")


@blueprint.get("/<uuid:inspection_id>/edit")
@requires("inspections.plan")
def edit(inspection_id: UUID) -> Response:
    """The form for a planned visit."""
    row = policy.readable(session(), current_actor(), inspection_id)
    if row.state != PLANNED:
        raise Conflict(f"只有已排定而未開始的查核可以更改。目前狀態：{STATES[row.state]}。")
    return make_response(pages_plan.replanning(row, Refusal()))


@blueprint.post("/<uuid:inspection_id>/edit")
@requires("inspections.plan")
def update(inspection_id: UUID) -> Response:
    """Change a planned visit; a form of an older version is shown again with what was typed."""
    try:
        wanted = pages_plan.read_plan()
        with transaction() as current:
            row = policy.readable(current, current_actor(), inspection_id, lock=True)
            pages_forms.check_seen(row.version)
            plans.replan(current, row, wanted, current_actor(), clock.now())
    except REFUSED as problem:
        row = policy.readable(session(), current_actor(), inspection_id)
        page = pages_plan.replanning(row, refusal(pages_plan.FORM, problem))
        return make_response(page, problem.status)
    return _done(inspection_id, "已更改排定。")


@blueprint.get("/<uuid:inspection_id>")
@requires("inspections.read")
def inspection(inspection_id: UUID) -> Response:
    """One inspection, as its reader may see it."""
    return _shown(inspection_id, Refusal())


@blueprint.post("/<uuid:inspection_id>/declare")
@requires("inspections.declare")
def declare(inspection_id: UUID) -> Response:
    """A team member's own declaration of interest."""
    answer = {"yes": True, "no": False}.get(request.form.get("conflict", ""))
    known: dict[str, Any] = {} if answer is None else {"conflict": answer}

    def work() -> None:
        given = read(schemas.DeclarationIn(), **known)
        with transaction() as current:
            plans.declare(current, inspection_id, current_actor(), clock.now(), **given)

    return _tried(inspection_id, "declare", work, "已收到您的迴避聲明。")


@blueprint.post("/<uuid:inspection_id>/cancel")
@requires("inspections.plan")
def cancel(inspection_id: UUID) -> Response:
    """Cancel a planned visit, with the reason."""

    def work() -> None:
        reason = read(schemas.ReasonIn())["reason"]
        _decide(
            inspection_id,
            lambda current, row: plans.cancel(current, row, reason, current_actor(), clock.now()),
        )

    return _tried(inspection_id, "cancel", work, "已取消這次查核。")


@blueprint.post("/<uuid:inspection_id>/start")
@requires("inspections.lead")
def start(inspection_id: UUID) -> Response:
    """Start the visit (its leader)."""

    def work() -> None:
        with transaction() as current:
            row = policy.led(current, current_actor(), inspection_id)
            plans.start(current, row, clock.now(), current_actor(), clock.now())

    return _tried(inspection_id, "start", work, "查核已開始。")


@blueprint.post("/<uuid:inspection_id>/tests/<string:test>")
@requires("inspections.decide")
def test(inspection_id: UUID, test: str) -> Response:
    """Record a pending test's result."""
    if test not in TESTS:
        raise NotFound("沒有這項試驗；請從查核頁面選取。")

    def work() -> None:
        given = read(schemas.TestIn(), days=("decided_on",))
        _decide(
            inspection_id,
            lambda current, row: decisions.record_test(
                current, row, test, given, current_actor(), clock.now()
            ),
        )

    return _tried(inspection_id, f"test-{test}", work, f"已登錄{TESTS[test]}試驗結果。")


@blueprint.post("/<uuid:inspection_id>/waive")
@requires("inspections.decide")
def waive(inspection_id: UUID) -> Response:
    """Waive photos that will never come, with the reason."""

    def work() -> None:
        given = read(schemas.WaiverIn(), sha256s=request.form.getlist("sha256s"))
        _decide(
            inspection_id,
            lambda current, row: waivers.waive(current, row, given, current_actor(), clock.now()),
        )

    return _tried(inspection_id, "waive", work, "已免補。理由會印在查核紀錄與改善通知。")


@blueprint.post("/<uuid:inspection_id>/issue")
@requires("inspections.decide")
def issue(inspection_id: UUID) -> Response:
    """Issue the record and the notice with a correction deadline."""

    def work() -> None:
        given = read(schemas.IssueIn(), days=("correct_by",))

        def issued(current: Session, row: Inspection) -> None:
            decisions.require_reason(current, row, given, clock.today())
            decisions.issue(current, row, given, current_actor(), clock.now())

        _decide(inspection_id, issued)

    return _tried(inspection_id, "issue", work, "已發文。受查單位現在看得到這件查核，也能回復改善。")


@blueprint.post("/<uuid:inspection_id>/late-reason")
@requires("inspections.decide")
def late_reason(inspection_id: UUID) -> Response:
    """Say why an issued record went out late."""

    def work() -> None:
        reason = read(schemas.ReasonIn())["reason"]
        _decide(
            inspection_id,
            lambda current, row: decisions.explain_late(current, row, reason, current_actor(), clock.now()),
        )

    return _tried(inspection_id, "late", work, "已補填原因。已發的公文不變。")


@blueprint.post("/<uuid:inspection_id>/send-on")
@requires("inspections.decide")
def send_on(inspection_id: UUID) -> Response:
    """Give the issued papers to a party that the tender names only since."""

    def work() -> None:
        given = read(schemas.SendOnIn())
        _decide(
            inspection_id,
            lambda current, row: recipients.send_on(current, row, given, current_actor(), clock.now()),
        )

    return _tried(inspection_id, "send-on", work, "已補送。該單位現在看得到這件查核，也能回復改善。")


@blueprint.post("/<uuid:inspection_id>/close")
@requires("inspections.decide")
def close(inspection_id: UUID) -> Response:
    """Close an issued inspection whose defects are all corrected."""

    def work() -> None:
        _decide(
            inspection_id, lambda current, row: decisions.close(current, row, current_actor(), clock.now())
        )

    return _tried(inspection_id, "close", work, "已結案。")


def _decide(inspection_id: UUID, work: Work) -> None:
    """Do `work` on the inspection as the form's page showed it, in one transaction."""
    with transaction() as current:
        row = policy.readable(current, current_actor(), inspection_id, lock=True)
        pages_forms.check_seen(row.version)
        work(current, row)


def _tried(inspection_id: UUID, form: str, work: Callable[[], None], done: str) -> Response:
    """Do `work` and go back to the page; what was refused is shown with what was typed."""
    try:
        work()
    except REFUSED as problem:
        return _shown(inspection_id, refusal(form, problem))
    return _done(inspection_id, done)


def _done(inspection_id: UUID, message: str) -> Response:
    flash(message, "success")
    return redirect(url_for(".inspection", inspection_id=inspection_id), 303)


def _shown(inspection_id: UUID, refused: Refusal) -> Response:
    row = policy.readable(session(), current_actor(), inspection_id)
    context = pages_view.context(session(), current_actor(), row, clock.today())
    crumbs = [("查核", url_for(".index"))]
    errors = refused.summary
    return _page(
        "inspections/inspection.html",
        refused.status,
        refused=refused,
        errors=errors,
        crumbs=crumbs,
        **context,
    )


def _page(template: str, status: int, **context: Any) -> Response:
    return make_response(render_template(template, words=WORDS, **context), status)
