"""The pages of accounts: signing in and out, tablets."""

from urllib.parse import urlsplit
from uuid import UUID

import segno
from flask import Blueprint, Response, flash, g, make_response, redirect, render_template, request, url_for
from flask import session as cookie
from werkzeug.wrappers import Response as BaseResponse

from inspect_app.accounts import queries, service
from inspect_app.accounts.limits import limit_by_address, limit_by_name
from inspect_app.accounts.service import sign_out as revoke
from inspect_app.accounts.sessions import open_session
from inspect_app.core import clock
from inspect_app.core.auth import COOKIE_KEY, current_actor, requires
from inspect_app.core.database import session, transaction
from inspect_app.core.permissions import PUBLIC, Role
from inspect_app.core.problems import FieldError, NotFound, NotSignedIn

blueprint = Blueprint("accounts", __name__, template_folder="templates")


@blueprint.get("/sign-in")
@requires(PUBLIC)
def sign_in() -> Response | str | BaseResponse:
    """The form; a person already signed in goes on."""
    if g.actor is not None:
        return redirect(_safe_target())
    return render_template("layout/sign_in.html", errors=[], username="")


@blueprint.post("/sign-in")
@limit_by_address
@limit_by_name
@requires(PUBLIC)
def open_() -> Response | BaseResponse:
    """Check the password and set the session cookie; a wrong one shows the form again."""
    username = request.form.get("username", "")
    try:
        issued = open_session(username, request.form.get("password", ""))
    except NotSignedIn as problem:
        errors = [FieldError("password", problem.detail)]
        return make_response(render_template("layout/sign_in.html", errors=errors, username=username), 401)
    cookie.clear()
    cookie[COOKIE_KEY] = issued.token
    return redirect(_safe_target(), 303)


@blueprint.post("/sign-out")
@requires("session.own")
def sign_out() -> BaseResponse:
    """Revoke the session's token and forget the cookie."""
    with transaction() as current:
        revoke(current, current_actor(), clock.now())
    cookie.clear()
    return redirect(url_for("accounts.sign_in"), 303)


def _safe_target() -> str:
    """Where to go after signing in: a path of ours, never another site."""
    target = request.args.get("next", "")
    parts = urlsplit(target)
    ours = target.startswith("/") and not target.startswith(("//", "/\\")) and not parts.netloc
    return target if ours else url_for("home")


@blueprint.get("/devices")
@requires("devices.own")
def devices() -> str:
    """One's tablets; the admin sees everyone's and may enrol for anyone."""
    return _devices()


@blueprint.post("/devices/enrol")
@requires("devices.own")
def enrol() -> str:
    """Show a one-time code and its QR, this once."""
    actor = current_actor()
    try:
        chosen = UUID(request.form.get("user") or str(actor.id))
        with transaction() as current:
            code = service.enrol(current, chosen, actor, clock.now())
    except ValueError:
        raise NotFound("沒有這位使用者，請從清單選取。") from None
    return _devices(code=code, qr=segno.make(code, error="m").svg_data_uri(scale=6))


@blueprint.post("/devices/<uuid:device_id>/revoke")
@requires("devices.own")
def revoke_device(device_id: UUID) -> BaseResponse:
    """Revoke a tablet: it is signed out at once."""
    with transaction() as current:
        service.revoke_device(current, device_id, current_actor(), clock.now())
    flash("平板已撤銷，不能再傳送資料。", "success")
    return redirect(url_for("accounts.devices"), 303)


def _devices(code: str = "", qr: str = "") -> str:
    actor = current_actor()
    manages = actor.role is Role.ADMIN
    owner = None if manages else actor.id
    people = list(session().scalars(queries.people())) if manages else []
    return render_template(
        "accounts/devices.html",
        rows=queries.devices(session(), owner),
        people=[(str(person.id), f"{person.name}（{person.username}）") for person in people],
        code=code,
        qr=qr,
    )
