"""The pages of accounts: signing in and out, tablets."""

import re
from typing import Any
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
from inspect_app.core.auth import COOKIE_KEY, Actor, current_actor, requires
from inspect_app.core.database import session, transaction
from inspect_app.core.permissions import PUBLIC, Role
from inspect_app.core.problems import FieldError, NotFound, NotSignedIn

OUR_PATH = re.compile(r"/(?![/\\])[^\\\x00-\x20]*")
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
    return target if OUR_PATH.fullmatch(target) else url_for("home")


@blueprint.get("/devices")
@requires("devices.own")
def devices() -> str:
    """One's tablets; the admin sees everyone's and may enrol for anyone."""
    return _devices(current_actor().id)


@blueprint.post("/devices/enrol")
@requires("devices.own")
def enrol() -> str:
    """Show a one-time code and its QR, this once."""
    actor, now = current_actor(), clock.now()
    chosen = _chosen(actor)
    with transaction() as current:
        code = service.enrol(current, chosen, actor, now)
    # On white whatever the page's own colours: a code on a dark page is not read.
    qr = segno.make(code, error="m").svg_data_uri(scale=6, light="#fff")
    return _devices(chosen, code=code, qr=qr, expires_at=now + service.ENROLMENT_LIFE)


def _chosen(actor: Actor) -> UUID:
    try:
        return UUID(request.form.get("user") or str(actor.id))
    except ValueError:
        raise NotFound("沒有這位使用者，請從清單選取。") from None


@blueprint.post("/devices/<uuid:device_id>/revoke")
@requires("devices.own")
def revoke_device(device_id: UUID) -> BaseResponse:
    """Revoke a tablet: it is signed out at once."""
    with transaction() as current:
        service.revoke_device(current, device_id, current_actor(), clock.now())
    flash("平板已撤銷，不能再傳送資料。", "success")
    return redirect(url_for("accounts.devices"), 303)


def _devices(holder: UUID, **issued: Any) -> str:
    """The page; `issued` is a fresh code with its picture and end, shown this once."""
    actor = current_actor()
    manages = actor.role is Role.ADMIN
    owner = None if manages else actor.id
    people = list(session().scalars(queries.people())) if manages else []
    return render_template(
        "accounts/devices.html",
        rows=queries.devices(session(), owner),
        people=[(str(person.id), f"{person.name}（{person.username}）") for person in people],
        holder=str(holder),
        **issued,
    )
