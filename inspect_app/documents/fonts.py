"""The faces documents are set in, parsed once per process, and which of them has a character.

A text's face is a chain: bold falls back to regular, regular to the Japanese face, which has rare characters of
names (𠮷) that the Traditional Chinese one lacks.
"""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from reportlab import rl_config
from reportlab.pdfbase import pdfmetrics, ttfonts

FOLDER = Path(__file__).resolve().parent / "fonts"
REGULAR, BOLD, FALLBACK = "NotoSansTC-Regular", "NotoSansTC-Bold", "NotoSansJP-Regular"

# ASCII85 makes a document with photos fifteen times as slow and a quarter larger.
_settings: Any = rl_config
_settings.useA85 = 0

_registry: Any = pdfmetrics
_base_font: Any = ttfonts.TTFont
_LONG_CODE = re.compile(r"<([0-9A-F]{5,6})>")
_loading = threading.Lock()


class FontsMissing(RuntimeError):  # noqa: N818 - named for the one mistake it reports
    """The font files have not been fetched yet."""

    def __init__(self, missing: list[str]) -> None:
        super().__init__(f"缺少字型檔 {'、'.join(missing)}。請先執行 make setup 取得字型。")
        self.missing = missing


class _Font(_base_font):  # type: ignore[misc]  # ReportLab is untyped
    """A TrueType font whose text can be copied out of the PDF beyond U+FFFF too.

    ReportLab writes such code points into ToUnicode as five hex digits; PDF wants UTF-16 (ISO 32000-1, 9.10.3).
    """

    def addObjects(self, doc: Any) -> None:  # noqa: N802 - ReportLab's name
        super().addObjects(doc)
        for name, stream in doc.idToObject.items():
            if name.startswith("toUnicodeCMap:"):
                stream.content = _LONG_CODE.sub(_utf16, stream.content)


def _utf16(code: re.Match[str]) -> str:
    return f"<{chr(int(code[1], 16)).encode('utf-16-be').hex().upper()}>"


@dataclass(frozen=True, slots=True)
class Glyph:
    """Where a character is found: the face, and its width in thousandths of the size."""

    face: str
    width: float


@dataclass(frozen=True, slots=True, eq=False)
class Typeface:
    """A chain of faces, asked in order; hashable by identity."""

    faces: tuple[str, ...]
    _known: dict[str, Glyph] = field(default_factory=dict)

    def glyph(self, character: str) -> Glyph | None:
        """The character's glyph, or None when no face of the chain has it."""
        found = self._known.get(character)
        if found is None:
            found = self._look_up(ord(character))
            if found is not None:
                self._known[character] = found
        return found

    def _look_up(self, code: int) -> Glyph | None:
        for name in self.faces:
            face = _registry.getFont(name).face
            if code in face.charToGlyph:
                return Glyph(name, face.charWidths.get(code, face.defaultWidth))
        return None


@dataclass(frozen=True, slots=True)
class Typefaces:
    """The two weights documents are set in."""

    regular: Typeface
    bold: Typeface


def typefaces() -> Typefaces:
    """Both weights, parsed on the first call of the process.

    Raises:
        FontsMissing: the files are not there.
    """
    with _loading:
        return _load(FOLDER)


@cache
def _load(folder: Path) -> Typefaces:
    names = (REGULAR, BOLD, FALLBACK)
    missing = [f"{name}.ttf" for name in names if not (folder / f"{name}.ttf").is_file()]
    if missing:
        raise FontsMissing(missing)
    for name in names:
        _registry.registerFont(_Font(name, str(folder / f"{name}.ttf")))
    return Typefaces(Typeface((REGULAR, FALLBACK)), Typeface((BOLD, REGULAR, FALLBACK)))
