"""From a document to a PDF file: pages, their foot, and what is said about the result."""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from inspect_app.documents.blocks import Compositor
from inspect_app.documents.boxes import HAIRLINE
from inspect_app.documents.fonts import typefaces
from inspect_app.documents.model import Document, content_sha256
from inspect_app.documents.pages import Placed, paginate
from inspect_app.documents.pen import A4, GREY, Pen
from inspect_app.documents.text import Line

log = logging.getLogger(__name__)

_MM = 72 / 25.4
_MARGIN = 20 * _MM
_WIDTH = A4[0] - 2 * _MARGIN
_TEXT_FOOT = 31 * _MM
_HEIGHT = A4[1] - _MARGIN - _TEXT_FOOT
_QR = 16 * _MM
_QR_FOOT = 10 * _MM
_FOOT_TEXT = _MARGIN + _QR + 8
_FOOT_SIZE, _HASH_SIZE = 8.0, 6.5
_PROOF_SIZE = 6.0  # root and key fit whole
_LOGGED = 50
_QR_BYTES = 300  # more would make modules too small to read from paper

# ReportLab's faces are shared by all documents of a process and keep a reading position while they are cut.
_drawing = threading.Lock()


@dataclass(frozen=True, slots=True)
class Rendered:
    """What became of a document: its pages, its content hash (hex), and the code points that could not
    be printed (U+XXXX)."""

    pages: int
    content_sha256: str
    missing: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Foot:
    """What stands at the foot of every page."""

    number: Line
    sha256: Line
    footer: Line
    running: Line
    proof: Line
    qr: str


def render(document: Document, path: Path) -> Rendered:
    """Write the document as a PDF; the file appears whole or not at all, equal bytes for equal input.

    Raises:
        FontsMissing: the fonts have not been fetched.
        PhotoUnreadable: a photo is not there or is no picture.
        OSError: the file cannot be written.
    """
    digest = content_sha256(document)
    compositor = Compositor(typefaces(), _WIDTH)
    pages = paginate(compositor.document(document), _HEIGHT)
    foot = _foot(document, digest, compositor)
    pen_facts = [compositor.plain(text) for text in (document.title, document.issued_by, document.number)]
    with _drawing:
        _write(path, _draw(pages, foot, compositor, Pen(*pen_facts)))
    _report(compositor.missing)
    return Rendered(len(pages), digest, frozenset(compositor.missing))


def _foot(document: Document, digest: str, compositor: Compositor) -> _Foot:
    room = A4[0] - _MARGIN - _FOOT_TEXT
    return _Foot(
        number=compositor.one_line(
            f"{document.number_label}：{document.number}" if document.number else "", _FOOT_SIZE, room - 70
        ),
        sha256=compositor.one_line(f"內容雜湊 SHA-256：{digest}", _HASH_SIZE, room),
        footer=compositor.one_line(document.footer, _HASH_SIZE, room),
        running=compositor.one_line(f"{document.title}　{document.number}", _FOOT_SIZE, _WIDTH),
        proof=compositor.one_line(document.proof, _PROOF_SIZE, room),
        qr=_qr_content(document, digest, compositor),
    )


def _qr_content(document: Document, digest: str, compositor: Compositor) -> str:
    content = compositor.plain(document.link) or f"{compositor.plain(document.number)} {digest}"
    return content if len(content.encode()) <= _QR_BYTES else digest


def _draw(pages: Sequence[Sequence[Placed]], foot: _Foot, compositor: Compositor, pen: Pen) -> bytes:
    for number, page in enumerate(pages, start=1):
        for placed in page:
            placed.box.draw(pen, _MARGIN, A4[1] - _MARGIN - placed.down)
        if number > 1:
            pen.text(foot.running, _MARGIN, A4[1] - 13 * _MM, _FOOT_SIZE, GREY)
        _draw_foot(foot, compositor.one_line(f"第 {number} / {len(pages)} 頁", _FOOT_SIZE, 70), pen)
        pen.end_page()
    return pen.finish()


def _draw_foot(foot: _Foot, page: Line, pen: Pen) -> None:
    pen.rule(_MARGIN, _QR_FOOT + _QR + 6, _WIDTH, HAIRLINE)
    top = _QR_FOOT + _QR - _FOOT_SIZE
    pen.text(foot.number, _FOOT_TEXT, top, _FOOT_SIZE)
    pen.text(page, A4[0] - _MARGIN - page.width * _FOOT_SIZE / 1000, top, _FOOT_SIZE)
    pen.text(foot.sha256, _FOOT_TEXT, top - 15, _HASH_SIZE, GREY)
    pen.text(foot.proof, _FOOT_TEXT, top - 25, _PROOF_SIZE, GREY)
    pen.text(foot.footer, _FOOT_TEXT, top - (35 if foot.proof.runs else 27), _HASH_SIZE, GREY)
    pen.qr(foot.qr, _MARGIN, _QR_FOOT, _QR)


def _write(path: Path, pdf: bytes) -> None:
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        part.write_bytes(pdf)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _report(missing: set[str]) -> None:
    """Log code points only: the text around them may be personal."""
    if missing:
        named = ", ".join(sorted(missing)[:_LOGGED])
        log.warning("no glyph for %d characters: %s", len(missing), named)
