"""Making an archive: one moment of the database, then the bytes it names, read back before it gets its name."""

import fcntl
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import IO

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from inspect_app.backups import holdings, manifest, reading, snapshot, space, tables
from inspect_app.backups.container import Writer
from inspect_app.backups.errors import BackupError, Damaged, Refused
from inspect_app.backups.holdings import Copier, Holdings
from inspect_app.backups.manifest import Manifest, Table
from inspect_app.backups.progress import Advance, Progress
from inspect_app.backups.space import Probe, free_bytes
from inspect_app.core import clock, runs
from inspect_app.core.database import db
from inspect_app.core.health import WorkerBeat
from inspect_app.core.jobs import LeaseLost
from inspect_app.core.leases import Lease, LeaseTaken
from inspect_app.core.problems import Busy
from inspect_app.core.storage import sync_folder
from inspect_app.photos.keeping import stored

REMOVAL = "photos.expire"
"""The job that removes photos; it must not run between the snapshot and the copying of what it names."""

PATIENCE = timedelta(minutes=10)
SPARE = 1 << 20
PER_MEMBER = 600
"""Bytes that a member takes besides its data: headers, directory, manifest."""

PASSING = frozenset({Lease.__tablename__, WorkerBeat.__tablename__}) | stored.OF_THIS_PLACE
"""Tables that tell which processes live now and where bytes lie; their rows would be untrue in another place."""

PART = ".part"
Check = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Made:
    """A finished archive; complete when its manifest lists no faults."""

    path: Path
    bytes: int
    manifest: Manifest


@dataclass(frozen=True, slots=True)
class Moment:
    """What the snapshot says of itself."""

    revision: str
    database: str
    bytes: int
    tables: tuple[Table, ...]


def backup(app: Flask, target: Path, *, force: bool, progress: Progress, free: Probe = free_bytes) -> Made:
    """Write the whole city to `target`, in an application context; BackupError when it cannot be done.

    The file appears under its name whole and checked, or not at all. Stored objects that are missing or unsound
    are listed in the manifest's `faults`.
    """
    _check_target(target, force=force)
    try:
        with _keeping_photos(app) as check, _part(target) as (path, file):
            told = _write(file, app, path, progress, free, check)
            _read_back(path, progress)
            check()
            _check_target(target, force=force)
            _publish(path, file, target)
            return Made(target, target.stat().st_size, told)
    except OSError as error:
        raise BackupError(
            f"備份未完成：{error.strerror}（{error.filename or target}）。請排除後再執行。"
        ) from error
    except (SQLAlchemyError, Busy) as error:
        raise Refused(
            f"備份未完成，資料庫沒有回應：{getattr(error, 'orig', error)}。請排除後再執行。"
        ) from error


# -- the content -------------------------------------------------------------------------------------------


def _write(
    file: IO[bytes], app: Flask, path: Path, progress: Progress, free: Probe, check: Check
) -> Manifest:
    made_at = clock.now()
    with Writer(file, made_at) as writer:
        with holdings.listing() as objects:
            moment = _write_tables(writer, objects, path, progress, free)
            copier = _write_objects(writer, objects, progress, check)
        told = Manifest(
            format=manifest.FORMAT,
            application=app.config["API_VERSION"],
            revision=moment.revision,
            made_at=made_at,
            database=moment.database,
            database_bytes=moment.bytes,
            tables=moment.tables,
            members=tuple(writer.members),
            faults=tuple(copier.faults),
        )
        writer.finish(told)
    return told


def _write_objects(writer: Writer, objects: Holdings, progress: Progress, check: Check) -> Copier:
    with progress.stage("複製照片", objects.bytes) as advance:
        copier = Copier(writer, advance)
        for each in objects:
            check()
            copier.copy(each)
        return copier


def _write_tables(writer: Writer, objects: Holdings, path: Path, progress: Progress, free: Probe) -> Moment:
    with snapshot.of(db.engine) as connection:
        revision, size = snapshot.revision(connection), snapshot.size(connection)
        known = tables.described(connection)
        if {table.name for table in known} >= stored.TABLES:
            objects.add(stored.named(connection))
        space.check([(path, size + objects.bytes + objects.number * PER_MEMBER + SPARE)], free)
        counts = [0 if table.name in PASSING else tables.count(connection, table) for table in known]
        with progress.stage("讀取資料表", sum(counts)) as advance:
            written = tuple(
                _write_table(writer, connection, table, advance) if rows else table
                for table, rows in zip(known, counts, strict=True)
            )
        return Moment(revision, connection.dialect.name, size, written)


def _write_table(writer: Writer, connection: Connection, table: Table, advance: Advance) -> Table:
    rows, members = 0, list[str]()
    batches = tables.read(connection, table)
    batch = next(batches, None)
    while batch is not None:
        members.append(tables.member_name(table.name, len(members) + 1))
        room = tables.CHUNK_ROWS
        with writer.rows(members[-1]) as sink:
            while batch is not None and len(batch) <= room:
                sink.write(tables.encoded(batch))
                advance(len(batch))
                rows, room = rows + len(batch), room - len(batch)
                batch = next(batches, None)
    return Table(table.name, table.columns, rows, tuple(members))


@contextmanager
def _keeping_photos(app: Flask) -> Iterator[Check]:
    """Keep the job that removes photos from running; yields a check that raises when that failed."""
    if not sa.inspect(db.engine).has_table(Lease.__tablename__):  # a revision before there were jobs
        yield lambda: None
        return
    try:
        with runs.holding(app, REMOVAL, wait=PATIENCE) as check:
            yield check
    except LeaseTaken as error:
        raise BackupError("清除照片的工作或另一個備份正在進行；請稍後再執行。") from error
    except LeaseLost as error:
        raise BackupError("備份期間無法持續阻止照片清除，未完成；請確認資料庫可寫入後再執行。") from error


def _read_back(path: Path, progress: Progress) -> None:
    try:
        with reading.opened(path) as archive:
            reading.verify(archive, progress)
    except Damaged as error:
        raise BackupError(
            f"備份寫入後讀回不符，沒有留下檔案：{'、'.join(error.places)}。請檢查磁碟與資料庫後再執行。"
        ) from error


# -- the file ----------------------------------------------------------------------------------------------


def _check_target(target: Path, *, force: bool) -> None:
    if not target.parent.is_dir():
        raise BackupError(f"資料夾 {target.parent} 不存在；請先建立，或改用其他路徑。")
    if target.is_dir():
        raise BackupError(f"{target} 是資料夾；請指定檔名。")
    if target.exists() and not force:
        raise BackupError(f"{target} 已存在，沒有覆寫；請改用其他檔名，或加上 --force。")


@contextmanager
def _part(target: Path) -> Iterator[tuple[Path, IO[bytes]]]:
    """A locked file beside the target, for its owner alone; removed unless it was published."""
    _sweep(target)
    with tempfile.NamedTemporaryFile(
        "w+b", dir=target.parent, prefix=f".{target.name}.", suffix=PART, delete=False
    ) as file:
        path = Path(file.name)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield path, file.file
        finally:
            path.unlink(missing_ok=True)


def _sweep(target: Path) -> None:
    """Remove what a killed backup of this name left; one that is still running holds its lock."""
    for left in target.parent.glob(f".{_literal(target.name)}.*{PART}"):
        with left.open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            left.unlink(missing_ok=True)


def _literal(name: str) -> str:
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in name)


def _publish(path: Path, file: IO[bytes], target: Path) -> None:
    """On disk before it is named, and the name on disk before we say so."""
    os.fsync(file.fileno())
    path.replace(target)
    sync_folder(target.parent)
