"""A photo's bytes for who wants them: from the spool, else from S3, and never any that do not hash right.

Every reading hashes the whole file, 3 MB in about 2 ms: whatever remembers that a file was right could hide a bit
that flipped since, for a disk changes neither time nor size when it does.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from inspect_app.core import clock
from inspect_app.core.database import db, is_writing, session, transaction
from inspect_app.core.problems import Problem
from inspect_app.core.storage import make_folder, storage
from inspect_app.core.storage.remote import Away, NotThere, Remote
from inspect_app.photos import queries
from inspect_app.photos.keeping import findings, objects, shelves
from inspect_app.photos.keeping.objects import GOOD, MISSING, Kept
from inspect_app.photos.models import Photo
from inspect_app.photos.problems import BytesAway, BytesDamaged, BytesMissing

log = structlog.get_logger()
LOOK_S = 0.05
USED_EVERY_S = 300
"""A file's last use is noted at most so often."""

NOTING_PATIENCE_S = 0.25
"""How long a reader of what is damaged waits for the database, to write it down."""

TELL = "請把請求編號告訴系統管理者"


def path(photo: Photo, size: str) -> Path:
    """Where one size of a photo lies on this machine, its bytes read and right.

    BytesMissing, BytesDamaged (then it is written down), BytesAway when S3 alone has it and does not answer.
    """
    kept = objects.of(photo, size)
    found = objects.state(kept)
    if found != GOOD:
        _get_again(kept, found)
    _note_use(kept.path)
    return kept.path


def path_of(current: Session, sha256: str, size: str) -> Path:
    """The same by hash; BytesMissing also for a photo that nobody knows."""
    photo = queries.get(current, sha256)
    if photo is None:
        raise BytesMissing(f"沒有這張照片的紀錄；{TELL}。")
    return path(photo, size)


def fetch(kept: Kept, remote: Remote) -> None:
    """Bring an object from S3 into the spool, once however many ask; Away, NotThere.

    NotThere also when it is damaged there, and when the photo was erased or cleared meanwhile.
    """
    with _alone(kept, remote.patience_s):
        if objects.state(kept) != GOOD:
            data = remote.read(kept.name)
            if not kept.holds(data):
                raise NotThere
            with shelves.bringing(kept.sha256):
                if not is_lasting(kept.sha256):
                    raise NotThere
                storage().put(kept.kind, kept.sha256, data)


def is_lasting(sha256: str) -> bool:
    """Whether a photo is to be kept as of now, whatever the session has read before; ask with its shelf held."""
    query = select(Photo.sha256).where(Photo.sha256 == sha256, queries.is_lasting())
    with Session(db.engine) as current:
        return current.scalar(query) is not None


def _get_again(kept: Kept, found: str) -> None:
    """Replace what is missing or wrong from S3, or say why not."""
    try:
        if (quick := storage().quick) is None:
            raise NotThere
        fetch(kept, quick)
    except NotThere:
        _tell(kept, found)
        raise _problem(found) from None
    except Away as error:
        log.warning("photo_bytes_away", size=kept.size, kind=str(error))
        detail = "照片存放在遠端，目前連不上；照片沒有遺失，請一分鐘後再試。"
        raise BytesAway(detail, headers={"Retry-After": "60"}) from None
    if found != MISSING:
        _write_down(kept, found, healed=True)


def _problem(found: str) -> Problem:
    if found == MISSING:
        return BytesMissing(f"照片的紀錄完整，但檔案不在儲存區。{TELL}，由備份還原。")
    return BytesDamaged(f"照片的檔案已損壞，內容與雜湊值不符，因此不顯示。{TELL}，由備份還原。")


def _tell(kept: Kept, found: str) -> None:
    log.error(
        "photo_bytes_missing" if found == MISSING else "photo_bytes_damaged",
        sha256=kept.sha256,
        size=kept.size,
    )
    _write_down(kept, found, healed=False)


def _write_down(kept: Kept, found: str, *, healed: bool) -> None:
    """A finding, when the database can take it now; the nightly reading finds it again."""
    if is_writing(session()):
        return
    with suppress(Problem), transaction(NOTING_PATIENCE_S) as current:
        if queries.erasure(current, kept.sha256) is not None:
            return
        findings.note(current, findings.LOCAL, kept.name, found, clock.now(), kept.sha256)
        if healed:
            findings.heal(current, findings.LOCAL, kept.name, findings.S3, clock.now())


@contextmanager
def _alone(kept: Kept, patience_s: float) -> Iterator[None]:
    """Let one fetch from a shelf go on at a time; Away for who has waited as long as a fetch may take."""
    folder = storage().root / shelves.FOLDER
    make_folder(folder)
    until = time.perf_counter() + patience_s
    with (folder / f"fetching-{shelves.of(kept.sha256)}").open("ab") as file:
        while not _locked(file.fileno()):
            if time.perf_counter() > until:
                raise Away("WaitedForAnother")
            time.sleep(LOOK_S)
        yield


def _locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _note_use(path: Path) -> None:
    """What was used last leaves the spool last; the time of writing stays as it is."""
    if storage().quick is None:
        return
    with suppress(OSError):
        seen, present = path.stat(), clock.now().timestamp()
        if present - seen.st_atime > USED_EVERY_S:
            os.utime(path, (present, seen.st_mtime))
