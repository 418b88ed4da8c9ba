"""From the spool to S3, and what follows: removal there of what is known no more, and room made in the spool.

Photos are received into the spool and answered; this comes later, by the worker, and an outage of S3 only makes
them wait. A photo counts as there when all its sizes were put, read back and compared; only then may its files go.
"""

import heapq
import os
from collections import Counter
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
from inspect_app.photos.keeping.objects import AWAY, REFUSED, Kept
from inspect_app.photos.models import Photo

log = structlog.get_logger()
BATCH = 50
JUST_USED = timedelta(minutes=30)
"""A file used so lately may be in somebody's hands and stays."""

MOST_REFUSED = 100
"""After so many photos that S3 does not take or let go, though it answers, the rest waits for the next run."""

MOST_REMOVED = 20_000
"""So many files leave the spool in one run at most: they are held in memory."""

PUT = "put"


class NotSound(Exception):  # noqa: N818 - says what was found
    """A photo's files here are not all there and right: the nightly reading tells."""


def offload(now: datetime, check: Check) -> Outcome:
    """Put what waits into S3, remove what is known no more, make room; returns how many of each. Again: no harm."""
    remote = storage().remote
    if remote is None:
        return {}
    try:
        remote.look()  # asked whether or not anything waits, so that an outage tells of no visit
        done = {"removed": _remove_gone(remote, now, check), "photos": _put_waiting(remote, now, check)}
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
    after, done = "", Counter[str]()
    while done[REFUSED] < MOST_REFUSED and (found := _waiting(after)):
        for photo in found:
            check()
            done[_put_and_mark(remote, photo, now)] += 1
        after = found[-1].sha256
    return done[PUT]


def _waiting(after: str) -> Sequence[Photo]:
    """The next photos that wait, detached: no database connection is held while S3 is spoken to."""
    current = session()
    current.rollback()
    found = ledger.waiting(current, after, BATCH)
    current.expunge_all()
    current.close()
    return found


def _put_and_mark(remote: Remote, photo: Photo, now: datetime) -> str:
    """Returns PUT, REFUSED, or nothing for a photo that is not sound here."""
    try:
        put(remote, digests.noted(photo))
    except NotSound:
        return ""
    except Away as error:
        note_refused(remote, photo.sha256, error, now)
        return REFUSED
    with transaction() as current:
        ledger.mark(current, photo.sha256, now)
        for name in findings.names_open(current, findings.S3, photo.sha256):
            findings.heal(current, findings.S3, name, findings.LOCAL, now)
    return PUT


def note_refused(remote: Remote, sha256: str, error: Away, now: datetime) -> None:
    """Write down that S3 fails at this photo, for others shall not wait for it; Away when it answers to nothing."""
    remote.look()
    log.warning("storage_refused", sha256=sha256, kind=str(error))
    with transaction() as current:
        findings.note(current, findings.S3, objects.names(sha256)[0], REFUSED, now, sha256)


# -- removal -----------------------------------------------------------------------------------------------


def _remove_gone(remote: Remote, now: datetime, check: Check) -> int:
    """Remove from S3 what no row speaks of any more. The order stands until all of it is gone.

    A photo that comes again meanwhile has no order, and waits to be put again (`service.record`).
    """
    after, removed, refused = "", 0, 0
    while refused < MOST_REFUSED and (gone := ledger.gone(_fresh(), after, BATCH)):
        check()
        _fresh().close()  # no database connection is held while S3 is spoken to
        done = [sha256 for sha256 in gone if _remove_there(remote, sha256, now)]
        with transaction() as current:
            ledger.forget(current, done)
        after, removed, refused = gone[-1], removed + len(done), refused + len(gone) - len(done)
    return removed


def _remove_there(remote: Remote, sha256: str, now: datetime) -> bool:
    try:
        for name in objects.names(sha256):
            remote.remove(name)
    except Away as error:
        note_refused(remote, sha256, error, now)
        return False
    return True


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


@dataclass(frozen=True, slots=True, order=True)
class _File:
    """A file of the spool; `used` is a time stamp."""

    used: float
    path: Path
    bytes: int


def make_room(keep_bytes: int, now: datetime, check: Check) -> int:
    """Remove files of photos that lie in S3, those not used longest first, until `keep_bytes` are left; how many."""
    excess = sum(each.bytes for each in _files()) - keep_bytes
    before, removed = (now - JUST_USED).timestamp(), 0
    by_shelf = sorted(_oldest(excess, before), key=lambda each: each.path.name)
    for shelf, those in groupby(by_shelf, lambda each: shelves.of(each.path.name)):
        check()
        removed += _remove(shelf, list(those), before)
    return removed


def _oldest(excess: int, before: float) -> list[_File]:
    """As few of the files not used since `before` as take up the excess, those not used longest."""
    chosen, total = list[tuple[float, _File]](), 0
    for each in _files() if excess > 0 else ():
        if each.used > before:
            continue
        heapq.heappush(chosen, (-each.used, each))  # the newest on top
        total += each.bytes
        while len(chosen) > MOST_REMOVED or total - chosen[0][1].bytes >= excess:
            total -= heapq.heappop(chosen)[1].bytes
    return [each for _, each in chosen]


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
                yield _File(_used(seen), Path(entry.path), seen.st_size)


def _used(seen: os.stat_result) -> float:
    return max(seen.st_atime, seen.st_mtime)


def _remove(shelf: str, files: Sequence[_File], before: float) -> int:
    """Under the shelf's lock: who just found a photo's bytes here has committed its row, or noted his use."""
    with shelves.clearing(shelf):
        safe = ledger.offloaded(_fresh(), list({each.path.name for each in files}))
        going = [each for each in files if each.path.name in safe and _is_unused(each.path, before)]
        for each in going:
            each.path.unlink(missing_ok=True)
    return len(going)


def _is_unused(path: Path, before: float) -> bool:
    """Asked again: it may have been used since it was chosen."""
    try:
        return _used(path.stat()) <= before
    except FileNotFoundError:
        return False
