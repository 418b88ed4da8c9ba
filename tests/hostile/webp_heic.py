"""Traps in WebP and HEIC, made out of small honest pictures."""

import io
import struct
from functools import cache

import pillow_heif
from PIL import Image

BAD, NO_PICTURE, TAKEN = 422, 415, 201
pillow_heif.register_heif_opener()


@cache
def encoded(kind: str, size: tuple[int, int] = (64, 48), **options: object) -> bytes:
    out = io.BytesIO()
    Image.effect_noise(size, 60).convert("RGB").save(out, kind, **options)
    return out.getvalue()


@cache
def plain(kind: str, size: tuple[int, int], **options: object) -> bytes:
    """A large picture of one colour."""
    out = io.BytesIO()
    Image.new("RGB", size, "grey").save(out, kind, **options)
    return out.getvalue()


def riff(*chunks: tuple[bytes, bytes]) -> bytes:
    body = b"".join(
        name + struct.pack("<I", len(data)) + data + bytes(len(data) % 2) for name, data in chunks
    )
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def frame() -> tuple[bytes, bytes]:
    """The one chunk of a simple WebP."""
    data = encoded("WEBP")
    return data[12:16], data[20 : 20 + int.from_bytes(data[16:20], "little")]


def extended(flags: int, width: int, height: int, *chunks: tuple[bytes, bytes]) -> bytes:
    size = struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3]
    return riff((b"VP8X", bytes([flags, 0, 0, 0]) + size), *chunks)


def heic(old: bytes, new: bytes, data: bytes | None = None) -> bytes:
    """A HEIC in which the first of some bytes are others, as many."""
    data = data or encoded("HEIF")
    assert old in data
    assert len(old) == len(new)
    return data.replace(old, new, 1)


def saying(width: int, height: int, data: bytes | None = None) -> bytes:
    """A HEIC that says another size."""
    data = data or encoded("HEIF")
    at = data.rindex(b"ispe") + 8
    return data[:at] + struct.pack(">II", width, height) + data[at + 8 :]


def box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", len(body) + 8, kind) + body


def piece(data: bytes, kind: bytes) -> bytes:
    """The first box of a kind, whole."""
    start = data.index(kind) - 4
    return data[start : start + int.from_bytes(data[start : start + 4], "big")]


def added(data: bytes, new: bytes, *within: bytes) -> bytes:
    """A HEIC with more at the end of a box, which is named behind those it lies in, `meta` first.

    Its meta moves behind everything, so that all else stays where it is.
    """
    meta = piece(data, b"meta")
    at, grown, end = data.index(meta), bytearray(meta), 0
    for kind in within:
        start = grown.index(kind) - 4
        size = int.from_bytes(grown[start : start + 4], "big")
        grown[start : start + 4] = (size + len(new)).to_bytes(4, "big")
        end = start + size
    grown[end:end] = new
    return data[:at] + box(b"free", bytes(len(meta) - 8)) + data[at + len(meta) :] + grown


FTYP = box(b"ftyp", b"heic\0\0\0\0mif1heic")
GRID = encoded("HEIF", (600, 600), tile_size=256)
LOSSLESS = encoded("WEBP", lossless=True)
LYING_LOSSLESS = LOSSLESS[:21] + struct.pack("<I", 0x3FFF | 0x3FFF << 14) + LOSSLESS[25:]

