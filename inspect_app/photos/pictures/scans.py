"""What a JPEG makes a decoder work through, read from its markers alone (ITU-T T.81, annex B)."""

import re
from collections.abc import Iterator
from typing import NamedTuple

_SEGMENT = re.compile(rb"\xff+([^\x00\xd0-\xd7\xff])", re.DOTALL)
"""The next marker that is neither stuffing nor a restart."""
START_OF_SCAN, _START_OF_IMAGE, _END_OF_IMAGE, _TEMPORARY = 0xDA, 0xD8, 0xD9, 0x01
_BASELINE = frozenset({0xC0, 0xC1})
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_COMPONENTS_OF_FRAME = 5


class Segment(NamedTuple):
    """A marker and what it spans: the marker itself from `start`, its body (length first) from `body` to `end`."""

    code: int
    start: int
    body: int
    end: int


def segments(data: bytes) -> Iterator[Segment]:
    """The segments of a JPEG up to its end of image, over the coded data between them.

    Skipped by their length: a preview inside EXIF, or a film appended after the end, has markers of its own
    that no decoder follows. Segments without a length (start, end, TEM) have an empty body.
    """
    place = 0
    while found := _SEGMENT.search(data, place):
        code, body = found[1][0], found.end()
        bare = code in (_START_OF_IMAGE, _END_OF_IMAGE, _TEMPORARY)
        place = body if bare else body + int.from_bytes(data[body : body + 2], "big")
        yield Segment(code, found.start(), body, place)
        if code == _END_OF_IMAGE:
            return


def has_more_scans(data: bytes, limit: int) -> bool:
    """Whether more than `limit` scans begin before the end of the image."""
    scans = 0
    for segment in segments(data):
        scans += segment.code == START_OF_SCAN
        if scans > limit:
            return True
    return False


def decodes_at_scale(head: bytes) -> bool:
    """Whether a decoder holds only the lines at hand: one baseline scan of all colours, libjpeg's own rule.

    Any other JPEG (progressive, a scan for each colour, lossless) is held whole. `head`: the file to its first scan,
    or as much of it as was read; False where that does not tell.
    """
    components = 0
    for segment in segments(head):
        if segment.code in _FRAMES:
            if segment.code not in _BASELINE or components:
                return False
            components = _count(head, segment, _COMPONENTS_OF_FRAME)
        elif segment.code == START_OF_SCAN:
            return 0 < components == _count(head, segment, 0)
    return False


def _count(head: bytes, segment: Segment, place: int) -> int:
    """A byte of a segment's body behind its length; 0 where the file was cut or the segment is too short."""
    at = segment.body + 2 + place
    return head[at] if at < segment.end <= len(head) else 0
