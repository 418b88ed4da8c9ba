"""A received picture, proved by decoding it whole, and the two copies people look at. Pure: path to value.

The original stays byte for byte what was received: it is evidence. Bytes appended after the picture's
end (motion photos do it, and so do files that are also HTML or ZIP) are therefore tolerated; originals may
be served only as their own image type with `nosniff`. The copies are encoded anew and carry none of it,
and no metadata (position, camera, comment, colour profile, thumbnail).

What a full decode cannot prove: a file made with too little data before a proper end is filled up (JPEG grey,
PNG black) by the decoders without a word. Whether all that was sent has arrived is what its sha256 says.
"""

import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

import pillow_heif
from PIL import Image, ImageFile, PngImagePlugin

from inspect_app.core import memory, processors
from inspect_app.photos.pictures import copying, heic, notes
from inspect_app.photos.pictures.errors import PictureDamaged, PictureError, damaged, too_large
from inspect_app.photos.pictures.kinds import (
    HEAD,
    HEIC,
    JPEG,
    MAX_SCALED_PIXELS,
    MAX_WHOLE_PIXELS,
    WEBP,
    Kind,
    kind_of,
)
from inspect_app.photos.pictures.scans import decodes_at_scale, has_more_scans

MAX_SCANS = 50
CONCURRENT_DECODES = 2
"""Two threads fill two cores; more only take memory."""

FIRST_SCAN_WITHIN = 2**20
"""Bytes before a JPEG's first scan: notes, a preview, a colour profile. With more it is held whole."""

ImageFile.LOAD_TRUNCATED_IMAGES = False
Image.MAX_IMAGE_PIXELS = MAX_SCALED_PIXELS
# Packed texts of a PNG are unpacked while it is opened; an honest one has some kilobytes.
PngImagePlugin.MAX_TEXT_CHUNK = 2**20
PngImagePlugin.MAX_TEXT_MEMORY = 8 * 2**20
# Above 32 MiB glibc gives memory back when it is freed; smaller blocks it keeps, for each thread its own.
Image.core.set_block_size(64 * 2**20)  # type: ignore[attr-defined]
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)
# A photo's broken notes are worth no line in the log each, which hostile ones would fill it with.
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")
# A preview could pass for a picture that cannot be decoded; masks and depths are never looked at.
pillow_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False, decode_threads=2)

_slots = BoundedSemaphore(CONCURRENT_DECODES)
_whole = BoundedSemaphore(1)


@dataclass(frozen=True, slots=True)
class Picture:
    """A checked picture. `width` and `height` are upright; `notes` are what it tells of itself.

    `web` (at most 1600 px) and `thumb` (at most 320 px) are upright JPEG copies without metadata.
    """

    mime: str
    width: int
    height: int
    notes: notes.Notes
    web: bytes
    thumb: bytes

    @property
    def taken_at(self) -> datetime | None:
        """The camera's local time, without zone."""
        return self.notes.taken_at


def examine(path: Path) -> Picture:
    """The picture in a file. NotAPicture, PictureTooLarge or PictureDamaged when it is not to be accepted.

    MemoryError where there is not enough for it now; the limits of pixels, and that two are decoded at a time, only one
    of which is held whole, bound what it takes.
    """
    with path.open("rb") as file:
        head = file.read(HEAD)
        kind = kind_of(head)
        scaled = kind == JPEG and decodes_at_scale(head + file.read(FIRST_SCAN_WITHIN))
    with _turn(whole=not scaled), processors.every():
        return _examine(path, kind, scaled)


def orientation_of(path: Path) -> int:
    """How an accepted JPEG or PNG must be turned, for photos whose notes were not kept when they came."""
    with _turn(whole=True), Image.open(path, formats=("JPEG", "PNG")) as image:
        return notes.read(notes.tolerant(image.getexif, Image.Exif())).orientation


@contextmanager
def _turn(*, whole: bool) -> Iterator[None]:
    if not whole:
        with _slots:
            yield
        return
    with _whole, _slots:  # in this order: who waits for the former keeps no slot from a JPEG
        try:
            yield
        finally:
            memory.give_back()


def _examine(path: Path, kind: Kind, scaled: bool) -> Picture:
    if kind == HEIC:
        heic.check(path)
    if kind == JPEG and not scaled and has_more_scans(path.read_bytes(), MAX_SCANS):
        raise PictureDamaged(f"照片的掃描超過 {MAX_SCANS} 次，不是相機的檔案；請重新拍攝或另存後再傳。")
    try:
        return _decoded(path, kind, MAX_SCALED_PIXELS if scaled else MAX_WHOLE_PIXELS)
    except (PictureError, MemoryError):  # too little memory is our fault, not the picture's
        raise
    except Exception as error:  # whatever a decoder raises on hostile bytes means the same
        raise damaged() from error


def _decoded(path: Path, kind: Kind, limit: int) -> Picture:
    with closing(_opened(path, kind, limit)) as image:  # its pixels go now, whatever still refers to it
        size = image.size
        if kind == JPEG:
            copying.draft(image)  # of a HEIC it would take the preview for the picture
        if kind == WEBP:
            _let_go(image)
        image.load()
        copy = copying.web_copy(image)
        exif = notes.tolerant(image.getexif, Image.Exif())
        told = notes.read(exif, turned=kind == HEIC)  # which says in its own terms how, and is decoded so
        return _picture(kind, size, told, copy)


def _picture(kind: Kind, size: tuple[int, int], told: notes.Notes, copy: Image.Image) -> Picture:
    turn = told.orientation
    width, height = size[::-1] if turn in copying.SIDEWAYS else size
    thumb = copying.fitted(copy, copying.THUMB_PX, gap=1.0)
    web, small = copying.encode(copy, turn), copying.encode(thumb, turn)
    return Picture(kind.mime, width, height, told, web, small)


def _opened(path: Path, kind: Kind, limit: int) -> Image.Image:
    """The picture with its header read and nothing decoded."""
    try:
        image = Image.open(path, formats=(kind.opener,))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise too_large(limit) from error
    if image.width * image.height > limit:
        raise too_large(limit)
    return image


def _let_go(image: Any) -> None:
    """Free a WebP's decoder, which holds two pictures' worth, as soon as it has given its one."""
    take = image._get_next

    def last() -> tuple[bytes, int, int]:
        found: tuple[bytes, int, int] = take()
        image._decoder = None
        return found

    image._get_next = last
