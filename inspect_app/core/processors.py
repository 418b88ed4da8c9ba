"""Processors: a web process's threads share one, for only one of them runs Python at a time.

On several they hand Python's lock from one to another at every database call, and wait for each other's caches:
measured, a submission then costs half as much again. What runs without that lock may take any processor.
"""

import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress

KNOWN = hasattr(os, "sched_setaffinity")
"""Linux; elsewhere threads run where the system puts them."""
EVERY = os.sched_getaffinity(0) if KNOWN else frozenset[int]()


def stay(turn: int) -> None:
    """Keep this thread, and those it starts, on one of the processors we were given: the `turn`-th, round and round."""
    if KNOWN:
        _take({sorted(EVERY)[turn % len(EVERY)]})


@contextmanager
def every() -> Iterator[None]:
    """Let this thread run on any of them meanwhile: for decoding and the like, which hold no lock."""
    if not KNOWN:
        yield
        return
    own = os.sched_getaffinity(0)
    _take(EVERY)
    try:
        yield
    finally:
        _take(own)


def _take(wanted: Collection[int]) -> None:
    """Where the system forbids it, or has taken those processors away meanwhile, the thread stays where it may be."""
    with suppress(OSError):
        os.sched_setaffinity(0, wanted)
