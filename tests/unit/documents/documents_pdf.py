"""A PDF read back through poppler, for the tests of documents."""

from __future__ import annotations

import subprocess
from pathlib import Path

from PIL import Image

from inspect_app.documents import Rendered


class Pdf:
    """A rendered document, read back by tools that are not ours."""

    def __init__(self, path: Path, rendered: Rendered) -> None:
        self.path = path
        self.rendered = rendered

    def text(self) -> str:
        """The text as it would be copied out."""
        return self._run("pdftotext", "-enc", "UTF-8", str(self.path), "-")

    def squeezed(self) -> str:
        """The text without white space, in the order it is drawn."""
        return "".join(self._run("pdftotext", "-raw", "-enc", "UTF-8", str(self.path), "-").split())

    def fonts(self) -> list[list[str]]:
        """One row for each font: name first; then, from the end, object id (2), uni, sub, emb."""
        return [line.split() for line in self._run("pdffonts", str(self.path)).splitlines()[2:]]

    def boxes(self) -> str:
        """Every word with its position, as poppler's XHTML."""
        return self._run("pdftotext", "-bbox", str(self.path), "-")

    def image(self, page: int = 1, dpi: int = 20) -> Image.Image:
        """One page as a picture."""
        name = self.path.with_suffix("")
        where = ("-f", str(page), "-l", str(page), "-r", str(dpi), "-png", "-singlefile")
        self._run("pdftoppm", *where, str(self.path), str(name))
        return Image.open(f"{name}.png").convert("RGB")

    @staticmethod
    def _run(*command: str) -> str:
        return subprocess.run(command, check=True, capture_output=True, timeout=60).stdout.decode(
            "utf-8",
            "replace",  # poppler writes a title beyond U+FFFF as two surrogates
        )
