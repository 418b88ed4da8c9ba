"""The one place that draws: a typed hand on ReportLab's canvas.

Measures are points; y grows upwards from the foot of the page, as in PDF.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import segno
from PIL import Image
from reportlab.lib import utils
from reportlab.pdfbase import pdfdoc
from reportlab.pdfgen import canvas

from inspect_app.documents.fonts import REGULAR
from inspect_app.documents.text import Line

A4 = (595.276, 841.89)
LANGUAGE = "zh-Hant-TW"
BLACK, GREY = 0.0, 0.36
_HAIRLINE_GREY = 0.55
_ORIENTATION = 0x0112
_UNIT_SQUARE = {
    1: (1, 0, 0, 1, 0, 0), 2: (-1, 0, 0, 1, 1, 0), 3: (-1, 0, 0, -1, 1, 1), 4: (1, 0, 0, -1, 0, 1),
    5: (0, -1, -1, 0, 1, 1), 6: (0, -1, 1, 0, 0, 1), 7: (0, 1, 1, 0, 0, 0), 8: (0, 1, -1, 0, 1, 0),
}  # fmt: skip
"""For each EXIF orientation, how the stored picture lies in the upright one (both as unit squares)."""


class PhotoUnreadable(ValueError):  # noqa: N818 - named for the one mistake it reports
    """A picture of the document is not there or is no picture."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"照片 {path.name} 無法讀取。請重新上傳該照片後再產製文件。")
        self.path = path


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture file and its upright size in pixels."""

    path: Path
    width: int
    height: int
    orientation: int
    is_jpeg: bool


def look_at(path: Path) -> Picture:
    """Read a picture's header.

    Raises:
        PhotoUnreadable: no file, or no picture.
    """
    try:
        with Image.open(path) as image:
            orientation = image.getexif().get(_ORIENTATION, 1)
            width, height, is_jpeg = image.width, image.height, image.format == "JPEG"
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise PhotoUnreadable(path) from error
    if orientation not in _UNIT_SQUARE:
        orientation = 1
    if orientation >= 5:
        width, height = height, width
    return Picture(path, width, height, orientation, is_jpeg)


class Pen:
    """Draws on the pages of one PDF. Two runs over the same content give the same bytes."""

    def __init__(self, title: str, author: str, subject: str) -> None:
        self._file = BytesIO()
        new: Any = canvas.Canvas
        self._canvas: Any = new(
            self._file, pagesize=A4, invariant=1, pageCompression=1, initialFontName=REGULAR, lang=LANGUAGE
        )
        self._canvas.setTitle(title)
        self._canvas.setAuthor(author)
        self._canvas.setSubject(subject)
        self._canvas.setCreator("Chahe")
        self._canvas.setViewerPreference("DisplayDocTitle", "true")

    def end_page(self) -> None:
        """Finish the page; the next one is blank."""
        self._canvas.showPage()

    def finish(self) -> bytes:
        """The whole PDF."""
        self._canvas.save()
        return self._file.getvalue()

    def text(self, line: Line, x: float, baseline: float, size: float, grey: float = BLACK) -> None:
        """Draw one line from ``x`` to the right."""
        self._canvas.setFillGray(grey)
        for run in line.runs:
            self._canvas.setFont(run.face, size)
            self._canvas.drawString(x, baseline, run.text)
            x += run.width * size / 1000

    def rule(self, x: float, y: float, width: float, weight: float) -> None:
        """Draw a horizontal line; a hairline (under 0.6) is grey."""
        self._canvas.setStrokeGray(_HAIRLINE_GREY if weight < 0.6 else BLACK)
        self._canvas.setLineWidth(weight)
        self._canvas.line(x, y, x + width, y)

    def bar(self, x: float, y: float, width: float, height: float, grey: float = BLACK) -> None:
        """Draw a filled rectangle."""
        self._canvas.setFillGray(grey)
        self._canvas.rect(x, y, width, height, stroke=0, fill=1)

    def picture(self, picture: Picture, x: float, y: float, width: float, height: float) -> None:
        """Draw a picture upright into a rectangle; a JPEG's bytes are taken over unchanged.

        Raises:
            PhotoUnreadable: the file's inside is broken.
        """
        a, b, c, d, e, f = _UNIT_SQUARE[picture.orientation]
        self._canvas.saveState()
        self._canvas.transform(a * width, b * height, c * width, d * height, x + e * width, y + f * height)
        try:
            self._unit_picture(picture)
        except (OSError, ValueError, SyntaxError) as error:
            raise PhotoUnreadable(picture.path) from error
        self._canvas.restoreState()

    def _unit_picture(self, picture: Picture) -> None:
        if picture.is_jpeg:
            self._canvas.doForm(self._jpeg(picture.path))
        else:
            read: Any = utils.ImageReader
            self._canvas.drawImage(read(str(picture.path)), 0, 0, 1, 1, mask="auto")

    def _jpeg(self, path: Path) -> str:
        """Embed a JPEG once; its name in the PDF comes from its bytes, not from where the file lies."""
        stored = path.read_bytes()
        name = hashlib.sha256(stored).hexdigest()[:32]
        if not self._canvas.hasForm(name):
            new: Any = pdfdoc.PDFImageXObject
            image = new(name)
            if not image.loadImageFromJPEG(BytesIO(stored)):
                raise PhotoUnreadable(path)
            self._canvas._doc.addForm(name, image)
        return name

    def qr(self, content: str, x: float, y: float, side: float) -> None:
        """Draw a QR code without its quiet zone; drawn once and used again on later pages."""
        name = "qr" + hashlib.sha256(content.encode("utf-8")).hexdigest()[:16]
        if not self._canvas.hasForm(name):
            self._canvas.beginForm(name)
            self._qr_squares(segno.make_qr(content, error="m").matrix)
            self._canvas.endForm()
        self._canvas.saveState()
        self._canvas.transform(side, 0, 0, side, x, y)
        self._canvas.doForm(name)
        self._canvas.restoreState()

    def _qr_squares(self, matrix: tuple[bytearray, ...]) -> None:
        """Fill the dark modules of a QR code into the unit square as one path, so that no seams show."""
        unit = 1 / len(matrix)
        path = self._canvas.beginPath()
        for row, modules in enumerate(matrix):
            for column, dark in enumerate(modules):
                if dark:
                    path.rect(column * unit, 1 - (row + 1) * unit, unit, unit)
        self._canvas.setFillGray(BLACK)
        self._canvas.drawPath(path, stroke=0, fill=1)
