"""The nightly reading of every stored byte: what flipped, is empty, missing or stray is found, healed or told.

On this machine everything is read each night; of S3 a portion, so that all of it is read within `S3_READ_WITHIN`.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from sqlalchemy import select

from inspect_app.core.database import session, transaction
from inspect_app.core.jobs import Outcome
from inspect_app.core.storage import storage
from inspect_app.core.storage.remote import Away, NotThere, Remote
from inspect_app.photos import queries
from inspect_app.photos.keeping import digests, findings, healing, ledger, objects, offloading, shelves
from inspect_app.photos.keeping.clearing import STRAY_KEPT, Check, is_older
from inspect_app.photos.keeping.findings import LOCAL, S3
from inspect_app.photos.keeping.objects import DAMAGED, EMPTY, GOOD, MISSING, Kept
from inspect_app.photos.models import Photo

log = structlog.get_logger()
PAGE = 200
S3_READ_WITHIN = timedelta(days=30)
MAX_NAME = 200
S3_LEAST = 100
"""So many photos of S3 are read each night at least."""


def scrub(now: datetime, check: Check) -> Outcome:
    """Read, heal, and write down what was found; returns counts. Begins anew after a crash."""
    done = {"photos": 0, "wrong": 0, "healed": 0}
    for found in _pages():
        for photo in found:
            check()
            _read_photo(photo, now, done)
    done["strays"] = _note_strays(now, check)
    done |= _read_s3(now, check)
    with transaction() as current:
        findings.forget(current, now)
    return done


def _pages() -> Iterator[Sequence[Photo]]:
    after = ""
    while found := _page(after):
        yield found
        after = found[-1].sha256


def _page(after: str) -> list[Photo]:
    """Photos, detached: no connection is held while files are read."""
    current = session()
    current.rollback()
    query = select(Photo).where(Photo.sha256 > after, queries.is_lasting()).order_by(Photo.sha256).limit(PAGE)
    found = list(current.scalars(query))
    current.expunge_all()
    current.close()
    return found


# -- here --------------------------------------------------------------------------------------------------


def _read_photo(photo: Photo, now: datetime, done: dict[str, int]) -> None:
    done["photos"] += 1
    wrong = [
        (kept, found)
        for kept in objects.every(digests.noted(photo))
        if (found := objects.state(kept)) != GOOD
    ]
    wrong = [(kept, found) for kept, found in wrong if not (found == MISSING and _is_in_s3(photo))]
    open_before = _open_names(photo)
    for kept, found in wrong:
        done["wrong"] += 1
        done["healed"] += _heal_or_tell(photo, kept, found, now)
    _settle(LOCAL, open_before - {kept.name for kept, _ in wrong}, now)


def _heal_or_tell(photo: Photo, kept: Kept, found: str, now: datetime) -> bool:
    source = healing.heal_here(photo, kept)
    with transaction() as current:
        if queries.get(current, photo.sha256) is None or queries.erasure(current, photo.sha256):  # meanwhile
            return True
        findings.note(current, LOCAL, kept.name, found, now, kept.sha256)
        if source:
            findings.heal(current, LOCAL, kept.name, source, now)
    return source is not None


def _is_in_s3(photo: Photo) -> bool:
    current = session()
    found = bool(ledger.offloaded(current, [photo.sha256]))
    current.rollback()
    return found and storage().remote is not None


def _open_names(photo: Photo) -> set[str]:
    current = session()
    found = findings.names_open(current, LOCAL, photo.sha256)
    current.rollback()
    return found


def _settle(place: str, names: set[str], now: datetime) -> None:
    """Findings about what is right again, by whatever hand."""
    if names:
        with transaction() as current:
            for name in names:
                findings.heal(current, place, name, findings.OUTSIDE, now)


# -- strays ------------------------------------------------------------------------------------------------


def _note_strays(now: datetime, check: Check) -> int:
    """Files older than a day that no photo is called like."""
    number, seen = 0, set[str]()
    for shelf in shelves.ALL:
        check()
        paths = [path for path in _on_shelf(shelf) if is_older(path, now - STRAY_KEPT)]
        known = queries.of(session(), [path.name for path in paths]) if paths else {}
        session().rollback()
        strays = [path for path in paths if path.name not in known]
        seen |= {_name(path) for path in strays}
        number += len(strays)
    with transaction() as current:
        findings.note_strays(current, LOCAL, seen, lambda _name: True, now)
    return number


def _on_shelf(shelf: str) -> Iterator[Path]:
    for size in queries.SIZES:
        folder = queries.paths(shelf, size).parent
        if folder.is_dir():
            yield from (path for path in folder.iterdir() if path.is_file())


def _name(path: Path) -> str:
    return path.relative_to(storage().root).as_posix()[:MAX_NAME]


# -- in S3 -------------------------------------------------------------------------------------------------


def _read_s3(now: datetime, check: Check) -> dict[str, int]:
    remote = storage().remote
    if remote is None:
        return {}
    done = {"s3_photos": 0, "s3_wrong": 0}
    try:
        for photo in _portion(now):
            check()
            try:
                done["s3_wrong"] += _read_there(remote, photo, now)
                done["s3_photos"] += 1
            except Away as error:
                offloading.note_refused(remote, photo.sha256, error, now)
        _note_strays_there(remote, now, check)
    except Away as error:
        log.warning("storage_away", kind=str(error))
    return done


def _portion(now: datetime) -> list[Photo]:
    """What is to be read tonight: an even share, those left longest first."""
    current = session()
    current.rollback()
    share = max(S3_LEAST, -(-ledger.count(current) // S3_READ_WITHIN.days) + 1)
    found = ledger.longest_unread(current, now, share)
    current.expunge_all()
    current.close()
    return found


def _read_there(remote: Remote, photo: Photo, now: datetime) -> int:
    """Read a photo's objects in S3; one that is wrong is put again from here, or told."""
    wrong = [(kept, found) for kept in objects.every(photo) if (found := _state_there(remote, kept)) != GOOD]
    healed = {kept.name: healing.heal_there(remote, kept) for kept, _ in wrong}
    with transaction() as current:
        for name in findings.names_open(current, S3, photo.sha256) - healed.keys():
            findings.heal(current, S3, name, findings.OUTSIDE, now)
        for kept, found in wrong:
            findings.note(current, S3, kept.name, found, now, kept.sha256)
            if healed[kept.name]:
                findings.heal(current, S3, kept.name, LOCAL, now)
        if all(healed.values()):
            ledger.checked(current, [photo.sha256], now)
        else:
            ledger.unmark(current, [photo.sha256])
    return len(wrong)


