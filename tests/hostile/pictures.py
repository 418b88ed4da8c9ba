"""Files sent as photos that no camera made, built in milliseconds."""

import io
import struct
import zlib
from functools import cache

from PIL import Image

from tests.hostile import webp_heic

SCAN, FRAME, PROGRESSIVE = b"\xff\xda", b"\xff\xc0", b"\xff\xc2"
GREY = Image.effect_noise((64, 48), 60).convert("RGB")


@cache
def encoded(kind: str = "JPEG", progressive: bool = False) -> bytes:
    """A small honest picture."""
    out = io.BytesIO()
    GREY.save(out, kind, **({"progressive": True} if progressive else {}))
    return out.getvalue()


def resized(width: int, height: int, *, progressive: bool = False) -> bytes:
    """A small JPEG whose header lies about its size."""
    data = encoded(progressive=progressive)
    place = data.index(PROGRESSIVE if progressive else FRAME) + 5
    return data[:place] + struct.pack(">HH", height, width) + data[place + 4 :]


def scans(count: int, data: bytes | None = None) -> bytes:
    """A progressive JPEG with that many scans more."""
    data = data or encoded(progressive=True)
    first = data.index(SCAN)
    header = data[first : first + 2 + int.from_bytes(data[first + 2 : first + 4], "big")]
    return data[:first] + header * count + data[first:]


def segment(code: int, body: bytes) -> bytes:
    return bytes((0xFF, code)) + struct.pack(">H", len(body) + 2) + body


def with_segments(*segments: bytes) -> bytes:
    """A JPEG with segments before all others."""
    data = encoded()
    return data[:2] + b"".join(segments) + data[2:]


def directory(entries: list[tuple[int, int, int, int]], following: int = 0) -> bytes:
    """EXIF of one directory: tag, type, count, offset or value of each entry."""
    rows = b"".join(struct.pack("<HHLL", *entry) for entry in entries)
    return b"II*\0" + struct.pack("<LH", 8, len(entries)) + rows + struct.pack("<L", following)


def exif(body: bytes, copies: int = 1) -> bytes:
    """A JPEG with notes; `copies` segments of them, which decoders join."""
    return with_segments(*[segment(0xE1, b"Exif\0\0" + body)] * copies)


def frames_twice() -> bytes:
    """A JPEG that begins another picture, progressive, behind its first frame header."""
    data = encoded()
    place = data.index(SCAN)
    other = encoded(progressive=True)
    frame = other.index(PROGRESSIVE)
    return data[:place] + other[frame : frame + 19] + data[place:]


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(width: int, height: int, bits: int, colour: int, row_bytes: int, *extra: bytes) -> bytes:
    """A black PNG, all rows there."""
    packer = zlib.compressobj(1)
    rows = b"".join(packer.compress(bytes(1 + row_bytes)) for _ in range(height)) + packer.flush()
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(extra) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def small_png(*extra: bytes) -> bytes:
    return png(64, 48, 8, 0, 64, *extra)


@cache
def packed(mib: int) -> bytes:
    """That many MiB of nothing, compressed."""
    packer = zlib.compressobj(9)
    return b"".join(packer.compress(bytes(2**20)) for _ in range(mib)) + packer.flush()


BAD, NO_PICTURE, TAKEN = 422, 415, 201
LOOP = directory([(0x8769, 4, 1, 8), (0x8825, 4, 1, 8), (0xA005, 4, 1, 8), (0x014A, 4, 1, 8)], following=8)
COUNTS = directory([(tag, 7, 0xFFFFFFFF, 8) for tag in range(0x9000, 0x9000 + 200)])
OVERLAP = directory([(tag, 7, 30_000, 8) for tag in range(2_500)]) + bytes(30_000)

