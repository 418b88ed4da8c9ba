"""From a document to an HTTP answer: rendered to a file, sent once, removed."""

from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

from flask import Response

from inspect_app.documents.model import Document
from inspect_app.documents.render import render


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