WEBP: dict[str, tuple[bytes, int]] = {
    "a WebP that says 268 megapixels": (extended(0, 16_383, 16_383, frame()), BAD),
    "a WebP that says 281 terapixels": (extended(0, 2**24, 2**24, frame()), BAD),
    "a lossless WebP that says 268 megapixels": (LYING_LOSSLESS, BAD),
    "a WebP whose frame is smaller than it says": (extended(0, 4_000, 4_000, frame()), BAD),
    "an animated WebP": (
        extended(2, 64, 48, (b"ANIM", bytes(6)), (b"ANMF", bytes(16))),
        NO_PICTURE,
    ),
    "a WebP without a picture": (extended(0, 64, 48), BAD),
    "a WebP chunk of 4 GB": (encoded("WEBP")[:16] + b"\xff" * 4 + encoded("WEBP")[20:], BAD),
    "a WebP of no length": (encoded("WEBP")[:4] + bytes(4) + encoded("WEBP")[8:], BAD),
    "half a WebP": (encoded("WEBP")[: len(encoded("WEBP")) // 2], BAD),
    "a WebP with notes of rubbish": (extended(8, 64, 48, frame(), (b"EXIF", b"\xff" * 60_000)), TAKEN),
    "a WebP with a profile of rubbish": (
        extended(32, 64, 48, (b"ICCP", b"\xff" * 5_000_000), frame()),
        TAKEN,
    ),
    "a WebP of 50,000 empty chunks": (extended(0, 64, 48, frame(), *[(b"teSt", b"")] * 50_000), TAKEN),
    "a WebP that is a script too": (encoded("WEBP") + b"*/=1;alert(1)//", TAKEN),
    "a WAV called WebP": (b"RIFF\0\0\0\0WAVEfmt " + bytes(40), NO_PICTURE),
}

HEIC: dict[str, tuple[bytes, int]] = {
    "a HEIC that says 3,600 megapixels": (saying(60_000, 60_000), BAD),
    "a HEIC that says 4 billion pixels by one": (saying(0xFFFFFFFF, 1), BAD),
    "a HEIC larger inside than it says": (saying(64, 64, plain("HEIF", (2_000, 1_500))), BAD),
    "a HEIC of no size": (saying(0, 0), BAD),
    "half a HEIC": (encoded("HEIF")[: len(encoded("HEIF")) // 2], BAD),
    "a HEIC short of one byte": (encoded("HEIF")[:-1], BAD),
    "a HEIC short of its last tiles": (GRID[: len(GRID) * 7 // 10], BAD),
    "a HEIC of many tiles for a small picture": (
        heic(
            struct.pack(">II", 2_048, 2_048),
            struct.pack(">II", 8, 8),
            plain("HEIF", (2_048, 2_048), tile_size=512),
        ),
        NO_PICTURE,
    ),
    "a HEIC of layers": (heic(b"hvc1", b"iovl"), NO_PICTURE),
    "a HEIC derived from itself": (heic(b"hvc1", b"iden"), NO_PICTURE),
    "a HEIC of an unknown codec": (heic(b"hvc1", b"vvc1"), NO_PICTURE),
    "a HEIC without a decoder's setup": (heic(b"hvcC", b"xxxx"), BAD),
    "a HEIC without places": (heic(b"iloc", b"xxxx"), BAD),
    "a HEIC of two metas": (FTYP + box(b"meta", bytes(4)) * 2, BAD),
    "a HEIC with a box more": (added(GRID, box(b"skip", bytes(9)), b"meta"), TAKEN),
    "a HEIC grid told twice": (added(GRID, piece(GRID, b"dimg"), b"meta", b"iref"), BAD),
    "a HEIC grid told in two places": (added(GRID, piece(GRID, b"iref"), b"meta"), BAD),
    "a HEIC item told twice": (added(GRID, piece(GRID, b"infe"), b"meta", b"iinf"), BAD),
    "a HEIC item's size told twice": (added(GRID, piece(GRID, b"ipma"), b"meta", b"iprp"), BAD),
    "a HEIC that is nothing but its brand": (FTYP, BAD),
    "a HEIC box of 9 exabytes": (FTYP + b"\0\0\0\1meta\x7f" + b"\xff" * 7, BAD),
    "a HEIC box shorter than its head": (FTYP + b"\0\0\0\3meta", BAD),
    "a HEIC of 100,000 boxes": (FTYP + box(b"free", b"") * 100_000, BAD),
    "a HEIC of boxes in boxes": (
        FTYP + b"".join(struct.pack(">I4s", 8 * (5_000 - at), b"meta") for at in range(5_000)),
        BAD,
    ),
    "a HEIC of 4 billion items": (
        FTYP + box(b"meta", bytes(4) + box(b"pitm", bytes(6)) + box(b"iinf", b"\1\0\0\0" + b"\xff" * 4)),
        BAD,
    ),
    "a sequence of HEIC": (box(b"ftyp", b"hevc\0\0\0\0mif1hevc") + encoded("HEIF")[28:], NO_PICTURE),
    "a HEIC with notes of rubbish": (encoded("HEIF", exif=b"Exif\0\0" + b"\xff" * 5_000), TAKEN),
    "an AVIF called HEIC": (box(b"ftyp", b"avif\0\0\0\0mif1avif") + bytes(50), NO_PICTURE),
    "an AVIF called still": (box(b"ftyp", b"mif1\0\0\0\0mif1avif") + bytes(50), NO_PICTURE),
    "a film": (box(b"ftyp", b"mp42\0\0\0\0isommp42") + bytes(50), NO_PICTURE),
}