PICTURES: dict[str, tuple[bytes, int]] = {
    "a PNG of 400 megapixels": (png(20_000, 20_000, 1, 0, 2_500), BAD),
    "a JPEG header that lies of 4,290 megapixels": (resized(65_500, 65_500), BAD),
    "a progressive header that lies of 60 megapixels": (resized(10_000, 6_000, progressive=True), BAD),
    "a PNG 65,535 pixels tall": (png(8, 65_535, 1, 0, 1), TAKEN),
    "a JPEG 65,535 pixels tall": (resized(8, 65_535), BAD),
    "a PNG of no width": (png(0, 48, 8, 0, 0), BAD),
    "a JPEG that is a ZIP too": (encoded() + b"PK\x03\x04" + bytes(100) + b"PK\x05\x06" + bytes(18), TAKEN),
    "a JPEG that is HTML too": (encoded() + b"<html><script>alert(1)</script>", TAKEN),
    "a JPEG with HTML in a comment": (with_segments(segment(0xFE, b"<script>alert(1)</script>")), TAKEN),
    "a JPEG whose first bytes are PHP": (with_segments(segment(0xE0, b"<?php system($_GET[0]);?>")), TAKEN),
    "a PNG that is a PDF too": (small_png(chunk(b"teSt", b"%PDF-1.7\n1 0 obj")) + b"%%EOF", TAKEN),
    "a PDF that is a JPEG too": (b"%PDF-1.7\n" + encoded(), NO_PICTURE),
    "a TIFF": (encoded("TIFF"), NO_PICTURE),
    "a BMP": (encoded("BMP"), NO_PICTURE),
    "an icon": (encoded("ICO"), NO_PICTURE),
    "JPEG 2000": (encoded("JPEG2000"), NO_PICTURE),
    "a ZIP": (b"PK\x03\x04" + bytes(100), NO_PICTURE),
    "a GIF that is a script too": (b"GIF89a/*" + bytes(40) + b"*/=1;alert(1)//", NO_PICTURE),
    "HTML": (b"<!doctype html><script>alert(1)</script>", NO_PICTURE),
    "HTML behind a signature": (b"\xff\xd8\xff<script>alert(1)</script>", BAD),
    "SVG": (b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', NO_PICTURE),
    "PDF": (b"%PDF-1.7\n" + bytes(100), NO_PICTURE),
    "nothing": (b"", NO_PICTURE),
    "one byte": (b"\xff", NO_PICTURE),
    "a PNG short of one byte": (small_png()[:-1], TAKEN),
    "a PNG short of its end, all rows there": (small_png()[:-13], TAKEN),
    "a PNG short of its rows": (small_png()[:-26], BAD),
    "a JPEG short of half": (encoded()[: len(encoded()) // 2], BAD),
    "EXIF with counts of 4 billion": (exif(COUNTS), TAKEN),
    "EXIF that loops": (exif(LOOP), TAKEN),
    "EXIF whose 2,500 values overlap": (exif(OVERLAP[:65_000]), TAKEN),
    "EXIF in 300 segments": (exif(OVERLAP[:65_000], copies=300), TAKEN),
    "EXIF of rubbish": (exif(b"\xff" * 60_000), TAKEN),
    "EXIF without a byte": (with_segments(segment(0xE1, b"Exif\0\0")), TAKEN),
    "an ICC profile of rubbish": (
        with_segments(segment(0xE2, b"ICC_PROFILE\0\x01\x01" + b"\xff" * 5_000)),
        TAKEN,
    ),
    "ICC profiles numbered wrongly": (
        with_segments(*[segment(0xE2, b"ICC_PROFILE\0\xff\x00" + bytes(60_000))] * 100),
        TAKEN,
    ),
    "MPF of rubbish": (with_segments(segment(0xE2, b"MPF\0" + COUNTS[:60_000])), TAKEN),
    "Photoshop data of rubbish": (with_segments(segment(0xED, b"Photoshop 3.0\0" + b"8BIM" * 10_000)), TAKEN),
    "a progressive JPEG of 500 scans": (scans(500), BAD),
    "a JPEG of 500 scans that its header denies": (scans(500).replace(PROGRESSIVE, FRAME, 1), BAD),
    "a JPEG whose frame comes twice": (frames_twice(), BAD),
    "a PNG with 100 MB of text packed and marked": (
        small_png(chunk(b"iTXt", b"k\0\1\0\0\0" + packed(100))),
        BAD,
    ),
    "a PNG with 9 texts of a megabyte": (small_png(*[chunk(b"zTXt", b"k\0\0" + packed(1))] * 9), BAD),
    "a PNG with a profile of rubbish": (
        small_png(chunk(b"iCCP", b"k\0\0" + zlib.compress(b"\xff" * 9_000))),
        TAKEN,
    ),
    "a PNG with 100 MB of text packed": (small_png(chunk(b"zTXt", b"k\0\0" + packed(100))), BAD),
    "a PNG with 70 texts of a megabyte": (small_png(*[chunk(b"zTXt", b"k\0\0" + packed(1))] * 70), BAD),
    "a PNG with a profile of 100 MB packed": (small_png(chunk(b"iCCP", b"k\0\0" + packed(100))), BAD),
    "a PNG with notes that loop": (small_png(chunk(b"eXIf", LOOP)), TAKEN),
    "a PNG with 20 MB of notes": (small_png(chunk(b"eXIf", OVERLAP + bytes(20 * 2**20))), TAKEN),
    "a PNG of 100,000 empty chunks": (small_png(*[chunk(b"teSt", b"")] * 100_000), TAKEN),
    "a PNG whose chunk lies about its length": (small_png(b"\x7f\xff\xff\xfftEXtx"), BAD),
    "an animation of 4 billion frames": (
        small_png(chunk(b"acTL", struct.pack(">II", 0xFFFFFFFF, 0))),
        TAKEN,
    ),
}
"""A file, and how it is answered. Notes a picture carries never refuse it; what it is made of does."""

PICTURES |= webp_heic.WEBP | webp_heic.HEIC


@cache
def heavy() -> dict[str, bytes]:
    """Within every limit, and as costly as can be."""
    large = (6_000, 4_000)
    return {
        "the largest PNG in four colours": png(*large, 8, 6, 24_000),
        "the largest PNG of 16 bits": png(*large, 16, 6, 48_000),
        "the largest lie with the most scans": scans(49 - 10, resized(*large, progressive=True)),
        "the largest WebP": webp_heic.plain("WEBP", large, method=0),
        "the largest WebP without loss": webp_heic.plain("WEBP", large, method=0, lossless=True),
        "the largest HEIC": webp_heic.plain("HEIF", large, quality=10),
    }
