"""Photos by how they look: finding those that are alike among a million, by comparing with all of them.

The numbers of a scan are small: a word of 64 bits a view first, which rules nearly all out, then the rest of the
few that remain. Derived from rows, so it may be thrown away and made again at any time.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from inspect_app.plausibility.likeness import BITS, KEPT, VIEWS, WORDS, Views

Many = NDArray[np.uint64]
"""The views of many photos: an array (n, 5, 4)."""

BLOCK = 1 << 15
"""So many at a time: what is in work stays in the processor's cache, and growing copies nothing."""


def first_limit(limit: int) -> int:
    """How many of the first word's 64 bits may differ if at most `limit` of all may: three deviations above the mean."""
    share = limit / BITS
    spread = (64 * share * (1 - share) * (BITS - 64) / (BITS - 1)) ** 0.5
    return int(np.ceil(64 * share + 3 * spread))


class Index:
    """Growing numbers and the views of each. One thread at a time may `put`; any may search meanwhile.

    A block has the shape (5, 4, `BLOCK`): the words that every search reads through lie together.
    """

    def __init__(self) -> None:
        self._blocks: list[NDArray[np.uint64]] = []
        self._numbers = array("q")

    def __len__(self) -> int:
        return len(self._numbers)

    def put(self, numbers: Sequence[int], views: Many) -> None:
        """Add photos, their numbers larger than all before. Counted last: what is counted is there to be searched."""
        while numbers:
            block, place = divmod(len(self), BLOCK)
            if block == len(self._blocks):
                self._blocks.append(np.zeros((len(VIEWS), WORDS, BLOCK), dtype=np.uint64))
            some = min(len(numbers), BLOCK - place)
            self._blocks[block][:, :, place : place + some] = views[:some].transpose(1, 2, 0)
            self._numbers.extend(array("q", numbers[:some]))
            numbers, views = numbers[some:], views[some:]

    def of(self, number: int) -> Views | None:
        """The views of one photo, if it is here."""
        block, place = divmod(at := bisect_left(self._numbers, number), BLOCK)
        is_here = at < len(self) and self._numbers[at] == number
        return self._blocks[block][:, :, place] if is_here else None

    def search(self, asked: Views, limit: int, begin: int = 0, end: int | None = None) -> dict[int, int]:
        """The photos alike in all but at most `limit` bits (`likeness.distance`): number and least distance.

        Only those from the place `begin` to before `end`.
        """
        found: dict[int, int] = {}
        for place, distance in self._near(asked, limit, begin, len(self) if end is None else end):
            number = self._numbers[place]
            found[number] = min(distance, found.get(number, distance))
        return found

    def _near(self, asked: Views, limit: int, begin: int, end: int) -> Iterator[tuple[int, int]]:
        loose = first_limit(limit)
        for start in range(begin - begin % BLOCK, end, BLOCK):
            block, low = self._blocks[start // BLOCK], max(begin - start, 0)
            for view, words in enumerate(block):
                part = words[0, low : end - start]
                for bits in asked if view < KEPT else asked[:KEPT]:
                    places = np.flatnonzero(np.bitwise_count(part ^ bits[0]) <= loose) + low
                    distances = np.bitwise_count(words[:, places].T ^ bits).sum(axis=1, dtype=np.int64)
                    near = distances <= limit
                    yield from zip((places[near] + start).tolist(), distances[near].tolist(), strict=True)
