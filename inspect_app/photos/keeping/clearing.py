"""Clearing what the storage need not keep: photos that nothing names, uploads that ran out, bytes without a row.

Rows go first and bytes after the commit, so that no row is ever without its bytes; bytes that a crash left behind
go on a later run. Every transaction holds one bounded batch, and files are removed outside it. `check` is called
between batches and may raise to stop.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path

from sqlalchemy.orm import Session

from inspect_app.core.database import session, transaction
from inspect_app.core.storage import storage
from inspect_app.photos import naming, queries, retention, service
from inspect_app.photos.keeping import shelves
from inspect_app.photos.resumable import parts

UNNAMED_KEPT = retention.kept("unnamed_photos")
"""A tablet may send photos long before the submission that names them."""

STRAY_KEPT = timedelta(days=1)
"""Younger bytes without a row may belong to a photo that is just being received."""

BATCH = 100
HASH = re.compile(r"[0-9a-f]{64}")
Check = Callable[[], None]


def clear_photos(now: datetime, check: Check) -> int:
    """Remove photos that nothing has named and nobody has sent for `UNNAMED_KEPT`; returns how many."""
    before, after, cleared = now - UNNAMED_KEPT, "", 0
    while found := naming.next_unnamed(session(), before, after, BATCH):
        for shelf, shas in groupby(found, shelves.of):
            check()
            cleared += _clear(shelf, list(shas), now)
        after = found[-1]
    return cleared


def clear_uploads(now: datetime, check: Check) -> int:
    """Remove resumable uploads whose time has run out, and parts that belong to none; returns how many uploads."""
    on_disk = parts.listed()  # before the rows: a part is younger than its row
    cleared, last = 0, BATCH
    while last == BATCH:
        check()
        with transaction() as current:
            last = service.expire(current, now, BATCH)
        cleared += last
    alive = {str(upload_id) for upload_id in queries.upload_ids(_fresh())}
    for name in on_disk.keys() - alive:
        on_disk[name].remove()
    return cleared


def clear_strays(now: datetime, check: Check) -> int:
    """Remove bytes older than `STRAY_KEPT` that no row speaks of, left by a crash; returns how many files."""
    before, cleared = now - STRAY_KEPT, 0
    for shelf in shelves.ALL:
        check()
        names = {path.name for path in _on_shelf(shelf) if is_older(path, before)}
        for batch in _batches(sorted(names)):
            cleared += _clear_unknown(shelf, batch, before)
    abandoned = [path for path in _listed(storage().root / "incoming") if is_older(path, before)]
    return cleared + _remove(abandoned)


def _clear(shelf: str, shas: Sequence[str], now: datetime) -> int:
    with shelves.clearing(shelf):
        with transaction() as current:
            gone = service.forget_unnamed(current, shas, now - UNNAMED_KEPT, now)
        _remove(queries.paths(sha256, size) for sha256 in gone for size in queries.SIZES)
    return len(gone)


def _clear_unknown(shelf: str, names: Sequence[str], before: datetime) -> int:
    if len(queries.of(_fresh(), names)) == len(names):
        return 0
    with shelves.clearing(shelf):
        unknown = set(names) - queries.of(_fresh(), names).keys()
        paths = [queries.paths(sha256, size) for sha256 in unknown for size in queries.SIZES]
        return _remove(path for path in paths if is_older(path, before))


def _fresh() -> Session:
    """The session, about to see what has been committed by now."""
    current = session()
    current.rollback()
    return current


def _on_shelf(shelf: str) -> Iterator[Path]:
    for size in queries.SIZES:
        folder = queries.paths(shelf, size).parent
        yield from (path for path in _listed(folder) if HASH.fullmatch(path.name))


def _listed(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.is_dir() else []


def is_older(path: Path, before: datetime) -> bool:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC) < before
    except FileNotFoundError:
        return False


def _batches(names: Sequence[str]) -> Iterator[Sequence[str]]:
    return (names[start : start + BATCH] for start in range(0, len(names), BATCH))


def _remove(paths: Iterable[Path]) -> int:
    """Remove files that are there; returns how many."""
    removed = 0
    for path in paths:
        if path.is_file():
            path.unlink(missing_ok=True)
            removed += 1
    return removed
