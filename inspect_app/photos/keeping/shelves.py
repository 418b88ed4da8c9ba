"""Shelves: the photos whose hashes begin alike, and a lock on each between who brings bytes and who clears them.

A photo's row promises its bytes. So between finding or writing the bytes and committing the row nobody may clear
that shelf, and the other way round. The lock is the file system's, as the bytes are: a dead process leaves none.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from inspect_app.core.storage import storage

FOLDER = "locks"
LENGTH = 2
"""How many characters of a hash name its shelf; the storage's folders are cut likewise."""

ALL = tuple(f"{number:02x}" for number in range(16**LENGTH))


def of(sha256: str) -> str:
    """The shelf a photo belongs on."""
    return sha256[:LENGTH]


@contextmanager
def bringing(sha256: str) -> Iterator[None]:
    """Keep a photo's shelf from being cleared, from looking for its bytes until its row is committed."""
    with _locked(of(sha256), fcntl.LOCK_SH):
        yield


@contextmanager
def clearing(shelf: str) -> Iterator[None]:
    """Keep everybody from bringing photos to a shelf while some are cleared; be quick."""
    with _locked(shelf, fcntl.LOCK_EX):
        yield


@contextmanager
def _locked(shelf: str, how: int) -> Iterator[None]:
    folder = storage().root / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / shelf).open("ab") as file:
        fcntl.flock(file, how)
        yield
