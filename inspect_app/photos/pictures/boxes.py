"""The boxes of an ISO base media file (ISO/IEC 14496-12), as HEIC uses them (ISO/IEC 23008-12): where things lie.

A decoder fills up what is missing without a word, and derives pictures from pictures at any cost. So what a file
says of itself is read here first. BoxError where it makes no sense.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

Told = TypeVar("Told")

MAX_ITEMS = 1000
"""As many as libheif takes."""

MAX_BOXES = 4096


class BoxError(ValueError):
    """The boxes contradict each other or the file's length."""


class Box(NamedTuple):
    """A box's four-letter kind and where its body lies, without its header."""

    kind: bytes
    start: int
    body: int
    end: int


@dataclass(slots=True)
class Items:
    """What the `meta` box says: kinds, places (start, end) in the file and sizes in pixels of items, by id.

    `made_of` are the items each derived picture is put together from.
    """

    primary: int = 0
    kinds: dict[int, bytes] = field(default_factory=dict)
    places: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    sizes: dict[int, tuple[int, int]] = field(default_factory=dict)
    made_of: dict[int, list[int]] = field(default_factory=dict)


def boxes(data: bytes, start: int, end: int) -> Iterator[Box]:
    """The boxes that fill a part of a file, one behind the other."""
    for _ in range(MAX_BOXES):
        if start == end:
            return
        size, kind, body = _number(data, start, 4, end), data[start + 4 : start + 8], start + 8
        if size == 1:
            size, body = _number(data, body, 8, end), body + 8
        stop = end if size == 0 else start + size
        if not body <= stop <= end:
            raise BoxError(f"{kind!r} does not fit")
        yield Box(kind, start, body, stop)
        start = stop
    raise BoxError("too many boxes")


def outermost(data: bytes) -> Iterator[Box]:
    """The boxes of a file up to the first that is none: what is appended is no part of the picture."""
    walk = boxes(data, 0, len(data))
    with suppress(BoxError):
        yield from walk


def items(data: bytes) -> Items:
    """What a HEIC file says of its pictures; BoxError when any of it lies outside the file."""
    meta = _only(list(outermost(data)), b"meta")
    found, parts = Items(), list(boxes(data, meta.body + 4, meta.end))
    found.primary = _Reader(data, _only(parts, b"pitm")).primary()
    found.kinds = _once(_kinds(data, _only(parts, b"iinf")))
    inside = next(iter(_some(parts, b"idat")), None)
    found.places = _once(_Reader(data, _only(parts, b"iloc")).places(inside))
    found.sizes = dict(_sizes(data, _only(parts, b"iprp")))
    for part in _some(parts, b"iref"):
        found.made_of = _once(_made_of(data, part))
    return found


def _once(told: Iterable[tuple[int, Told]]) -> dict[int, Told]:
    """By item; BoxError for an item spoken of twice: the decoder may believe the other."""
    found: dict[int, Told] = {}
    for item, each in told:
        if item in found:
            raise BoxError("an item is spoken of twice")
        found[item] = each
    return found


def _only(found: list[Box], kind: bytes) -> Box:
    for box in _some(found, kind):
        return box
    raise BoxError(f"no {kind!r}")


def _some(found: list[Box], kind: bytes) -> list[Box]:
    """The box of a kind that may be absent; BoxError for a second."""
    wanted = [box for box in found if box.kind == kind]
    if len(wanted) > 1:
        raise BoxError(f"{len(wanted)} of {kind!r}")
    return wanted


class _Reader:
    """Numbers of given widths, one after the other; a full box's version and flags are read first."""

    def __init__(self, data: bytes, box: Box, *, full: bool = True) -> None:
        self.data, self.at, self.end = data, box.body, box.end
        word = self.number(4) if full else 0
        self.version, self.flags = word >> 24, word & 0xFFFFFF

    def number(self, width: int) -> int:
        self.at += width
        return _number(self.data, self.at - width, width, self.end)

    def count(self, width: int) -> range:
        number = self.number(width)
        if number > MAX_ITEMS:
            raise BoxError("too many items")
        return range(number)

    def primary(self) -> int:
        return self.number(4 if self.version else 2)

    def places(self, inside: Box | None) -> Iterator[tuple[int, list[tuple[int, int]]]]:
        """`iloc`: extents in the file, or within `idat`."""
        word = self.number(2)
        widths = [word >> shift & 0xF for shift in (12, 8, 4, 0)]
        for _ in self.count(4 if self.version == 2 else 2):
            item = self.number(4 if self.version == 2 else 2)
            method = self.number(2) & 0xF if self.version else 0
            self.number(2)  # data reference
            yield item, list(self._extents(_field(method, self.data, inside), widths))

    def _extents(self, within: tuple[int, int], widths: list[int]) -> Iterator[tuple[int, int]]:
        offset_width, length_width, base_width, index_width = widths
        start, limit = within
        base = start + self.number(base_width)
        for _ in self.count(2):
            self.number(index_width if self.version else 0)
            begin = base + self.number(offset_width)
            end = begin + self.number(length_width)
            if end > limit:
                raise BoxError("an item lies beyond the file")
            yield begin, end

    def associations(self) -> Iterator[tuple[int, list[int]]]:
        """`ipma`: which properties, counted from 1, an item has."""
        for _ in self.count(4):
            item = self.number(4 if self.version else 2)
            wide = self.flags & 1
            yield item, [self.number(2) & 0x7FFF if wide else self.number(1) & 0x7F for _ in self.count(1)]


def _field(method: int, data: bytes, inside: Box | None) -> tuple[int, int]:
    """Where offsets count from, and what they may not pass."""
    if method == 0:
        return 0, len(data)
    if method == 1 and inside:
        return inside.body, inside.end
    raise BoxError("an item lies in another item")


def _kinds(data: bytes, box: Box) -> Iterator[tuple[int, bytes]]:
    reader = _Reader(data, box)
    reader.count(4 if reader.version else 2)
    for entry in boxes(data, reader.at, box.end):
        each = _Reader(data, entry)
        if each.version < 2:
            raise BoxError("items of an old kind")
        item = each.number(4 if each.version == 3 else 2)
        each.number(2)  # protection
        yield item, each.number(4).to_bytes(4, "big")


def _sizes(data: bytes, box: Box) -> Iterator[tuple[int, tuple[int, int]]]:
    """An item's `ispe`; the largest where it has several."""
    parts = list(boxes(data, box.body, box.end))
    container = _only(parts, b"ipco")
    known = [_size(data, each) for each in boxes(data, container.body, container.end)]
    readers = [_Reader(data, part) for part in parts if part.kind == b"ipma"]
    for item, indices in _once(pair for each in readers for pair in each.associations()).items():
        given = [size for at in indices if 0 < at <= len(known) and (size := known[at - 1])]
        if given:
            yield item, max(given, key=lambda size: size[0] * size[1])


def _size(data: bytes, box: Box) -> tuple[int, int] | None:
    if box.kind != b"ispe":
        return None
    reader = _Reader(data, box)
    return reader.number(4), reader.number(4)


def _made_of(data: bytes, box: Box) -> Iterator[tuple[int, list[int]]]:
    reader = _Reader(data, box)
    width = 4 if reader.version else 2
    for entry in boxes(data, reader.at, box.end):
        if entry.kind == b"dimg":
            each = _Reader(data, entry, full=False)
            yield each.number(width), [each.number(width) for _ in each.count(2)]


def _number(data: bytes, start: int, width: int, end: int) -> int:
    if start + width > end:
        raise BoxError("a box ends too early")
    return int.from_bytes(data[start : start + width], "big")
