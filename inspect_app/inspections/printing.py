"""Who issues a paper, and the page its QR opens."""

from flask import request

from inspect_app.core.settings import current_settings
from inspect_app.inspections.models import Inspection
from inspect_app.inspections.papers import Issuer


def issuer(inspection: Inspection) -> Issuer:
    """Who issues, or issued, the papers, and the inspection's page on this server."""
    kept = inspection.frozen.issued_by if inspection.frozen else ""
    return Issuer(kept or current_settings().team_name, f"{request.url_root}inspections/{inspection.id}")
