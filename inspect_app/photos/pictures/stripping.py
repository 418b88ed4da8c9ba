"""An original without what it tells of itself, its picture untouched: for those who may see the photo, not the notes.

What is kept is listed, everything else goes: EXIF, XMP, comments, previews, films behind the end. An orientation other
than upright is written anew, alone. Colour profiles stay, for without them the colours are others.
"""

import struct
import zlib
from collections.abc import Iterator

from inspect_app.photos.pictures.boxes import Box, boxes, items, outermost
from inspect_app.photos.pictures.kinds import JPEG, PNG, WEBP
from inspect_app.photos.pictures.scans import START_OF_SCAN, Segment, segments

_JFIF, _PROFILE, _ADOBE, _EXIF, _COMMENT = 0xE0, 0xE2, 0xEE, 0xE1, 0xFE
_APPLICATION = range(0xE0, 0xF0)
_PNG_KEPT = frozenset(
    (
        b"IHDR",
        b"PLTE",
        b"IDAT",
        b"IEND",
        b"tRNS",
        b"gAMA",
        b"cHRM",
        b"sRGB",
        b"iCCP",
        b"cICP",
        b"sBIT",
        b"bKGD",
        b"pHYs",
    )
)
_WEBP_KEPT = frozenset((b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ICCP"))
_HEIC_KEPT = frozenset((b"hvc1", b"grid", b"tmap"))
_HEIC_INSIDE: dict[bytes, frozenset[bytes]] = {
    b"meta": frozenset((b"hdlr", b"pitm", b"iinf", b"iloc", b"iref", b"iprp", b"idat")),
    b"hdlr": frozenset(),
    b"iinf": frozenset((b"infe",)),
    b"infe": frozenset(),
    b"iprp": frozenset((b"ipco", b"ipma")),
    b"ipco": frozenset(
        (
            b"hvcC",
            b"ispe",
            b"colr",
            b"pixi",
            b"irot",
            b"imir",
            b"clap",
            b"pasp",
            b"auxC",
            b"clli",
            b"mdcv",
        )
    ),
    b"idat": frozenset(),
}
"""What stays in a box that stays; a box that is not named here stays as it is."""
_NO_NOTES = struct.pack(">L2sHLH", 0, b"MM", 42, 8, 0)
"""A HEIC's EXIF item that says nothing."""
_SIGNATURE = 8
_HAS_EXIF, _HAS_XMP = 0x08, 0x04


def stripped(data: bytes, mime: str, orientation: int) -> bytes:
    """The file of an accepted picture without notes; a HEIC says itself how it is turned and needs no orientation."""
    if mime == JPEG.mime:
        return b"".join(_jpeg(data, orientation))
    if mime == PNG.mime:
        return b"".join(_png(data, orientation))
    if mime == WEBP.mime:
        return _webp(data, orientation)
    return bytes(_heic(data))


def _jpeg(data: bytes, orientation: int) -> Iterator[bytes]:
    scanning = 0
    for segment in segments(data):
        if scanning:  # the coded data up to this marker
            yield data[scanning : segment.start]
            scanning = 0
        if _is_kept(data, segment.code, segment.body):
            yield _jpeg_segment(data, segment)
        if segment.code == _JFIF or (segment.code == 0xD8 and data[segment.end + 1] != _JFIF):
            yield _jpeg_orientation(orientation)
        if segment.code == START_OF_SCAN:
            scanning = segment.end
    if scanning:
        yield data[scanning:]


def _jpeg_segment(data: bytes, segment: Segment) -> bytes:
    """As it is, but JFIF without its preview."""
    if segment.code != _JFIF:
        return b"\xff" + data[segment.body - 1 : segment.end]
    told = data[segment.body + 2 : min(segment.end, segment.body + 14)]
    return struct.pack(">BBH14s", 0xFF, _JFIF, 16, told)


def _is_kept(data: bytes, code: int, body: int) -> bool:
    if code == _COMMENT:
        return False
    if code not in _APPLICATION:
        return True
    begins = {_JFIF: b"JFIF\0", _PROFILE: b"ICC_PROFILE\0", _ADOBE: b"Adobe"}.get(code)
    return begins is not None and data.startswith(begins, body + 2)


def _jpeg_orientation(orientation: int) -> bytes:
    if orientation == 1:
        return b""
    body = b"Exif\0\0" + _exif(orientation)
    return struct.pack(">BBH", 0xFF, _EXIF, len(body) + 2) + body


def _png(data: bytes, orientation: int) -> Iterator[bytes]:
    yield data[:_SIGNATURE]
    at = _SIGNATURE
    while at + 8 <= len(data):
        length, name = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if name in _PNG_KEPT:
            yield data[at:end]
        if name == b"IHDR" and orientation != 1:
            yield _chunk(b"eXIf", _exif(orientation))
        if name == b"IEND":
            return
        at = end


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _webp(data: bytes, orientation: int) -> bytes:
    end = min(len(data), 8 + int.from_bytes(data[4:8], "little"))
    kept, at = [], 12
    while at + 8 <= end:
        name, length = struct.unpack_from("<4sI", data, at)
        if name in _WEBP_KEPT:
            kept.append((name, data[at + 8 : at + 8 + length]))
        at += 8 + length + length % 2
    turned = kept[0][0] == b"VP8X" and orientation != 1
    if turned:
        kept.append((b"EXIF", _exif(orientation)))
    body = b"".join(_riff(name, _flagged(name, told, turned=turned)) for name, told in kept)
    return struct.pack("<4sI4s", b"RIFF", len(body) + 4, b"WEBP") + body


def _riff(name: bytes, body: bytes) -> bytes:
    return struct.pack("<4sI", name, len(body)) + body + bytes(len(body) % 2)


def _flagged(name: bytes, body: bytes, *, turned: bool) -> bytes:
    """The header's flags say which of the notes are there."""
    if name != b"VP8X":
        return body
    return bytes([body[0] & ~(_HAS_EXIF | _HAS_XMP) | (_HAS_EXIF if turned else 0)]) + body[1:]


def _heic(data: bytes) -> bytearray:
    """Everything stays where it is, for places are counted from the start; what is no picture becomes zeros."""
    found, outer = items(data), list(outermost(data))
    ends = [end for places in found.places.values() for _, end in places]
    kept = bytearray(max(outer[-1].end, *ends))
    for box in outer:
        if box.kind in (b"ftyp", b"meta"):
            _keep(data, kept, box)
        else:
            _free(data, kept, box, b"mdat" if box.kind == b"mdat" else b"free")
    for item, places in found.places.items():
        for start, end in places:
            pictured = found.kinds.get(item) in _HEIC_KEPT
            kept[start:end] = (
                data[start:end] if pictured else _NO_NOTES[: end - start].ljust(end - start, b"\0")
            )
    return kept


def _keep(data: bytes, kept: bytearray, box: Box) -> None:
    """A box, and of what is in it only what is listed, everything at its place."""
    if (inside := _HEIC_INSIDE.get(box.kind)) is None:
        kept[box.start : box.end] = data[box.start : box.end]
        return
    begin = min(box.end, box.body + _head(data, box))
    kept[box.start : begin] = data[box.start : begin]
    for each in boxes(data, begin, box.end) if inside else ():
        if each.kind in inside:
            _keep(data, kept, each)
        else:
            _free(data, kept, each)


def _head(data: bytes, box: Box) -> int:
    """The bytes before a box's list, or before the words a person may have put there (names)."""
    version = data[box.body] if box.body < box.end else 0
    heads = {b"meta": 4, b"hdlr": 24, b"iinf": 8 if version else 6, b"infe": 14 if version == 3 else 12}
    return heads.get(box.kind, 0)


def _free(data: bytes, kept: bytearray, box: Box, kind: bytes = b"free") -> None:
    """A box of the same length, empty."""
    kept[box.start : box.body] = data[box.start : box.body]
    kept[box.start + 4 : box.start + 8] = kind


def _exif(orientation: int) -> bytes:
    """A directory of the orientation alone."""
    return struct.pack(">2sHLHHHLHHL", b"MM", 42, 8, 1, 0x0112, 3, 1, orientation, 0, 0)
