"""The pages of filings: a year of months, one month, excuses."""

from flask import Blueprint

from inspect_app.core.auth import requires

blueprint = Blueprint("filings", __name__, template_folder="templates", url_prefix="/filings")


@blueprint.get("")
@requires("filings.read")
def index() -> str:
    return ""
