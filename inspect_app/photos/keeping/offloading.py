"""From the spool to S3, and what follows: removal there of what is known no more, and room made in the spool.

Photos are received into the spool and answered; this comes later, by the worker, and an outage of S3 only makes
them wait. A photo counts as there when all its sizes were put, read back and compared; only then may its files go.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path

import structlog
from sqlalchemy.orm import Session

from inspect_app.core.database import session, transaction
from inspect_app.core.jobs import Outcome
from inspect_app.core.settings import current_settings
from inspect_app.core.storage import storage
from inspect_app.core.storage.remote import Away, NotThere, Remote
from inspect_app.photos import queries
from inspect_app.photos.keeping import digests, findings, ledger, objects, shelves
from inspect_app.photos.keeping.clearing import HASH, Check
from inspect_app.photos.keeping.objects import AWAY, Kept
from inspect_app.photos.models import Photo

log = structlog.get_logger()
BATCH = 50
JUST_USED = timedelta(minutes=30)
"""A file used so lately may be in somebody's hands and stays."""


class NotSound(Exception):  # noqa: N818 - says what was found
    """A photo's files here are not all there and right: the nightly reading tells."""


def offload(now: datetime, check: Check) -> Outcome:
    """Put what waits into S3, remove what is known no more, make room; returns how many of each. Again: no harm."""
    remote = storage().remote
    if remote is None:
        return {}
    try:
        remote.look()  # asked whether or not anything waits, so that an outage tells of no visit
        done = {"removed": _remove_gone(remote, check), "photos": _put_waiting(remote, now, check)}
    except Away as error:
        log.warning("storage_away", kind=str(error))
        _note_outage(now)
        return {"away": 1}
    _note_return(now)
    return done | {"made_room": make_room(current_settings().spool_keep_bytes, now, check)}


def put(remote: Remote, photo: Photo) -> None:
    """Put every size of a photo and read it back; NotSound, Away."""
    for kept in objects.every(photo):
        put_one(remote, kept)


def put_one(remote: Remote, kept: Kept) -> None:
    try:
        data = kept.path.read_bytes()
    except OSError:
        raise NotSound(kept.name) from None
    if kept.digest is None or not kept.holds(data):
        raise NotSound(kept.name)
    remote.put(kept.name, data)
    try:
        right = kept.holds(remote.read(kept.name))
    except NotThere:
        right = False
    if not right:
        raise Away("ReadBackDiffers")


def _put_waiting(remote: Remote, now: datetime, check: Check) -> int:
    after, done = "", 0
    while found := _waiting(after):
        for photo in found:
            check()
            done += _put_and_mark(remote, photo, now)
        after = found[-1].sha256
    return done


def _waiting(after: str) -> Sequence[Photo]:
    """The next photos that wait, detached: no database connection is held while S3 is spoken to."""
    current = session()
    current.rollback()
    found = ledger.waiting(current, after, BATCH)
    current.expunge_all()
    current.close()
    return found


def _put_and_mark(remote: Remote, photo: Photo, now: datetime) -> bool:
    try:
        put(remote, digests.noted(photo))
    except NotSound:
        return False
    with transaction() as current:
        ledger.mark(current, photo.sha256, now)
        for name in findings.names_open(current, findings.S3, photo.sha256):
            findings.heal(current, findings.S3, name, findings.LOCAL, now)
    return True


# -- removal -----------------------------------------------------------------------------------------------


def _remove_gone(remote: Remote, check: Check) -> int:
    """Remove from S3 what no row speaks of any more. Distrusted first: a photo that comes again is put again."""
    removed = 0
    while gone := ledger.gone(_fresh(), BATCH):
        check()
        for sha256 in gone:
            for size in queries.SIZES:
                remote.remove(Kept(sha256, size, None).name)
        with transaction() as current:
            ledger.unmark(current, gone)
        removed += len(gone)
    return removed


def _fresh() -> Session:
    current = session()
    current.rollback()
    return current


# -- outage ------------------------------------------------------------------------------------------------


def _note_outage(now: datetime) -> None:
    with transaction() as current:
        findings.note(current, findings.S3, findings.THE_PLACE, AWAY, now)


def _note_return(now: datetime) -> None:
    with transaction() as current:
        findings.heal(current, findings.S3, findings.THE_PLACE, findings.OUTSIDE, now)


# -- room --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _File:
    path: Path
    used: float
    bytes: int


def make_room(keep_bytes: int, now: datetime, check: Check) -> int:
    """Remove files of photos that lie in S3, those not used longest first, until `keep_bytes` are left; how many."""
    files = sorted(_files(), key=lambda each: each.used)
    excess = sum(each.bytes for each in files) - keep_bytes
    before, chosen = (now - JUST_USED).timestamp(), list[_File]()
    for each in files:
        if excess <= 0 or each.used > before:
            break
        chosen.append(each)
        excess -= each.bytes
    by_shelf = sorted(chosen, key=lambda each: each.path.name)
    removed = 0
    for shelf, those in groupby(by_shelf, lambda each: shelves.of(each.path.name)):
        check()
        removed += _remove(shelf, list(those))
    return removed


def _files() -> Iterator[_File]:
    for size in queries.SIZES:
        for shelf in shelves.ALL:
            folder = queries.paths(shelf, size).parent
            if folder.is_dir():
                yield from _in_folder(folder)


def _in_folder(folder: Path) -> Iterator[_File]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if HASH.fullmatch(entry.name):
                seen = entry.stat()
                yield _File(Path(entry.path), max(seen.st_atime, seen.st_mtime), seen.st_size)


def _remove(shelf: str, files: Sequence[_File]) -> int:
    """Under the shelf's lock: who just found a photo's bytes here has committed its row."""
    with shelves.clearing(shelf):
        safe = ledger.offloaded(_fresh(), list({each.path.name for each in files}))
        going = [each for each in files if each.path.name in safe]
        for each in going:
            each.path.unlink(missing_ok=True)
    return len(going)
