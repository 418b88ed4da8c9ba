"""/defects: the list, and one defect with its correction, review and extension."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from inspect_app.core import clock
from inspect_app.core.auth import current_actor, requires
from inspect_app.core.database import session, transaction
from inspect_app.core.problems import (
    Busy,
    Conflict,
    FieldError,
    InvalidFields,
    Problem,
    Stale,
    TooLarge,
    respond,
)
from inspect_app.core.settings import current_settings
from inspect_app.defects import pages_view, policy, schemas, service, words
from inspect_app.defects.pages_forms import Chosen, take_photos
from inspect_app.inspections.pages_forms import Refusal, check_seen, read, refusal

blueprint = Blueprint("defects", __name__, template_folder="templates", url_prefix="/defects")

REFUSED = (Busy, Conflict, InvalidFields, Stale)
NOTHING = Chosen({}, ())
WORDS = {"states": words.STATES, "severities": words.SEVERITIES, "parties": words.PARTIES}


@blueprint.get("")
@requires("defects.read")
def index() -> Response:
    """The defects one may know of, the earliest deadline first."""
    return _page("defects/index.html", 200, **pages_view.listed())


@blueprint.get("/<uuid:defect_id>")
@requires("defects.read")
def defect(defect_id: UUID) -> Response:
    """One defect with all that was done about it."""
    return _shown(defect_id, Refusal())


@blueprint.post("/<uuid:defect_id>/correct")
@requires("defects.correct")
def correct(defect_id: UUID) -> Response:
    """Answer a defect with photos before, during and after; photos that came stay when something else is wrong."""
    chosen = NOTHING
    try:
        chosen = _photos(defect_id)
        _correct(defect_id, chosen)
    except REFUSED as problem:
        return _shown(defect_id, refusal("correct", problem), chosen)
    return _done(defect_id, "已回復改善，由主辦機關審查。")


def _photos(defect_id: UUID) -> Chosen:
    """Receive the photos, once it is sure that they may be sent and are awaited."""
    with transaction() as current:
        row = policy.answerable(current, current_actor(), defect_id)
        check_seen(row.version)
        if row.state != words.OPENED:
            raise Conflict(f"只有待改善的缺失可以回復。目前狀態：{words.STATES[row.state]}。")
    return take_photos(row.inspection_id, current_actor())


def _correct(defect_id: UUID, chosen: Chosen) -> None:
    given = _read_correction(chosen)
    with transaction() as current:
        service.correct(current, defect_id, given["note"], given["photos"], current_actor(), clock.now())


def _read_correction(chosen: Chosen) -> dict[str, Any]:
    """The note and the photos; InvalidFields also for a stage without any and for files not taken."""
    empty = [FieldError(stage, "至少一張照片。") for stage, hashes in chosen.photos.items() if not hashes]
    failed = {error.field for error in chosen.errors}
    wrong = [*chosen.errors, *(error for error in empty if error.field not in failed)]
    try:
        given: dict[str, Any] = read(schemas.CorrectionIn(), photos=chosen.photos)
    except InvalidFields as problem:
        raise InvalidFields(problem.detail, errors=[*problem.errors, *wrong]) from problem
    if wrong:
        raise InvalidFields("改善前、中、後都要有照片；請補齊後再送。", errors=wrong)
    return given


@blueprint.post("/<uuid:defect_id>/review")
@requires("defects.review")
def review(defect_id: UUID) -> Response:
    """Pass a correction on, or send it back."""
    return _reviewed(defect_id, "review", schemas.ReviewIn(), "已登錄審查結果。")


@blueprint.post("/<uuid:defect_id>/written-review")
@requires("defects.review")
def written_review(defect_id: UUID) -> Response:
    """Record the written review of an agency that does not sign in."""
    return _reviewed(defect_id, "written", schemas.WrittenReviewIn(), "已登錄主辦機關的審查結果。")


def _reviewed(defect_id: UUID, form: str, schema: schemas.ReviewIn, done: str) -> Response:
    def work(current: Session, given: service.Review) -> object:
        return service.review(current, defect_id, given, current_actor(), clock.now())

    return _tried(defect_id, form, lambda: read(schema), work, done)


@blueprint.post("/<uuid:defect_id>/extend")
@requires("defects.extend")
def extend(defect_id: UUID) -> Response:
    """Agree to a later deadline, with reason and document."""

    def work(current: Session, given: dict[str, Any]) -> object:
        until, reason, document = given["correct_by"], given["reason"], given["document"]
        return service.extend(current, defect_id, until, reason, document, current_actor(), clock.now())

    return _tried(
        defect_id, "extend", lambda: read(schemas.ExtensionIn(), days=("correct_by",)), work, "已同意展延。"
    )


def _tried(
    defect_id: UUID,
    form: str,
    reading: Callable[[], Any],
    work: Callable[[Session, Any], object],
    done: str,
) -> Response:
    """Read the form and do `work` in one transaction; what was refused is shown with what was typed."""
    try:
        given = reading()
        with transaction() as current:
            row = policy.readable(current, current_actor(), defect_id, lock=True)
            check_seen(row.version)
            work(current, given)
    except REFUSED as problem:
        return _shown(defect_id, refusal(form, problem))
    return _done(defect_id, done)


@blueprint.errorhandler(RequestEntityTooLarge)
def too_large(_error: RequestEntityTooLarge) -> Response:
    """The form was too large to be read at all; what the browser still holds, going back shows again."""
    limit = current_settings().max_body_bytes >> 20
    reason = (
        f"一次合計最多 {limit} MB，這次的內容沒有收到。請回上一頁，先選一部分照片送出；"
        "收到的照片會留在頁面上，再補其餘的。"
    )
    refused = Refusal("correct", {}, (FieldError("", reason),), TooLarge.title, TooLarge.status)
    try:
        return _shown((request.view_args or {}).get("defect_id", UUID(int=0)), refused)
    except Problem as problem:  # no page to show it on: an error handler's own errors are not handled
        return respond(problem)


def _done(defect_id: UUID, message: str) -> Response:
    flash(message, "success")
    return redirect(url_for(".defect", defect_id=defect_id), 303)


def _shown(defect_id: UUID, refused: Refusal, chosen: Chosen = NOTHING) -> Response:
    row = policy.readable(session(), current_actor(), defect_id)
    context = pages_view.shown(session(), current_actor(), row, clock.today())
    limits = current_settings()
    return _page(
        "defects/defect.html",
        refused.status,
        refused=refused,
        kept=chosen.photos,
        errors=refused.summary,
        crumbs=[("缺失", url_for(".index"))],
        photo_mib=limits.max_photo_bytes >> 20,
        total_mib=limits.max_body_bytes >> 20,
        **context,
    )


def _page(template: str, status: int, **context: Any) -> Response:
    return make_response(render_template(template, words=WORDS, **context), status)
