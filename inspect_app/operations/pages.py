"""/operations: how the installation is, on one page."""

from flask import Blueprint, render_template

from inspect_app.core import clock
from inspect_app.core.auth import requires
from inspect_app.core.database import session
from inspect_app.operations import service

blueprint = Blueprint("operations", __name__, template_folder="templates")


@blueprint.get("/operations")
@requires("operations.read")
def index() -> str:
    """What needs doing first, then everything else."""
    return render_template("operations/index.html", seen=service.overview(session(), clock.now()))
