"""How a picture looks, in bits that survive what people do to a file. Pure: bytes to bits.

A picture is divided into 11 rows of 12 fields, and each bit says whether one field is brighter than its neighbour
(a difference hash): 241 bits. Neighbours tell of their own corner only, so that a date, a slate, a frame or a logo
changes few of them; a hash of frequencies changes as a whole. Five views of the picture are taken, four of them cut:
what was framed, enlarged by a bar, or cut a little is then like one of the other's views.

A picture with too little in it has no bits: all such would be alike.
"""

import io
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

METHOD = 1
"""Raised when the same picture would get other bits; the job then makes all anew."""

ROWS, COLUMNS = 11, 12
BITS = ROWS * (COLUMNS - 1) + (ROWS - 1) * COLUMNS
WORDS = 4
"""How many 64-bit words hold the bits of one view; those left over are 0."""

SIDE = 96
"""The picture is first brought to so many pixels a side."""

INNER, FRAME, BAR = 0.025, 0.0192, 0.08 / 1.08
VIEWS = (
    (0.0, 0.0, 1.0, 1.0),
    (INNER, INNER, 1 - INNER, 1 - INNER),
    (FRAME, FRAME, 1 - FRAME, 1 - FRAME),
    (0.0, 0.0, 1.0, 1 - BAR),
    (0.0, BAR, 1.0, 1.0),
)
"""Left, top, right, bottom of each view in shares of the picture."""

KEPT = 2
"""The first so many views are compared with all of another picture; the rest only with its first so many."""

STEP, CLEAR = 1.0, 0.4
"""So large a share of neighbours must differ by more than a step of grey, or the picture shows too little."""

Views = NDArray[np.uint64]
"""An array (5, 4): the words of each view."""

_SPREAD = np.random.default_rng(241).permutation(BITS)
"""The order of bits in the words, so that every word has fields of the whole picture."""


def look(picture: bytes) -> Views | None:
    """The views of a JPEG copy as it lies in the storage; None where it shows too little. OSError for no picture."""
    with Image.open(io.BytesIO(picture), formats=("JPEG",)) as image:
        image.draft("L", (SIDE, SIDE))
        grey = image.convert("L").resize((SIDE, SIDE), Image.Resampling.BILINEAR)
    return views(np.asarray(grey, dtype=np.float32))


def views(grey: NDArray[np.float32]) -> Views | None:
    """The views of a picture of `SIDE` by `SIDE` greys from 0 to 255."""
    steps = np.stack([_steps(np.asarray(down @ grey @ across)) for down, across in _WEIGHTS])
    if (np.abs(steps[0]) > STEP).mean() < CLEAR:
        return None
    padded = np.zeros((len(VIEWS), WORDS * 64), dtype=np.uint8)
    padded[:, :BITS] = steps[:, _SPREAD] > 0
    return np.packbits(padded, axis=1).view(">u8").astype(np.uint64)


def written(views: Views) -> str:
    """The views as the database keeps them: 64 hex digits each."""
    return views.astype(">u8").tobytes().hex()


def read(text: str) -> Views:
    """What `written` wrote."""
    return np.frombuffer(bytes.fromhex(text), dtype=">u8").astype(np.uint64).reshape(-1, WORDS)


def distance(one: Views, other: Views) -> int:
    """In how many bits the nearest two views differ, one of each picture; at least one is among its first `KEPT`."""
    return int(min(_between(one, other[:KEPT]).min(), _between(other, one[:KEPT]).min()))


def _between(one: Views, other: Views) -> NDArray[np.uint64]:
    return np.asarray(np.bitwise_count(one[:, None] ^ other[None]).sum(axis=2, dtype=np.uint64))


def _steps(fields: NDArray[np.floating]) -> NDArray[np.floating]:
    """By how much each field is brighter than its left, then than its upper neighbour."""
    return np.concatenate([np.diff(fields, axis=1).ravel(), np.diff(fields, axis=0).ravel()])


def _weights(number: int, low: float, high: float) -> NDArray[np.float32]:
    """A matrix (number, SIDE) of means over equal parts of a side from `low` to `high`."""
    edges = np.linspace(low * SIDE, high * SIDE, number + 1)
    pixels = np.arange(SIDE)
    covered = np.minimum(edges[1:, None], pixels + 1) - np.maximum(edges[:-1, None], pixels)
    return np.asarray(covered.clip(0) * number / ((high - low) * SIDE), dtype=np.float32)


def _all_weights() -> Sequence[tuple[NDArray[np.float32], NDArray[np.float32]]]:
    return [
        (_weights(ROWS, top, bottom), _weights(COLUMNS, left, right).T) for left, top, right, bottom in VIEWS
    ]


_WEIGHTS = _all_weights()
