"""A photo's stored objects: what each is called, what it must hash to, and whether a file is that."""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from inspect_app.core.storage import storage
from inspect_app.photos import queries
from inspect_app.photos.models import Photo

GOOD, DAMAGED, EMPTY, MISSING, STRAY, AWAY = "good", "damaged", "empty", "missing", "stray", "away"
REFUSED = "refused"
"""S3 answers, and fails at this photo."""

DIGESTS = {queries.ORIGINAL: "sha256", queries.WEB: "web_sha256", queries.THUMB: "thumb_sha256"}
"""The column that says what a size's bytes hash to; a copy's is empty until it is first read whole."""

ORDER = (queries.ORIGINAL, queries.WEB, queries.THUMB)
"""The original first: a copy can be made anew from it."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One size of a photo; `digest` is None where nobody has noted it yet."""

    sha256: str
    size: str
    digest: str | None

    @property
    def kind(self) -> str:
        return f"photos/{self.size}"

    @property
    def name(self) -> str:
        """What it is called in S3, in a backup and below the storage's folder."""
        return f"{self.kind}/{self.sha256[:2]}/{self.sha256}"

    @property
    def path(self) -> Path:
        return storage().path(self.kind, self.sha256)

    def holds(self, data: bytes) -> bool:
        """Whether the bytes are the object's; without a digest, whether there are any."""
        if self.digest is None:
            return bool(data)
        return hashlib.sha256(data).hexdigest() == self.digest


def names(sha256: str) -> list[str]:
    """What all sizes of a photo are called."""
    return [Kept(sha256, size, None).name for size in ORDER]


def is_whole(photo: Photo) -> bool:
    """Whether every size lies here and is right."""
    return all(state(kept) == GOOD for kept in every(photo))


def of(photo: Photo, size: str) -> Kept:
    return Kept(photo.sha256, size, getattr(photo, DIGESTS[size]))


def every(photo: Photo) -> Iterator[Kept]:
    return (of(photo, size) for size in ORDER)


def _quietly(path: str, flags: int) -> int:
    """Open without noting a use: the nightly reading must not make every file look just used."""
    try:
        return os.open(path, flags | os.O_NOATIME)
    except PermissionError:  # another user's file
        return os.open(path, flags)


def state(kept: Kept) -> str:
    """How the object's file is: GOOD, DAMAGED (unreadable ones too), EMPTY or MISSING; reads all of it."""
    try:
        with open(kept.path, "rb", opener=_quietly) as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            if file.tell() == 0:
                return EMPTY
    except FileNotFoundError:
        return MISSING
    except OSError:
        return DAMAGED
    return GOOD if kept.digest in {None, digest} else DAMAGED
