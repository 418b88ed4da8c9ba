"""Where the fonts come from, and what is said when they are not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from inspect_app.documents import Document, FontsMissing, fonts, render

ASSETS = Path(__file__).resolve().parents[3] / "assets"


def test_missing_fonts_name_the_next_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "FOLDER", tmp_path)

    with pytest.raises(FontsMissing, match=r"NotoSansTC-Regular\.ttf.*make setup"):
        render(Document("測試", "1", "示範"), tmp_path / "x.pdf")


def test_fonts_are_parsed_once_in_a_process() -> None:
    assert fonts.typefaces() is fonts.typefaces()


def test_the_licence_lies_beside_the_fonts() -> None:
    assert "SIL Open Font License" in (fonts.FOLDER / "OFL.txt").read_text(encoding="utf-8")


def test_the_lock_file_names_no_address() -> None:
    lock = (ASSETS / "package-lock.json").read_text(encoding="utf-8")

    assert '"integrity"' in lock
    assert '"resolved"' not in lock
    assert "://" not in lock
