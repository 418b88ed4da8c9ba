"""/settings/notifications: one's mail address, what is mailed, and the address of one's calendar."""

from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from inspect_app.accounts import addresses
from inspect_app.accounts.models import User
from inspect_app.core import audit, clock
from inspect_app.core.auth import current_actor, requires
from inspect_app.core.database import session, transaction
from inspect_app.core.problems import Conflict, FieldError, InvalidFields, NotAllowed, Problem
from inspect_app.messages import choices, feeds

blueprint = Blueprint(
    "notifications", __name__, template_folder="templates", url_prefix="/settings/notifications"
)


@blueprint.get("")
@requires("messages.own")
def index() -> Response:
    """One's choices."""
    return _page()


@blueprint.post("/address")
@requires("messages.own")
def change_address() -> Response:
    """Send a link to the address typed; an empty one takes the present address away."""
    typed = request.form.get("email", "").strip()
    _check_person()
    try:
        with transaction() as current:
            if typed:
                path = url_for("notifications.confirming", proof="")
                addresses.ask(current, typed, current_actor(), path, clock.now())
            else:
                addresses.remove(current, current_actor(), clock.now())
    except (InvalidFields, Conflict) as problem:
        return _page(problem=problem, typed=typed)
    return _done("已寄出確認信；開啟信裡的連結後才會更改。" if typed else "已移除信箱；訊息只放在收件匣。")


@blueprint.get("/address/<string:proof>")
@requires("messages.own")
def confirming(proof: str) -> str:
    """Which address would be confirmed, and the button that does it: mail programs look at links before people do."""
    email = addresses.asked(session(), proof, current_actor(), clock.now())
    return render_template("notifications/confirm.html", email=email, proof=proof)


@blueprint.post("/address/<string:proof>")
@requires("messages.own")
def confirm(proof: str) -> Response:
    """Take the confirmed address."""
    _check_person()
    with transaction() as current:
        addresses.confirm(current, proof, current_actor(), clock.now())
    return _done("信箱已確認，以後的信寄到這裡。")


@blueprint.post("/choices")
@requires("messages.own")
def choose() -> Response:
    """Keep which optional kinds are mailed."""
    actor, mailed = current_actor(), request.form.getlist("mailed")
    with transaction() as current:
        choices.choose(current, actor.id, actor.role, mailed, clock.now())
    return _done("已儲存。")


@blueprint.post("/calendar")
@requires("messages.own")
def make_feed() -> Response:
    """A new calendar address, shown this once; the one before it ends."""
    _check_person()
    actor, now = current_actor(), clock.now()
    with transaction() as current:
        token = feeds.make(current, actor.id, now)
        audit.record(current, actor, "calendar.made", ("user", actor.id), now)
    return _page(feed_url=url_for("calendar.feed", token=token, _external=True))


@blueprint.post("/calendar/revoke")
@requires("messages.own")
def revoke_feed() -> Response:
    """End one's calendar address."""
    actor, now = current_actor(), clock.now()
    with transaction() as current:
        if feeds.revoke(current, actor.id, now):
            audit.record(current, actor, "calendar.revoked", ("user", actor.id), now)
    return _done("行事曆網址已撤銷，不能再讀取。")


def _check_person() -> None:
    """A lost tablet must not open ways that outlive it."""
    if current_actor().device_id is not None:
        raise NotAllowed("平板不能更改信箱或行事曆網址；請以帳號密碼登入後再改。")


def _done(message: str) -> Response:
    flash(message, "success")
    return redirect(url_for("notifications.index"), 303)


def _page(problem: Problem | None = None, typed: str | None = None, feed_url: str = "") -> Response:
    actor, current, now = current_actor(), session(), clock.now()
    context: dict[str, Any] = {
        "email": current.get_one(User, actor.id).email,
        "pending": addresses.pending(current, actor.id, now),
        "typed": typed,
        "errors": _errors(problem),
        "kinds": choices.offered(actor.role),
        "declined": choices.declined(current, actor.id),
        "feeds": feeds.history(current, actor.id),
        "feed_url": feed_url,
    }
    page = render_template("notifications/index.html", **context)
    return make_response(page, problem.status if problem else 200)


def _errors(problem: Problem | None) -> list[FieldError]:
    if problem is None:
        return []
    return list(problem.errors) or [FieldError("email", problem.detail)]
