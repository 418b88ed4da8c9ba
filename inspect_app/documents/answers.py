"""From a document to an HTTP answer: rendered to a file, sent once, removed."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

from flask import Response

from inspect_app.documents.model import Document
from inspect_app.documents.render import Rendered, render


def file(document: Document) -> tuple[Rendered, bytes]:
    """The document as a PDF's bytes, and what became of it."""
    with TemporaryDirectory(prefix="chahe-") as folder:
        path = Path(folder) / "document.pdf"
        rendered = render(document, path)
        return rendered, path.read_bytes()


def pdf(document: Document, seal: Callable[[bytes], bytes] | None = None) -> Response:
    """The document as an inline PDF, with the hash of its content and its proof as ETag.

    `seal` adds to the bytes what proves them.
    """
    rendered, data = file(document)
    response = Response(seal(data) if seal else data, mimetype="application/pdf")
    name = quote(f"{document.title}-{document.number}.pdf")
    response.headers["Content-Disposition"] = f"inline; filename*=UTF-8''{name}"
    proof = hashlib.sha256(document.proof.encode()).hexdigest()[:16] if document.proof else ""
    response.set_etag("-".join(filter(None, (rendered.content_sha256, proof))))
    return response
