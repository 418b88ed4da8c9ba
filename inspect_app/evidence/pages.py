"""/evidence/verifier: the page that verifies offline, for everyone."""

from flask import Blueprint, Response

from inspect_app.core.auth import requires
from inspect_app.core.database import session
from inspect_app.core.permissions import PUBLIC
from inspect_app.evidence import page, service

blueprint = Blueprint("evidence", __name__)


@blueprint.get("/evidence/verifier")
@requires(PUBLIC)
def verifier() -> Response:
    """The verifier with this city's keys in it; it works as well when it is saved."""
    response = Response(page.html(service.published(session())), mimetype="text/html")
    response.headers["Content-Security-Policy"] = page.policy()
    return response
