"""Photos by how they look: finding those that are alike among a million, by comparing with all of them.

The numbers of a scan are small: a word of 64 bits a view first, which rules nearly all out, then the rest of the
few that remain. Derived from rows, so it may be thrown away and made again at any time.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from inspect_app.plausibility.likeness import BITS, KEPT, WORDS, Views

Kept = NDArray[np.uint64]
"""An array (n, `KEPT`, `WORDS`)."""

BLOCK = 1 << 15
"""So many at a time: what is in work stays in the processor's cache."""

GROWTH = 4096


def first_limit(limit: int) -> int:
    """How many of the first word's 64 bits may differ if at most `limit` of all may: three deviations above the mean."""
    share = limit / BITS
    spread = (64 * share * (1 - share) * (BITS - 64) / (BITS - 1)) ** 0.5
    return int(np.ceil(64 * share + 3 * spread))


class Index:
    """Names and the kept views of each, in the order they came. Not for several threads at once: its owner sees to it."""

    def __init__(self) -> None:
        self._names: list[str] = []
        self._words = np.zeros((0, KEPT, WORDS), dtype=np.uint64)
        self._first = [np.zeros(0, dtype=np.uint64) for _ in range(KEPT)]
        """The first word of each kept view, apart, for it is read through in every search."""

    def __len__(self) -> int:
        return len(self._names)

    def put(self, names: Sequence[str], views: Kept) -> None:
        """Add photos; `views` is (n, `KEPT`, `WORDS`)."""
        self._reserve(len(self) + len(names))
        place = slice(len(self), len(self) + len(names))
        self._words[place] = views
        for view, first in enumerate(self._first):
            first[place] = views[:, view, 0]
        self._names.extend(names)

    def search(self, asked: Views, limit: int, begin: int = 0) -> dict[str, int]:
        """The photos with a view that differs from one asked for in at most `limit` bits: name and least distance.

        `begin` leaves out the first so many.
        """
        found: dict[str, int] = {}
        for place, distance in self._near(asked, limit, begin):
            name = self._names[place]
            found[name] = min(distance, found.get(name, distance))
        return found

    def _near(self, asked: Views, limit: int, begin: int) -> Iterator[tuple[int, int]]:
        loose = first_limit(limit)
        for start in range(begin, len(self), BLOCK):
            for view, first in enumerate(self._first):
                part = first[start : min(start + BLOCK, len(self))]
                for bits in asked:
                    places = np.flatnonzero(np.bitwise_count(part ^ bits[0]) <= loose) + start
                    yield from self._checked(places, view, bits, limit)

    def _checked(
        self, places: NDArray[np.intp], view: int, bits: Views, limit: int
    ) -> Iterator[tuple[int, int]]:
        distances = np.bitwise_count(self._words[places, view] ^ bits).sum(axis=1, dtype=np.int64)
        near = distances <= limit
        return zip(places[near].tolist(), distances[near].tolist(), strict=True)

    def _reserve(self, number: int) -> None:
        """Room for so many, with some to spare."""
        if number <= len(self._words):
            return
        more = max(GROWTH, number + number // 8) - len(self._words)
        self._words = np.concatenate([self._words, np.zeros((more, KEPT, WORDS), dtype=np.uint64)])
        self._first = [np.concatenate([first, np.zeros(more, dtype=np.uint64)]) for first in self._first]
