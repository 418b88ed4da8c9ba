"""/metrics, for a Prometheus on this machine or one that holds the token."""

import hmac
import os
from ipaddress import IPv6Address, ip_address

from flask import Blueprint, Response, current_app, request
from prometheus_client import CONTENT_TYPE_LATEST

from inspect_app.core.auth import requires
from inspect_app.core.metrics import SHARED, metrics
from inspect_app.core.permissions import PUBLIC
from inspect_app.core.problems import NotAllowed, NotSignedIn
from inspect_app.core.settings import current_settings
from inspect_app.operations.states import states

FORWARDED = ("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP")
"""What a proxy adds: then the peer on this machine is the proxy, not who asks."""

blueprint = Blueprint("metrics", __name__)


@blueprint.get("/metrics")
@requires(PUBLIC)
def metrics_() -> Response:
    """Prometheus text."""
    _check_access()
    body = metrics().exposition(states(current_app.config["API_VERSION"], SHARED in os.environ))
    return Response(body, content_type=CONTENT_TYPE_LATEST)


def _check_access() -> None:
    """Asked from this machine without a proxy, or with the token; NotSignedIn or NotAllowed otherwise."""
    token = current_settings().metrics_token
    if _from_here() or (token and _bears(token)):
        return
    if token:
        raise NotSignedIn(
            "請以 Authorization: Bearer METRICS_TOKEN 讀取。",
            headers={"WWW-Authenticate": 'Bearer realm="metrics"'},
        )
    raise NotAllowed(
        "只接受本機不經代理的讀取；要從別處讀取，請設定 METRICS_TOKEN（見 docs/operations.md）。"
    )


def _from_here() -> bool:
    if any(name in request.headers for name in FORWARDED):
        return False
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return (mapped or address).is_loopback


def _bears(token: str) -> bool:
    given = request.authorization
    if given is None or given.type != "bearer":
        return False
    return hmac.compare_digest((given.token or "").encode(), token.encode())
