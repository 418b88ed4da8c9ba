"""The sign-in page."""

from urllib.parse import urlsplit

from flask import Blueprint, Response, g, make_response, redirect, render_template, request, url_for
from flask import session as cookie
from werkzeug.wrappers import Response as BaseResponse

from inspect_app.accounts.limits import limit_by_address, limit_by_name
from inspect_app.accounts.service import sign_out as revoke
from inspect_app.accounts.sessions import open_session
from inspect_app.core import clock
from inspect_app.core.auth import COOKIE_KEY, current_actor, requires
from inspect_app.core.database import transaction
from inspect_app.core.permissions import PUBLIC
from inspect_app.core.problems import FieldError, NotSignedIn

blueprint = Blueprint("accounts", __name__)


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
    with transaction() as session:
        revoke(session, current_actor(), clock.now())
    cookie.clear()
    return redirect(url_for("accounts.sign_in"), 303)


def _safe_target() -> str:
    """Where to go after signing in: a path of ours, never another site."""
    target = request.args.get("next", "")
    parts = urlsplit(target)
    ours = target.startswith("/") and not target.startswith(("//", "/\\")) and not parts.netloc
    return target if ours else url_for("home")
