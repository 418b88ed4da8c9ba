"""From a paper to an answer: rendered to a file, sent once, removed."""

from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

from flask import Response, request

from inspect_app.core.settings import current_settings
from inspect_app.documents import Document, render
from inspect_app.inspections.models import Inspection
from inspect_app.inspections.papers import Issuer


def issuer(inspection: Inspection) -> Issuer:
    """Who issues, or issued, the papers, and the inspection's page on this server."""
    kept = inspection.frozen.issued_by if inspection.frozen else ""
    return Issuer(kept or current_settings().team_name, f"{request.url_root}inspections/{inspection.id}")


def pdf(document: Document) -> Response:
    """The document as an inline PDF, with the hash of its content as ETag."""
    with TemporaryDirectory(prefix="chahe-") as folder:
        path = Path(folder) / "document.pdf"
        rendered = render(document, path)
        data = path.read_bytes()
    response = Response(data, mimetype="application/pdf")
    name = quote(f"{document.title}-{document.number}.pdf")
    response.headers["Content-Disposition"] = f"inline; filename*=UTF-8''{name}"
    response.set_etag(rendered.content_sha256)
    return response
