"""/closures: days of closed offices (颱風停班), which move every due day counted in working days."""

from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from marshmallow import ValidationError
from werkzeug.wrappers import Response

from inspect_app.core import clock, roc
from inspect_app.core.auth import current_actor, requires
from inspect_app.core.database import session, transaction
from inspect_app.core.problems import Busy, FieldError, InvalidFields, NotFound, Problem, flatten
from inspect_app.deadlines import queries, schemas, service

blueprint = Blueprint("closures", __name__, template_folder="templates", url_prefix="/closures")

NAMES = {"on": "停止上班日", "document": "文號", "note": "備註"}


@blueprint.get("")
@requires("closures.read")
def index() -> Response:
    """What is recorded, newest first, and for the staff the form."""
    return _page(200)


@blueprint.post("")
@requires("closures.write")
def record() -> Response:
    """Record a day of closed offices."""
    try:
        given = _read()
        with transaction() as current:
            row, _ = service.record(current, **given, by=current_actor(), now=clock.now())
    except (Busy, InvalidFields) as problem:
        return _page(problem.status, problem)
    flash(f"已登錄{roc.format_weekday(row.on)}停止上班；期限已重新計算。", "success")
    return redirect(url_for(".index"), 303)


@blueprint.post("/<string:on>/remove")
@requires("closures.write")
def remove(on: str) -> Response:
    """Take back what was recorded by mistake."""
    try:
        day = roc.parse(on)
    except roc.RocDateError as error:
        raise NotFound("這天沒有登錄停止上班；請從清單選取。") from error
    with transaction() as current:
        service.remove(current, day, current_actor(), clock.now())
    flash(f"已移除{roc.format_weekday(day)}的停止上班；期限已重新計算。", "success")
    return redirect(url_for(".index"), 303)


def _read() -> dict[str, Any]:
    """The form: the day in ROC years, document and note; InvalidFields names every input that is wrong."""
    typed = {
        name: text.strip() for name in ("document", "note") if (text := request.form.get(name, "")).strip()
    }
    errors: list[FieldError] = []
    given: dict[str, Any] = {}
    try:
        given["on"] = roc.parse(request.form.get("on", ""))
    except roc.RocDateError as error:
        errors.append(FieldError("on", str(error)))
    try:
        given |= schemas.ClosureIn().load(typed)
    except ValidationError as error:
        errors += flatten(error.messages)
    if errors:
        raise InvalidFields("請依各欄位的說明更正後再送。", errors=errors)
    return given


def _page(status: int, problem: Problem | None = None) -> Response:
    errors = list(problem.errors or [FieldError("", problem.detail)]) if problem else []
    page = render_template(
        "deadlines/closures.html",
        rows=list(session().scalars(queries.listed())),
        typed=request.form,
        errors=errors,
        summary=[
            FieldError(each.field, f"{NAMES.get(each.field, '')}：{each.reason}".lstrip("："))
            for each in errors
        ],
        crumbs=[("期限", url_for("deadlines.index"))],
    )
    return make_response(page, status)
