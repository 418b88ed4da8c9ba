"""Pictures made for the tests: drawn, never taken."""

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image


@pytest.fixture
def stored(tmp_path: Path) -> Callable[[bytes], Path]:
    """Puts bytes into a file named like a photo."""

    def store(data: bytes) -> Path:
        path = tmp_path / "photo.jpg"
        path.write_bytes(data)
        return path

    return store


@pytest.fixture(scope="session")
def encoded() -> Callable[..., bytes]:
    """A picture's file, as Pillow writes it."""

    def encode(image: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
        out = io.BytesIO()
        image.save(out, kind, **options)
        return out.getvalue()

    return encode


@pytest.fixture(scope="session")
def png_header_saying() -> Callable[[int, int], bytes]:
    """A one-bit PNG of the given size whose rows are all there and all black: kilobytes for gigapixels."""

    def make(width: int, height: int) -> bytes:
        chunks = [
            (b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)),
            (b"IDAT", zlib.compress(bytes((1 + (width + 7) // 8) * height), 9)),
            (b"IEND", b""),
        ]
        return b"\x89PNG\r\n\x1a\n" + b"".join(
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
            for name, body in chunks
        )

    return make
