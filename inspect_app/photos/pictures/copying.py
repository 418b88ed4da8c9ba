"""The two copies people look at: upright, in sRGB, JPEG, and with nothing in them but the picture."""

import io

from PIL import Image

from inspect_app.photos.pictures.colours import as_srgb

WEB_PX, THUMB_PX = 1600, 320
QUALITY = 80

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""EXIF orientation to the turn that makes a picture upright."""

SIDEWAYS = (5, 6, 7, 8)


def draft(image: Image.Image) -> None:
    """Let a JPEG be decoded at a fraction that still serves the web copy."""
    image.draft("RGB", bounded(image.size, WEB_PX))


def web_copy(image: Image.Image) -> Image.Image:
    """The decoded picture in RGB at most `WEB_PX` wide and high, not yet turned."""
    small = fitted(eight_bit(image), WEB_PX)
    return as_srgb(_on_white(small), image.info.get("icc_profile"))


def bounded(size: tuple[int, int], limit: int) -> tuple[int, int]:
    """`size` shrunk to fit a square of `limit`, never enlarged, no side below 1."""
    longest = max(size)
    if longest <= limit:
        return size
    width, height = (max(1, side * limit // longest) for side in size)
    return width, height


def fitted(image: Image.Image, limit: int, gap: float = 2.0) -> Image.Image:
    """At most `limit` wide and high. `gap` 1 averages whole pixels first: ten times as fast, good for a thumbnail."""
    size = bounded(image.size, limit)
    return image if size == image.size else image.resize(size, Image.Resampling.BICUBIC, reducing_gap=gap)


def eight_bit(image: Image.Image) -> Image.Image:
    """A mode that can be resized: 16 bits cut to 8, palettes and keyed colours resolved."""
    if image.mode.startswith("I"):
        return image.point(lambda value: value / 256).convert("L")
    if image.mode in ("LA", "PA") or "transparency" in image.info:
        return image.convert("RGBA")
    return image.convert("RGB") if image.mode in ("1", "P") else image


def encode(image: Image.Image, orientation: int) -> bytes:
    """A JPEG of the picture turned upright."""
    turn = _TURNS.get(orientation)
    upright = image if turn is None else image.transpose(turn)
    upright.info = {}  # Pillow would copy the original's comment and profile
    out = io.BytesIO()
    upright.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


def _on_white(image: Image.Image) -> Image.Image:
    """Without transparency; grey and four colours stay what they are, for their profile is about those."""
    if image.mode != "RGBA":
        return image if image.mode in ("RGB", "L", "CMYK") else image.convert("RGB")
    paper = Image.new("RGB", image.size, "white")
    paper.paste(image, mask=image.getchannel("A"))
    return paper
