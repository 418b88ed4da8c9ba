"""The pages of tenders: list, one tender, adding and changing."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for

from inspect_app.core import clock
from inspect_app.core.api import paginate
from inspect_app.core.auth import current_actor, requires
from inspect_app.core.database import session, transaction
from inspect_app.core.problems import Problem, Stale
from inspect_app.filings import own as filings
from inspect_app.filings import words as filing_words
from inspect_app.inspections import queries as inspections
from inspect_app.inspections.words import STATES, TONES
from inspect_app.scrutiny import section
from inspect_app.tenders import forms, history, pages_history, policy, queries, service
from inspect_app.tenders.imports import pages as imports_pages
from inspect_app.tenders.models import KINDS, Tender
from scoring import lawbook

blueprint = Blueprint("tenders", __name__, template_folder="templates", url_prefix="/tenders")
blueprint.register_blueprint(imports_pages.blueprint)
PAGE = 50


@blueprint.get("")
@requires("tenders.read")
def index() -> str:
    """The tenders one may read, narrowed by what the address says."""
    wanted, actor = forms.wanted(request.args), current_actor()
    page = paginate(session(), queries.listed(actor, wanted), PAGE, request.args.get("cursor") or None)
    return render_template(
        "tenders/index.html",
        rows=page["items"],
        next_url=_with_cursor(page["next"]),
        total=queries.count(session(), actor, wanted),
        progress=queries.latest_progress(session(), [row.id for row in page["items"]]),
        statuses=[(status, status) for status in queries.statuses(session(), actor)],
        wanted=wanted,
        kinds=KINDS,
        behind_from=_behind_from(),
    )


def _behind_from() -> int:
    """From how many percentage points a tender is shown as behind, not merely late."""
    return lawbook.at(clock.today()).local.progress.behind_from


def _with_cursor(cursor: str | None) -> str | None:
    kept_args: dict[str, Any] = {
        name: value for name, value in request.args.items() if name != "cursor" and value
    }
    return url_for("tenders.index", **kept_args, cursor=cursor) if cursor else None


@blueprint.get("/<uuid:tender_id>")
@requires("tenders.read")
def tender(tender_id: UUID) -> str:
    """One tender: facts, progress, and those of its inspections that the reader may know of."""
    actor = current_actor()
    row = policy.readable(session(), actor, tender_id)
    known = inspections.listed(actor, inspections.InspectionFilter(tender=row.id))
    return render_template(
        "tenders/tender.html",
        tender=row,
        kinds=KINDS,
        now=clock.now(),
        months=filings.months(session(), row, clock.now()),
        filing_states=filing_words.STATES,
        filing_tones=filing_words.TONES,
        filed=filing_words.filed,
        cleared=filing_words.CLEARED,
        sources=history.SOURCES,
        behind_from=_behind_from(),
        scrutiny=section.section(session(), actor, row.id),
        inspections=list(session().scalars(known)),
        states=STATES,
        tones=TONES,
        events=pages_history.told(session(), row) if actor.may("tenders.write") else [],
    )


@blueprint.get("/new")
@requires("tenders.write")
def new() -> str:
    """The empty form."""
    return _form({"kind": "work", "own": "yes"}, None)


@blueprint.post("/new")
@requires("tenders.write")
def create() -> Any:
    """Add a tender; a mistake shows the form again with all that was typed."""
    try:
        data = forms.tender_data(request.form)
        with transaction() as current:
            row = service.create(current, data, current_actor(), clock.now())
    except Problem as problem:
        return _form(request.form, None, problem), problem.status
    flash("標案已新增。", "success")
    return redirect(url_for("tenders.tender", tender_id=row.id), 303)


@blueprint.get("/<uuid:tender_id>/edit")
@requires("tenders.write")
def edit(tender_id: UUID) -> str:
    """The form with what is known."""
    row = policy.readable(session(), current_actor(), tender_id)
    return _form(forms.values(row), row)


@blueprint.post("/<uuid:tender_id>/edit")
@requires("tenders.write")
def update(tender_id: UUID) -> Any:
    """Replace what is known, unless somebody else did so meanwhile."""
    row = policy.readable(session(), current_actor(), tender_id)
    try:
        data = forms.tender_data(request.form)
        with transaction() as current:
            _check_unchanged(policy.readable(current, current_actor(), tender_id, lock=True))
            service.change(current, tender_id, data, current_actor(), clock.now())
    except Problem as problem:
        return _form(request.form, row, problem), problem.status
    flash("標案資料已更正。", "success")
    return redirect(url_for("tenders.tender", tender_id=tender_id), 303)


def _check_unchanged(row: Tender) -> None:
    if request.form.get("version") != str(row.version):
        raise Stale(
            "您開啟表單後，這件標案已被他人更正。您的輸入都還在；請核對下列不同之處，確認後再儲存一次。"
        )


def _form(values: Any, row: Tender | None, problem: Problem | None = None) -> str:
    differences = []
    if isinstance(problem, Stale) and row is not None:
        row = policy.readable(session(), current_actor(), row.id)
        differences = forms.differences(values, row)
    return render_template(
        "tenders/form.html", values=values, tender=row, problem=problem, kinds=KINDS,
        errors=list(problem.errors) if problem else [], differences=differences,
    )  # fmt: skip