def _state_there(remote: Remote, kept: Kept) -> str:
    try:
        data = remote.read(kept.name)
    except NotThere:
        return MISSING
    if not data:
        return EMPTY
    return GOOD if kept.holds(data) else DAMAGED


def _note_strays_there(remote: Remote, now: datetime, check: Check) -> None:
    """Objects in S3 that no lasting photo is called like, looked for on tonight's share of the shelves.

    Those of erased photos are known to be ours, and removed by the next offloading.
    """
    share = now.date().toordinal() % S3_READ_WITHIN.days
    tonight = {shelf for shelf in shelves.ALL if int(shelf, 16) % S3_READ_WITHIN.days == share}
    seen, gone = set[str](), set[str]()
    for shelf in sorted(tonight):
        check()
        names = [name for size in queries.SIZES for name in remote.names(f"photos/{size}/{shelf}/")]
        known, erased = _known({name.rpartition("/")[2] for name in names})
        gone |= erased
        seen |= {name[:MAX_NAME] for name in names if name.rpartition("/")[2] not in known - erased}
    with transaction() as current:
        for sha256 in sorted(gone):
            ledger.order_removal(current, sha256, now)
        findings.note_strays(current, S3, seen, lambda name: name.split("/")[2] in tonight, now)


def _known(shas: set[str]) -> tuple[set[str], set[str]]:
    """Those that are photos' hashes, and those of erased photos."""
    current = session()
    found = set(queries.of(current, shas)), set(queries.erased(current, shas))
    current.rollback()
    return found
