"""Putting right bytes in the place of wrong ones: from S3, from here, or a copy made anew from its original."""

from inspect_app.core.database import transaction
from inspect_app.core.storage import storage
from inspect_app.core.storage.remote import Away, NotThere, Remote
from inspect_app.photos import queries
from inspect_app.photos.keeping import digests, findings, objects, offloading, reading, shelves
from inspect_app.photos.keeping.objects import GOOD, Kept
from inspect_app.photos.models import Photo
from inspect_app.photos.pictures import errors, examining


def heal_here(photo: Photo, kept: Kept) -> str | None:
    """Heal a file; returns where the right bytes came from, None when nobody has them."""
    kept = objects.of(
        photo, kept.size
    )  # the other copy may have been made anew just now, and this one with it
    if objects.state(kept) == GOOD:
        return findings.ORIGINAL
    if kept.digest is not None and _from_s3(kept):
        return findings.S3
    if kept.size != queries.ORIGINAL and _made_anew(photo):
        return findings.ORIGINAL
    return None


def heal_there(remote: Remote, kept: Kept) -> bool:
    """Put an object into S3 again, if it is right here; Away."""
    try:
        offloading.put_one(remote, kept)
    except offloading.NotSound:
        return False
    return True


def _from_s3(kept: Kept) -> bool:
    if (remote := storage().remote) is None:
        return False
    try:
        reading.fetch(kept, remote)
    except (Away, NotThere):
        return False
    return True


def _made_anew(photo: Photo) -> bool:
    """Make both copies from the original, as when it came; their bytes may be others than they were."""
    original = objects.of(photo, queries.ORIGINAL)
    if objects.state(original) != GOOD:
        return False
    with shelves.bringing(photo.sha256):
        if not reading.is_lasting(photo.sha256):
            return False
        try:
            picture = examining.examine(original.path)
        except (errors.PictureError, MemoryError):
            return False
        copies = {queries.WEB: picture.web, queries.THUMB: picture.thumb}
        for size, data in copies.items():
            storage().put(f"photos/{size}", photo.sha256, data)
        found = digests.of_copies(copies)
        with transaction() as current:
            if row := queries.get(current, photo.sha256):
                digests.note(current, row, found)
        for name, digest in found.items():
            setattr(photo, name, digest)
    return True
