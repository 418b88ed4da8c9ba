"""How many scans a JPEG makes a decoder work through, read from its markers alone (ITU-T T.81, annex B)."""

import re

_SEGMENT = re.compile(rb"\xff+([^\x00\xd0-\xd7\xff])", re.DOTALL)
"""The next marker that is neither stuffing nor a restart."""
_START_OF_SCAN, _START_OF_IMAGE, _END_OF_IMAGE, _TEMPORARY = 0xDA, 0xD8, 0xD9, 0x01


def has_more_scans(data: bytes, limit: int) -> bool:
    """Whether more than `limit` scans begin before the end of the image.

    Segments are skipped by their length: a preview inside EXIF, or a film appended after the end, has
    markers of its own that no decoder follows.
    """
    if (
        data.count(b"\xff\xda") <= limit
    ):  # so it is for nearly every photo, and ten times faster than the walk
        return False
    return _count_scans(data, limit + 1) > limit


def _count_scans(data: bytes, enough: int) -> int:
    scans, place = 0, 0
    while scans < enough and (found := _SEGMENT.search(data, place)):
        code, place = found[1][0], found.end()
        if code == _END_OF_IMAGE:
            break
        if code in (_START_OF_IMAGE, _TEMPORARY):  # markers without a length
            continue
        scans += code == _START_OF_SCAN
        place += int.from_bytes(data[place : place + 2], "big")
    return scans
