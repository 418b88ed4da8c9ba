"""Who is asking: an actor per request, and a permission declared on every route."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import ParamSpec, TypeVar, cast
from uuid import UUID

import structlog
from flask import Flask, Request, Response, current_app, g, redirect, request, url_for
from flask import session as cookie
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_wtf.csrf import CSRFError, CSRFProtect

from inspect_app.core.permissions import PERMISSIONS, PUBLIC, ROLE_LABELS, Role
from inspect_app.core.problems import NotAllowed, NotSignedIn, Problem, respond, wants_json

P = ParamSpec("P")
R = TypeVar("R")
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
COOKIE_KEY = "token"
UNIDENTIFIED = frozenset({"health", "metrics"})
"""Blueprints that answer while the database does not: nobody is looked up for them."""
BASIC = frozenset({"openrosa"})
"""Blueprints for programs that know HTTP Basic alone, with a tablet's token as the password; no cookie counts there."""
SIGNED = frozenset({"inbox.decline"})
"""Endpoints whose signed address alone says what is done and for whom: no cookie counts there, so none is forged."""

csrf = CSRFProtect()


@dataclass(frozen=True, slots=True)
class Actor:
    """The person a request acts for, and the credential used."""

    id: UUID
    username: str
    name: str
    role: Role
    organisation_id: UUID | None
    organisation: str | None
    outside: bool
    credential_id: UUID
    device_id: UUID | None = None

    @property
    def role_label(self) -> str:
        return ROLE_LABELS[self.role]

    def may(self, permission: str) -> bool:
        """Whether the role holds the permission at all (the object is the policy's question)."""
        return self.role in PERMISSIONS[permission]


Identify = Callable[[str], Actor | None]


class BadCsrf(Problem):
    status, code, title = 403, "csrf", "頁面已逾時"


class CookieSessions(SecureCookieSessionInterface):
    """Flask's own, without making a signer's keys for a tablet that sends no cookie."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if self.get_cookie_name(app) in request.cookies:
            return super().open_session(app, request)
        return self.session_class()


def init_app(app: Flask, identify: Identify) -> None:
    """Identify the actor of each request with `identify(token)`; guard cookie sessions against CSRF."""
    app.session_interface = CookieSessions()
    app.extensions["chahe.identify"] = identify
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    app.config["WTF_CSRF_TIME_LIMIT"] = None
    app.config["WTF_CSRF_SSL_STRICT"] = False
    csrf.init_app(app)
    app.register_error_handler(CSRFError, _csrf_problem)
    app.before_request(_identify)


def _identify() -> None:
    if request.blueprint in UNIDENTIFIED:
        g.actor = None
        return
    token, by_cookie = _token()
    actor = cast(Identify, current_app.extensions["chahe.identify"])(token) if token else None
    g.actor = actor if actor is not None and _gave_his_name(actor) else None
    if g.actor is not None:
        structlog.contextvars.bind_contextvars(user_id=str(g.actor.id))
    if request.method not in SAFE_METHODS and _needs_csrf(by_cookie):
        csrf.protect()


def _token() -> tuple[str, bool]:
    """The token that came with the request, or nothing, and whether by cookie."""
    given = request.authorization
    if given is not None and given.type == "bearer":
        return given.token or "", False
    if request.blueprint in BASIC:
        basic = given is not None and given.type == "basic"
        return (given.password or "" if given and basic else ""), False
    return cookie.get(COOKIE_KEY, ""), True


def _gave_his_name(actor: Actor) -> bool:
    """Where HTTP Basic counts, the name must be the token's, and the token a tablet's; elsewhere the token says it all.

    A site may stand behind a password of its own, which the browser then sends along with the cookie.
    """
    given = request.authorization
    if request.blueprint not in BASIC or given is None or given.type != "basic":
        return True
    return actor.device_id is not None and given.username == actor.username


def _needs_csrf(by_cookie: bool) -> bool:
    if not by_cookie or request.endpoint in SIGNED:
        return False
    return g.actor is not None or not wants_json()


def _csrf_problem(_error: CSRFError) -> Response:
    return respond(
        BadCsrf("頁面停留太久或來自其他網站。請重新載入頁面後再送一次；程式請改用權杖，或帶 X-CSRFToken。")
    )


def current_actor() -> Actor:
    """The signed-in actor; NotSignedIn when there is none."""
    actor = g.get("actor")
    if actor is None:
        raise NotSignedIn(
            "請登入後再試；權杖可能已到期或已撤銷。", headers={"WWW-Authenticate": 'Bearer realm="chahe"'}
        )
    return cast(Actor, actor)


def requires(permission: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Declare a route's permission: a key of PERMISSIONS, or «public» for everyone."""
    if permission != PUBLIC and permission not in PERMISSIONS:
        raise KeyError(f"unknown permission {permission!r}: add it to core/permissions.py")

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            if permission != PUBLIC:
                if g.get("actor") is None and not wants_json():
                    return cast(R, _to_sign_in())
                if not current_actor().may(permission):
                    raise NotAllowed("這項功能不屬於您的角色；如有需要，請洽系統管理者。")
            return view(*args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]
        return guarded

    return decorate


def permission_of(app: Flask, endpoint: str) -> str | None:
    """The permission declared on an endpoint's view, or None."""
    view = app.view_functions[endpoint]
    return cast(str | None, getattr(view, "permission", None))


def _to_sign_in() -> object:
    target = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("accounts.sign_in", next=target))
