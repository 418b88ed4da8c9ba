"""A received picture, proved by decoding it whole, and the two copies people look at. Pure: path to value.

The original stays byte for byte what was received: it is evidence. Bytes appended after the picture's
end (motion photos do it, and so do files that are also HTML or ZIP) are therefore tolerated; originals may
be served only as their own image type with `nosniff`. The copies are encoded anew and carry none of it,
and no metadata (position, camera, comment, colour profile, thumbnail).

What a full decode cannot prove: a file made with too little data before a proper end is filled up (JPEG grey,
PNG black) by the decoders without a word. Whether all that was sent has arrived is what its sha256 says.
"""

import io
import re
import warnings
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import BoundedSemaphore

from PIL import ExifTags, Image, ImageFile

from inspect_app.core import processors
from inspect_app.photos.pictures.scans import has_more_scans

MAX_PIXELS = 50_000_000
MAX_SCANS = 50
WEB_PX, THUMB_PX = 1600, 320
QUALITY = 80
CONCURRENT_DECODES = 2
"""Two threads fill two cores; more only take memory."""

ImageFile.LOAD_TRUNCATED_IMAGES = False
Image.MAX_IMAGE_PIXELS = MAX_PIXELS
# Above 32 MiB glibc gives memory back when it is freed; smaller blocks it keeps, for each thread its own.
Image.core.set_block_size(64 * 2**20)  # type: ignore[attr-defined]
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)
# A photo's broken notes are worth no line in the log each, which hostile ones would fill it with.
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")

_SIGNATURES = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}
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
_SIDEWAYS = (5, 6, 7, 8)
_EXIF_TIME = re.compile(r"([0-9]{4}):([0-9]{2}):([0-9]{2}) ([0-9]{2}:[0-9]{2}:[0-9]{2})")

_slots = BoundedSemaphore(CONCURRENT_DECODES)


class PictureError(ValueError):
    """A file that is not taken as a photo; the message (zh-Hant) says what to do next."""


class NotAPicture(PictureError):  # noqa: N818 - says what the file is
    """Not an accepted kind of file, whatever its name says."""


class PictureTooLarge(PictureError):  # noqa: N818 - says what the file is
    """More than `MAX_PIXELS`."""


class PictureDamaged(PictureError):  # noqa: N818 - says what the file is
    """Begins like a picture but cannot be decoded to its end."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A checked picture. `width` and `height` are upright; `taken_at` is the camera's local time, without zone.

    `web` (at most 1600 px) and `thumb` (at most 320 px) are upright JPEG copies without metadata.
    """

    mime: str
    width: int
    height: int
    taken_at: datetime | None
    web: bytes
    thumb: bytes


def examine(path: Path) -> Picture:
    """The picture in a file. NotAPicture, PictureTooLarge or PictureDamaged when it is not to be accepted.

    MemoryError where there is not enough for it now; `MAX_PIXELS` and the two decodes at a time bound what it takes.
    """
    with _slots, processors.every():
        data = path.read_bytes()
        return _examine(data, _mime(data))


def _mime(data: bytes) -> str:
    for signature, mime in _SIGNATURES.items():
        if data.startswith(signature):
            return mime
    raise NotAPicture("不是 JPEG 或 PNG 照片；請改傳 JPEG 或 PNG 檔。")


def _examine(data: bytes, mime: str) -> Picture:
    if mime == "image/jpeg" and has_more_scans(data, MAX_SCANS):
        raise PictureDamaged(f"照片的掃描超過 {MAX_SCANS} 次，不是相機的檔案；請重新拍攝或另存後再傳。")
    try:
        with _open(data) as image:
            size = image.size
            copy = _web_copy(image)
            orientation, taken_at = _orientation(image), _taken_at(image)
    except (PictureError, MemoryError):  # too little memory is our fault, not the picture's
        raise
    except Exception as error:  # whatever a decoder raises on hostile bytes means the same
        raise PictureDamaged("照片損壞或不完整，無法讀取；請重新傳送或重新拍攝。") from error
    width, height = size[::-1] if orientation in _SIDEWAYS else size
    thumb = _fitted(copy, THUMB_PX, gap=1.0)
    return Picture(mime, width, height, taken_at, _encode(copy, orientation), _encode(thumb, orientation))


def _open(data: bytes) -> Image.Image:
    """The picture with its header read and nothing decoded."""
    try:
        image = Image.open(io.BytesIO(data), formats=("JPEG", "PNG"))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_large() from error
    if image.width * image.height > MAX_PIXELS:
        raise _too_large()
    return image


def _too_large() -> PictureTooLarge:
    return PictureTooLarge(f"照片超過 {MAX_PIXELS // 1_000_000} 百萬像素；請降低相機解析度後再拍攝。")


def _web_copy(image: Image.Image) -> Image.Image:
    """The picture in RGB at most `WEB_PX` wide and high, not yet turned. Decodes all of it, at a scale that does."""
    image.draft("RGB", _bounded(image.size, WEB_PX))
    image.load()
    return _on_white(_fitted(_eight_bit(image), WEB_PX))


def _bounded(size: tuple[int, int], limit: int) -> tuple[int, int]:
    """`size` shrunk to fit a square of `limit`, never enlarged, no side below 1."""
    longest = max(size)
    if longest <= limit:
        return size
    width, height = (max(1, side * limit // longest) for side in size)
    return width, height


def _fitted(image: Image.Image, limit: int, gap: float = 2.0) -> Image.Image:
    """At most `limit` wide and high. `gap` 1 averages whole pixels first: ten times as fast, good for a thumbnail."""
    size = _bounded(image.size, limit)
    return image if size == image.size else image.resize(size, Image.Resampling.BICUBIC, reducing_gap=gap)


def _eight_bit(image: Image.Image) -> Image.Image:
    """A mode that can be resized: 16 bits cut to 8, palettes and keyed colours resolved."""
    if image.mode.startswith("I"):
        return image.point(lambda value: value / 256).convert("L")
    if image.mode in ("LA", "PA") or "transparency" in image.info:
        return image.convert("RGBA")
    return image.convert("RGB") if image.mode in ("1", "P") else image


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image if image.mode == "RGB" else image.convert("RGB")
    paper = Image.new("RGB", image.size, "white")
    paper.paste(image, mask=image.getchannel("A"))
    return paper


def _orientation(image: Image.Image) -> int:
    """EXIF orientation, 1 (upright) where there is none. A photo does not fail by its notes."""
    try:
        found = image.getexif().get(ExifTags.Base.Orientation)
    except MemoryError:
        raise
    except Exception:  # many kinds, all meaning that it cannot be read
        return 1
    return found if isinstance(found, int) else 1


def _taken_at(image: Image.Image) -> datetime | None:
    try:
        exif = image.getexif().get_ifd(ExifTags.IFD.Exif)
        times = [exif.get(ExifTags.Base.DateTimeOriginal), exif.get(ExifTags.Base.DateTimeDigitized)]
    except MemoryError:
        raise
    except Exception:  # as above
        return None
    return next((time for text in times if (time := _local_time(str(text)))), None)


def _local_time(text: str) -> datetime | None:
    found = _EXIF_TIME.match(text)
    try:
        return datetime.fromisoformat("{}-{}-{}T{}".format(*found.groups())) if found else None
    except ValueError:
        return None


def _encode(image: Image.Image, orientation: int) -> bytes:
    turn = _TURNS.get(orientation)
    upright = image if turn is None else image.transpose(turn)
    upright.info = {}  # Pillow would copy the original's comment
    out = io.BytesIO()
    upright.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()
