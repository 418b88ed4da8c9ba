"""Reviewing a photo note from the inspection's or the defect's page."""

from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from inspect_app.core import clock
from inspect_app.core.auth import current_actor, requires
from inspect_app.core.database import session, transaction
from inspect_app.core.problems import InvalidFields, MalformedRequest
from inspect_app.inspections.pages_forms import read
from inspect_app.plausibility import schemas, service

blueprint = Blueprint("plausibility", __name__, template_folder="templates", url_prefix="/inspections")


@blueprint.post("/<uuid:inspection_id>/photo-notes/<uuid:note_id>/review")
@requires("plausibility.review")
def review(inspection_id: UUID, note_id: UUID) -> Response:
    """Say what a note came to, and go back to where it was read."""
    by, now = current_actor(), clock.now()
    note = service.noted(session(), by, inspection_id, note_id, now)
    try:
        given = read(schemas.PhotoNoteReviewIn())
        with transaction() as current:
            service.review(current, note, given, by, now)
    except InvalidFields as problem:
        flash("".join(error.reason for error in problem.errors) or problem.detail, "error")
    else:
        flash(f"已登錄：{service.VERDICTS[given.verdict]}。", "success")
    return redirect(_back(inspection_id), 303)


def _back(inspection_id: UUID) -> str:
    """The defect's page where the form stood on it, otherwise the inspection's."""
    defect = request.args.get("defect")
    if not defect:
        return url_for("inspections.inspection", inspection_id=inspection_id, _anchor="photo-notes")
    try:
        return url_for("defects.defect", defect_id=UUID(defect), _anchor="photo-notes")
    except ValueError as error:
        raise MalformedRequest("網址中的 defect 應為缺失的識別碼；請從缺失頁面重新送出。") from error
