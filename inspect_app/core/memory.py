"""Giving memory back to the system: what glibc keeps of freed blocks, for each thread its own."""

import ctypes

_trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
"""None where the C library is another and keeps nothing of the sort."""


def give_back() -> None:
    """Return freed memory of every thread to the system; takes milliseconds, so only after hundreds of megabytes."""
    if _trim is not None:
        _trim(0)
