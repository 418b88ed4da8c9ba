"""/photos/retention: how long things are kept, what is past its period, what was erased, and erasing one inspection's."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from inspect_app.core import clock
from inspect_app.core.auth import current_actor, requires
from inspect_app.core.database import session
from inspect_app.core.problems import Busy, Conflict, FieldError, InvalidFields, NotFound
from inspect_app.inspections import policy as inspections
from inspect_app.layout.parts import Photo
from inspect_app.photos import addresses, erasing, policy, retaining
from inspect_app.photos import retention as periods

blueprint = Blueprint("photo_pages", __name__, template_folder="templates", url_prefix="/photos")

REASON_LONGEST = 500
REFUSED = (Busy, Conflict, InvalidFields)
SHOWN = 200


@dataclass(frozen=True, slots=True)
class Form:
    """What was typed into the form, what is wrong with it by input, and how many photos were erased all the same."""

    chosen: frozenset[str] = frozenset()
    reason: str = ""
    errors: tuple[FieldError, ...] = ()
    status: int = 200
    erased: int = 0

    @property
    def outcome(self) -> str:
        """What became of the photos when something was wrong."""
        return f"已清除 {self.erased} 張照片，其餘沒有清除" if self.erased else "照片沒有清除"

    def error(self, name: str) -> str:
        """What is wrong with an input, or nothing."""
        return next((each.reason for each in self.errors if each.field == name), "")


@blueprint.get("/retention")
@requires("photos.erase")
def retention() -> Response:
    """The periods, what is past them, what was erased; and with `?inspection=` the photos of one that is over."""
    return _page(_asked(request.args.get("inspection", "")), Form())


@blueprint.post("/retention/<uuid:inspection_id>")
@requires("photos.erase")
def erase(inspection_id: UUID) -> Response:
    """Erase the chosen photos of an inspection that is over, with the reason, up to the first that is refused."""
    inspections.readable(session(), current_actor(), inspection_id)
    form = _typed(inspection_id)
    if form.errors:
        return _page(inspection_id, form)
    erased = set[str]()
    try:
        for sha256 in sorted(form.chosen):
            erasing.erase(sha256, form.reason, current_actor(), clock.now())
            erased.add(sha256)
    except REFUSED as problem:
        wrong = (FieldError("", f"雜湊 {sha256[:8]}：{problem.detail}"),)
        return _page(
            inspection_id, Form(form.chosen - erased, form.reason, wrong, problem.status, len(erased))
        )
    flash(f"已清除 {len(form.chosen)} 張照片；雜湊與理由保留。", "success")
    return redirect(url_for(".retention", inspection=inspection_id), 303)


def _asked(text: str) -> UUID | None:
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError as error:
        raise NotFound(inspections.ABSENT) from error


def _typed(inspection_id: UUID) -> Form:
    reason = request.form.get("reason", "").strip().replace("\r\n", "\n")
    kept = retaining.kept_of(session(), inspection_id)
    chosen = frozenset(request.form.getlist("sha256s"))
    errors = []
    if not chosen or not chosen <= set(kept):
        errors.append(FieldError("sha256s", "請從這件查核還在的照片中選至少一張。"))
    if not 1 <= len(reason) <= REASON_LONGEST:
        errors.append(
            FieldError("reason", f"應為 1 到 {REASON_LONGEST} 個字，例：當事人依個人資料保護法請求刪除。")
        )
    return Form(chosen, reason, tuple(errors), 422 if errors else 200)


def _page(inspection_id: UUID | None, form: Form) -> Response:
    current = session()
    row = inspections.readable(current, current_actor(), inspection_id) if inspection_id else None
    context: dict[str, Any] = {
        "periods": periods.periods().values(),
        "statuses": periods.STATUSES,
        "proposals": retaining.proposals(current, clock.now()),
        "erased": erasing.every(current)[:SHOWN],
        "row": row,
        "over": row is not None and row.state in erasing.OVER,
        "photos": _tiles(retaining.kept_of(current, row.id)) if row else [],
        "form": form,
        "errors": [
            FieldError(f"erase-{each.field}" if each.field else "", each.reason) for each in form.errors
        ],
    }
    return make_response(render_template("photos/retention.html", **context), form.status)


def _tiles(shas: list[str]) -> list[tuple[str, Photo]]:
    """The photos to choose from, each shown if something still names it, for only then the staff may see it."""
    return [(sha256, _tile(sha256, place)) for place, sha256 in enumerate(shas, 1)]


def _tile(sha256: str, place: int) -> Photo:
    try:
        policy.readable(session(), current_actor(), sha256)
    except NotFound:
        return Photo(None, "", "", f"雜湊 {sha256[:8]}", instead="現行送件沒有提到，不能查看")
    return Photo(addresses.image(sha256), f"照片 {place}", "", f"雜湊 {sha256[:8]}")
