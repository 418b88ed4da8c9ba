"""What likeness finds and what it mistakes, on drawn site pictures; and how long a search among a million takes.

`python -m bench.likeness 600 2000` prints the figures of docs/evidence.md: 600 places with all that is done to their
photo, and 2,000 places compared with each other.
"""

import io
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from bench import scenes
from bench.harness import Line, paired, seconds
from inspect_app.plausibility import likeness
from inspect_app.plausibility.index import Index
from inspect_app.plausibility.likeness import KEPT, VIEWS, Views
from inspect_app.plausibility.rules import rules

ALIKE = rules().reuse.bits
MILLION = 1_000_000
PROCESSES = 2
THUMB = (320, 320)
AGAIN: Mapping[str, scenes.View] = {
    "another photo, moved by a tenth or more": scenes.View(),
    "another photo, from the same spot": scenes.View(0.03, 0.02, 1.03, 1.0, 0.5),
}
"""Further photos of a place; the first are `scenes.elsewhere`."""


@dataclass(frozen=True, slots=True)
class Figures:
    """How many of how many were called alike: by what was done to a file, by further photos, by pairs of places.

    `found` as people get it, by a search from the page of the original and from that of the changed file.
    """

    found: Mapping[str, tuple[int, int, int]]
    again: Mapping[str, tuple[int, int]]
    strangers: tuple[int, int]
    blanks: tuple[int, int]


def measure(places: int, strangers: int) -> Figures:
    """`places` with all deeds; `strangers` (at least as many) against each other; blank photos that got bits."""
    with ProcessPoolExecutor(PROCESSES) as pool:
        rows = list(pool.map(_place, range(places), chunksize=8))
        firsts = list(pool.map(_first, range(strangers), chunksize=32))
    found = {
        name: (sum(row[0][name][0] for row in rows), sum(row[0][name][1] for row in rows), places)
        for name in scenes.DEEDS
    }
    again = {name: _counted([row[1][name] for row in rows]) for name in AGAIN}
    blanks = [look(scenes.coded(scenes.blank(number))) is not None for number in range(25)]
    return Figures(found, again, _pairs([views for views in firsts if views is not None]), _counted(blanks))


def look(file: bytes) -> Views | None:
    """The views of a file as intake takes them, of the thumbnail."""
    with Image.open(io.BytesIO(file)) as image:
        picture = image.convert("RGB")
    picture.thumbnail(THUMB, Image.Resampling.BICUBIC, reducing_gap=1.0)
    return likeness.look(scenes.coded(picture, 80))


def _first(seed: int) -> Views | None:
    return look(scenes.coded(scenes.photo(seed), 88))


def _place(seed: int) -> tuple[dict[str, tuple[bool, bool]], dict[str, bool]]:
    """Whether each changed file is found from the first and finds it, and each further photo is called alike to it."""
    image = scenes.photo(seed)
    first = look(scenes.coded(image, 88))
    changed = {name: look(deed(image)) for name, deed in scenes.DEEDS.items()}
    done = {name: (_finds(first, other), _finds(other, first)) for name, other in changed.items()}
    moved, near = AGAIN
    further = {moved: scenes.elsewhere(seed, 1), near: AGAIN[near]}
    views = {name: look(scenes.coded(scenes.photo(seed, view, 1))) for name, view in further.items()}
    return done, {name: _alike(first, other) for name, other in views.items()}


def _finds(asking: Views | None, kept: Views | None) -> bool:
    """Whether one photo's page shows the other, kept in an index."""
    if asking is None or kept is None:
        return False
    index = Index()
    index.put([1], kept[None])
    return bool(index.search(asking, ALIKE))


def _alike(one: Views | None, other: Views | None) -> bool:
    return one is not None and other is not None and likeness.distance(one, other) <= ALIKE


def _counted(hits: Sequence[bool]) -> tuple[int, int]:
    return sum(hits), len(hits)


def _pairs(firsts: Sequence[Views]) -> tuple[int, int]:
    """How many pairs of places are called alike, of how many."""
    alarms = sum(
        _alike(one, other) for number, one in enumerate(firsts) for other in _near(one, firsts[number + 1 :])
    )
    return alarms, len(firsts) * (len(firsts) - 1) // 2


def _near(one: Views, others: Sequence[Views]) -> list[Views]:
    """Those of the others that an index calls alike, either asking."""
    if not others:
        return []
    every = np.stack(others)
    asking = np.bitwise_count(one[None, :, None] ^ every[:, None, :KEPT]).sum(axis=3).min(axis=(1, 2))
    asked = np.bitwise_count(every[:, :, None] ^ one[None, None, :KEPT]).sum(axis=3).min(axis=(1, 2))
    return [others[int(place)] for place in np.flatnonzero(np.minimum(asking, asked) <= ALIKE)]


# -- a million -----------------------------------------------------------------------------------------------


def lines() -> Iterator[Line]:
    """One photo's search, all its views, among a million photos; the bits of a photo, and a vectorised scan."""
    kept, query = _million(), _random(np.random.default_rng(2), 1)[0]
    index = Index()
    index.put(range(MILLION), kept)
    words = [
        [np.ascontiguousarray(kept[:, view, word]) for word in range(likeness.WORDS)]
        for view in range(len(VIEWS))
    ]
    del kept
    search: Callable[[], float] = partial(seconds, lambda: index.search(query, ALIKE))
    ours, scan = paired(search, partial(seconds, lambda: _scan(words, query)))
    yield Line(
        "likeness search, 1,000,000 photos", ours, scan, "s", "at most", 2, "vectorised scan, same views"
    )
    thumb = _thumbnail()
    hashing = sorted(seconds(lambda: likeness.look(thumb)) for _ in range(99))[49]
    yield Line("likeness bits of a photo", hashing, 0.001, "s", "at most", 1, "1 ms")


def _scan(words: Sequence[Sequence[NDArray[np.uint64]]], query: Views) -> list[NDArray[np.intp]]:
    """Every view against every kept one that a search compares it with, word by word, without anything clever."""
    found = []
    for view, part in enumerate(words):
        for asked in query if view < KEPT else query[:KEPT]:
            total = np.bitwise_count(part[0] ^ asked[0])
            for word, bits in zip(part[1:], asked[1:], strict=True):
                total += np.bitwise_count(word ^ bits)
            found.append(np.flatnonzero(total <= ALIKE))
    return found


def _million() -> NDArray[np.uint64]:
    """Random bits, (1,000,000, 5, 4). Among bits like those of drawn places a search takes a seventh longer."""
    return _random(np.random.default_rng(1), MILLION)


def _random(rng: np.random.Generator, number: int) -> NDArray[np.uint64]:
    return rng.integers(0, 2**64, (number, len(VIEWS), likeness.WORDS), dtype=np.uint64)


def _thumbnail() -> bytes:
    picture = scenes.photo(3)
    picture.thumbnail(THUMB)
    return scenes.coded(picture, 80)


def main() -> None:
    places, strangers = (int(text) for text in sys.argv[1:3] or ("600", "2000"))
    figures = measure(places, strangers)
    for name, (first, other, of) in figures.found.items():
        print(f"| {name} | {first} / {of}, {first / of:.1%} | {other} / {of}, {other / of:.1%} |")
    for name, (hits, of) in figures.again.items():
        print(f"| {name} | {hits} / {of} | {hits / of:.1%} |")
    alarms, pairs = figures.strangers
    print(f"| different places, pairs | {alarms} / {pairs:,} | {alarms / pairs:.2e} |")
    print(f"| blank photos that got bits | {figures.blanks[0]} / {figures.blanks[1]} | |")


if __name__ == "__main__":
    main()
