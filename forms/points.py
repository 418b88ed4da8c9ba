"""The points that the catalogue prints beside a defect, as whole numbers."""

import re
from functools import cache

from forms.errors import InvalidData

MOST_POINTS = 5
"""The largest deduction the catalogue prints; the bound for items printed without points."""

_POINTS = re.compile(r"[-±][1-9][0-9]?(?:,[-±][1-9][0-9]?)*")
_RANGE = re.compile(r"-(?P<first>[1-9][0-9]?)~-(?P<last>[1-9][0-9]?)")


@cache
def parse_points(printed: str) -> tuple[int, ...]:
    """The deductions a printed range stands for: "-2,-4" is (2, 4), "-1~-5" is (1, 2, 3, 4, 5).

    "±1,±2" (有無履職類) is (1, 2): as a deduction only its magnitude matters. Empty is (): no range
    is printed. InvalidData for anything else.
    """
    if not printed:
        return ()
    span = _RANGE.fullmatch(printed)
    if span and (found := tuple(range(int(span["first"]), int(span["last"]) + 1))):
        return found
    if _POINTS.fullmatch(printed):
        return tuple(int(value[1:]) for value in printed.split(","))
    raise InvalidData(f"points {printed!r} must look like '-1,-2', '-1~-5' or '±1,±2'.")
