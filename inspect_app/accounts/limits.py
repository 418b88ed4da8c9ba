"""How often a sign-in may fail: by address and name, and by address alone."""

from collections.abc import Mapping

from flask import Flask, Response, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from inspect_app.core.api import request_json
from inspect_app.core.auth import BASIC
from inspect_app.core.problems import MalformedRequest

PER_NAME = "10 per 5 minutes"
PER_ADDRESS = "100 per 5 minutes"
LIMITED = frozenset({"accounts", "accounts_api"})


def _address_and_name() -> str:
    name = given.get("username", "") if isinstance(given := _given(), Mapping) else ""
    return f"{get_remote_address()}|{str(name)[:60]}"


def _given() -> object:
    """What was sent; nothing where it cannot be read, which the view then says."""
    try:
        return request_json() if request.is_json else request.form
    except MalformedRequest:
        return None


def _failed(response: Response) -> bool:
    return response.status_code == 401


def _refused(response: Response) -> bool:
    return response.status_code == 422


def _elsewhere() -> bool:
    """Only accounts' routes are limited, and where a name and a tablet's token may be tried those that come with them."""
    if request.blueprint in BASIC:
        return request.authorization is None or request.authorization.type != "basic"
    return request.blueprint not in LIMITED


limiter = Limiter(get_remote_address, storage_uri="memory://", headers_enabled=True)
limiter.request_filter(_elsewhere)
limit_by_name = limiter.limit(PER_NAME, key_func=_address_and_name, deduct_when=_failed)
limit_by_address = limiter.limit(PER_ADDRESS, deduct_when=_failed)
limit_tokens = limiter.shared_limit(PER_ADDRESS, scope="tokens", deduct_when=_failed)
limit_codes = limiter.limit(PER_ADDRESS, deduct_when=_refused)


def init_app(app: Flask) -> None:
    limiter.init_app(app)
