"""Drawn site pictures, plainly marked as invented."""

import hashlib
import io
import random
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from inspect_app.documents import fonts
from inspect_app.photos import receiving
from inspect_app.photos.service import Facts

COLOURS = ((112, 128, 118), (150, 124, 98), (96, 116, 140), (132, 132, 120), (120, 102, 112))
SIZE = (1600, 1200)
KINDS = {2: "WEBP", 5: "WEBP"}
"""The pictures, by number, that are no JPEG: tablets and phones send what they have."""


@dataclass(frozen=True, slots=True)
class Shot:
    """A developed picture: what it shows, and what the photos room found out of its bytes."""

    words: str
    facts: Facts


def develop(wanted: Iterable[tuple[str, str]], copies: Mapping[str, str]) -> dict[str, Shot]:
    """Draw, check and store pictures, (key, words) each; outside any transaction, for it takes a while.

    `copies` names those that are another one sent again, smaller and coded anew: copy to original.
    """
    drawn = {key: (words, site_photo(number, words)) for number, (key, words) in enumerate(wanted, 1)}
    again = {copy: _copied(drawn[original][1]) for copy, original in copies.items()}
    return {key: Shot(words, _stored(again.get(key, picture))) for key, (words, picture) in drawn.items()}


def _stored(picture: bytes) -> Facts:
    sha256 = hashlib.sha256(picture).hexdigest()
    with tempfile.NamedTemporaryFile() as file:
        file.write(picture)
        file.flush()
        return receiving.accept(Path(file.name), sha256, sha256)


def site_photo(number: int, words: str) -> bytes:
    """An invented site: sky, ground, a wall with its joints, and what it shows in words; a JPEG or a WebP."""
    image = Image.new("RGB", SIZE, (186, 204, 216))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 860, 1600, 1200), fill=(134, 118, 98))
    wall = COLOURS[number % len(COLOURS)]
    draw.rectangle((180, 300, 1420, 900), fill=wall)
    for x in range(180, 1420, 155):
        draw.line((x, 300, x, 900), fill=tuple(value - 24 for value in wall), width=6)
    for spot in range(9):
        x, y = 300 + (spot * 263 + number * 97) % 1000, 380 + (spot * 181 + number * 53) % 420
        draw.ellipse((x, y, x + 46, y + 34), fill=tuple(value - 50 for value in wall))
    image = Image.blend(image, _weather(number), 0.3)
    draw = ImageDraw.Draw(image)
    font = ImageFont.truetype(str(fonts.FOLDER / "NotoSansTC-Bold.ttf"), 64)
    draw.rectangle((0, 0, 1600, 120), fill=(27, 39, 51))
    draw.text((40, 18), f"示範照片（虛構）{number}　{words}", font=font, fill=(255, 255, 255))
    return _coded(image, 82, KINDS.get(number, "JPEG"))


def _weather(number: int) -> Image.Image:
    """Light and shade, others for every photo: drawn sites would look alike, as real ones do not."""
    shades = random.Random(number).randbytes(12 * 9)  # noqa: S311 - a drawing
    return Image.frombytes("L", (12, 9), shades).resize(SIZE, Image.Resampling.BICUBIC).convert("RGB")


def _copied(picture: bytes) -> bytes:
    """A picture as it comes back from a chat: half as large, and coded anew."""
    with Image.open(io.BytesIO(picture)) as image:
        return _coded(image.resize((SIZE[0] // 2, SIZE[1] // 2)), 60)


def _coded(image: Image.Image, quality: int, kind: str = "JPEG") -> bytes:
    out = io.BytesIO()
    image.save(out, kind, quality=quality)
    return out.getvalue()
