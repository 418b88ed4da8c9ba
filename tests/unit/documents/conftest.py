"""What the tests of documents share: small photos, and documents rendered for one test."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from documents_pdf import Pdf
from PIL import Image

from inspect_app.documents import Document, Photo, render


@pytest.fixture
def printed(tmp_path: Path) -> Callable[[Document], Pdf]:
    """Render a document into a file of this test."""

    def run(document: Document) -> Pdf:
        path = tmp_path / "document.pdf"
        return Pdf(path, render(document, path))

    return run


@pytest.fixture
def photo(tmp_path: Path) -> Callable[..., Photo]:
    """Make an invented JPEG photo without a file suffix, as the photo store keeps them."""

    def make(name: str = "photo", size: tuple[int, int] = (160, 120), caption: str = "") -> Photo:
        path = tmp_path / name
        Image.effect_noise(size, 50).convert("RGB").save(path, "JPEG")
        return Photo(path, hashlib.sha256(path.read_bytes()).hexdigest(), caption)

    return make
