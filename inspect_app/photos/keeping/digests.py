"""What the copies of a photo hash to: noted when they are made, or later from the files."""

import hashlib
from collections.abc import Mapping
from io import BytesIO

from PIL import Image
from sqlalchemy import update
from sqlalchemy.orm import Session

from inspect_app.core import leases
from inspect_app.core.database import transaction
from inspect_app.photos import queries
from inspect_app.photos.keeping import ledger, objects
from inspect_app.photos.keeping.objects import DIGESTS, Kept
from inspect_app.photos.models import Photo

COPIES = (queries.WEB, queries.THUMB)


def of_copies(data: Mapping[str, bytes]) -> dict[str, str]:
    """The columns of a photo's row for the bytes of its copies, given by size."""
    return {DIGESTS[size]: hashlib.sha256(data[size]).hexdigest() for size in COPIES}


def note(session: Session, photo: Photo, columns: Mapping[str, str]) -> None:
    """Write down copies made anew; S3 is no longer trusted to hold the same."""
    if any(getattr(photo, name) != digest for name, digest in columns.items()):
        for name, digest in columns.items():
            setattr(photo, name, digest)
        ledger.unmark(session, [photo.sha256])


def noted(photo: Photo) -> Photo:
    """A detached photo with its copies' digests, taken from their files now where nobody had noted them.

    They stay None where a file is missing or no picture.
    """
    wanted = [kept for kept in objects.every(photo) if kept.digest is None]
    found = {DIGESTS[kept.size]: digest for kept in wanted if (digest := _digest(kept))}
    if found:
        with transaction() as session:
            leases.changed(session, update(Photo).where(Photo.sha256 == photo.sha256).values(found))
        for name, digest in found.items():
            setattr(photo, name, digest)
    return photo


def _digest(kept: Kept) -> str | None:
    """The hash of a copy that nobody vouches for, if it is at least a whole picture; MemoryError."""
    try:
        data = kept.path.read_bytes()
        with Image.open(BytesIO(data)) as picture:
            picture.load()
    except MemoryError:  # our fault, not the picture's
        raise
    except Exception:  # whatever a decoder raises on damaged bytes means the same
        return None
    return hashlib.sha256(data).hexdigest()
