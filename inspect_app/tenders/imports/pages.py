"""The pages of imports: choosing a list, its progress, preview and result; all imports."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.exceptions import RequestEntityTooLarge

from inspect_app.core import clock
from inspect_app.core.api import paginate
from inspect_app.core.auth import current_actor, requires
from inspect_app.core.database import session, transaction
from inspect_app.core.problems import Problem, TooLarge, respond
from inspect_app.core.settings import current_settings
from inspect_app.tenders.forms import uploaded
from inspect_app.tenders.imports import (
    deciding,
    folder,
    forms,
    pages_sources,
    queries,
    readers,
    receiving,
    results,
    words,
)
from inspect_app.tenders.imports.looking import Way
from inspect_app.tenders.imports.models import UNDER_WAY, TenderImport
from inspect_app.tenders.imports.receiving import Arrival

blueprint = Blueprint("imports", __name__)
blueprint.add_app_template_filter(words.changes, "import_changes")
blueprint.add_app_template_filter(words.column, "import_column")
pages_sources.add_to(blueprint)
PAGE, CHANGES = 50, 50


@blueprint.get("/import")
@requires("tenders.write")
def choose() -> str:
    """Choose a file and how it is read."""
    return _chooser(None)


@blueprint.post("/import")
@requires("tenders.write")
def upload() -> Any:
    """Receive a list: a small one is previewed at once, a large one by the worker."""
    try:
        stream, filename = uploaded(request.files)
        chosen = forms.source_id(request.form.get("source", ""))
        source = queries.source(session(), chosen) if chosen else None
        way = receiving.way_of(source) if source else Way()
        way = Way(
            way.reader, forms.unit(request.form) or way.unit, way.mapping, bool(request.form.get("strict"))
        )
        arrival = Arrival("page", filename, current_actor(), source.id if source else None)
        import_id = receiving.receive(stream, arrival, way)
    except Problem as problem:
        return _chooser(problem), problem.status
    return redirect(url_for("tenders.imports.run", import_id=import_id), 303)


def _chooser(problem: Problem | None) -> str:
    return render_template(
        "tenders/import.html", problem=problem, errors=list(problem.errors) if problem else [],
        values=request.form, sources=[(row.id, row.name) for row in queries.sources(session())],
        accepted=readers.ACCEPTED, limit_mib=_limit_mib(),
    )  # fmt: skip


@blueprint.get("/imports")
@requires("tenders.write")
def index() -> str:
    """Every import, newest first, and what is wrong in the watched folder."""
    wanted = forms.wanted(request.args)
    page = paginate(session(), queries.listed(wanted), PAGE, request.args.get("cursor") or None)
    kept = {name: value for name, value in request.args.items() if name != "cursor" and value}
    watched, findings = folder.watched(session())
    return render_template(
        "tenders/imports.html", rows=page["items"], total=queries.count(session(), wanted), wanted=wanted,
        next_url=url_for("tenders.imports.index", **{**kept, "cursor": page["next"]}) if page["next"] else None,
        sources=queries.source_names(session()), words=words, folder=watched, findings=findings,
    )  # fmt: skip


@blueprint.get("/imports/<uuid:import_id>")
@requires("tenders.write")
def run(import_id: UUID) -> str:
    """One import as it stands: its progress, its preview, or its result."""
    return _run(queries.get(session(), import_id), None)


def _run(row: TenderImport, problem: Problem | None) -> str:
    start = max(request.args.get("from", 0, int), 0)
    report = row.report or {}
    changes = results.page(row.id, results.CHANGED, start, CHANGES) if "changed" in report else []
    source = queries.source_names(session()).get(row.source_id) if row.source_id else None
    return render_template(
        "tenders/import_run.html", row=row, report=report, changes=changes, start=start, step=CHANGES,
        words=words, fields=readers.FIELDS, labels=readers.LABELS, source=source, problem=problem,
        under_way=row.state in UNDER_WAY, shown=_shown(row),
    )  # fmt: skip


def _shown(row: TenderImport) -> dict[str, Any]:
    """What the form of the columns says: what was just typed, else how the list was read."""
    typed = request.form if request.method == "POST" and "title-0" in request.form else None
    columns = row.report.get("columns", []) if row.report else []
    if typed is not None:
        columns = list(forms.mapping(typed).items())
    return {
        "columns": columns,
        "unit": forms.unit(typed) if typed is not None else row.unit,
        "strict": bool(typed.get("strict")) if typed is not None else row.strict,
        "remember": typed.get("remember", "") if typed is not None else None,
    }


@blueprint.post("/imports/<uuid:import_id>/columns")
@requires("tenders.write")
def columns(import_id: UUID) -> Any:
    """Say what the columns are, and preview anew; on wish remembered as a source."""
    row = queries.get(session(), import_id)
    try:
        name = forms.name(request.form, "remember")
        deciding.look_again(import_id, forms.way(request.form, row.reader))
        if name:
            with transaction() as current:
                row = queries.get(current, import_id, lock=True)
                deciding.remember(current, row, name, current_actor(), clock.now())
            flash(f"已記住，下次匯入時選來源「{name}」即可。", "success")
    except Problem as problem:
        return _run(queries.get(session(), import_id), problem), problem.status
    return redirect(url_for("tenders.imports.run", import_id=import_id), 303)


@blueprint.post("/imports/<uuid:import_id>/confirm")
@requires("tenders.write")
def confirm(import_id: UUID) -> Any:
    """Import in earnest; sent twice, it is done once."""
    try:
        deciding.confirm(import_id, current_actor(), partly="partly" in request.form)
    except Problem as problem:
        if problem.status == 404:
            raise
        return _run(queries.get(session(), import_id), problem), problem.status
    return redirect(url_for("tenders.imports.run", import_id=import_id), 303)


@blueprint.post("/imports/<uuid:import_id>/cancel")
@requires("tenders.write")
def cancel(import_id: UUID) -> Any:
    """Give an import up; what is under way ends soon."""
    try:
        with transaction() as current:
            deciding.cancel(current, import_id, clock.now())
    except Problem as problem:
        if problem.status == 404:
            raise
        return _run(queries.get(session(), import_id), problem), problem.status
    return redirect(url_for("tenders.imports.run", import_id=import_id), 303)


@blueprint.get("/imports/<uuid:import_id>/rejections.csv")
@requires("tenders.write")
def rejections(import_id: UUID) -> Response:
    """The refused rows, for a spreadsheet."""
    return rejections_file(queries.get(session(), import_id))


def rejections_file(row: TenderImport) -> Response:
    """The refused rows of an import as a CSV to be saved; none yet is a head without rows."""
    report = row.report if row.report and "counted" in row.report else {"counted": "行", "rejected": []}
    answer = Response(results.rejections_csv(row.id, report), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="rejections-{row.id.hex[:8]}.csv"'
    return answer


def _limit_mib() -> int:
    return current_settings().max_body_bytes // 2**20


@blueprint.errorhandler(RequestEntityTooLarge)
def too_large(_error: RequestEntityTooLarge) -> Any:
    """A list beyond the limit is told the limit."""
    return respond(
        TooLarge(f"檔案超過 {_limit_mib()} MiB。請刪去不用的欄，或分成數個檔案，再回「匯入標案」選取。")
    )
