"""Restoring: everything is checked first, then bytes, then all rows in one transaction, then the newest revision."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import flask_migrate
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from psycopg import Error as PostgresError
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from inspect_app.backups import place, reading, snapshot, space, tables
from inspect_app.backups.errors import BackupError, Damaged, Incomplete, Refused, TooNew
from inspect_app.backups.manifest import Manifest, Member, Table
from inspect_app.backups.progress import Advance, Progress
from inspect_app.backups.reading import Archive, Unsound
from inspect_app.backups.space import Probe, free_bytes
from inspect_app.core.database import db, transaction
from inspect_app.core.problems import Problem
from inspect_app.core.settings import ROOT
from inspect_app.core.storage import storage
from inspect_app.photos.keeping import stored

GROWTH = 3
"""How much room an SQLite database wants of what it took before: itself, its log, and a margin."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored; `resumed`: its rows were already there, and only the last steps were missing."""

    manifest: Manifest
    resumed: bool


def check(path: Path, progress: Progress) -> Manifest:
    """Verify an archive and whether this program could restore it; BackupError says what is wrong."""
    with reading.opened(path) as archive:
        reading.verify(archive, progress)
        _check_revision(archive.manifest.revision)
        return archive.manifest


def restore(
    path: Path, *, incomplete: bool = False, progress: Progress, free: Probe = free_bytes
) -> Restored:
    """Fill the empty place of the running application from an archive; BackupError when that cannot be done.

    What takes no time is asked first, then every byte of the archive is checked, and only then is anything written.
    `incomplete` also takes an archive that lacks stored objects. Broken off at any point, it leaves a place that
    does not serve and that a further restore clears or completes.
    """
    with reading.opened(path) as archive:
        told = archive.manifest
        _check_revision(told.revision)
        _check_complete(told, incomplete=incomplete)
        place.check_fit(lambda: _check_space(told, free))
        reading.verify(archive, progress)
        with place.taken(archive.identity) as committed, _told():
            if not committed:
                _fill(archive, progress)
            flask_migrate.upgrade()
            os.sync()  # its commits wait for no disk; the mark goes only when they are there
        return Restored(told, committed)


def _fill(archive: Archive, progress: Progress) -> None:
    told = archive.manifest
    with progress.stage("寫入照片", told.object_bytes) as advance:
        _write_objects(archive, advance)
    os.sync()  # the bytes are on disk before a row names them
    _migrate_to(told.revision)
    with progress.stage("寫入資料表", told.rows) as advance:
        _write_rows(archive, advance)


@contextmanager
def _told() -> Iterator[None]:
    """Whatever fails, told as a sentence; of a database's message the first line, for the next ones quote rows."""
    try:
        yield
    except Unsound as error:
        raise Damaged([str(error)]) from error
    except OSError as error:
        named = error.filename or storage().root
        raise BackupError(f"還原未完成：{error.strerror}（{named}）。請排除後再執行一次。") from error
    except (SQLAlchemyError, PostgresError, Problem) as error:
        raise Refused(f"還原未完成，資料庫不接受：{_first_line(error)}。請排除後再執行一次。") from error
    except SystemExit as error:  # how flask_migrate ends
        raise Refused("還原未完成：資料庫升級失敗，原因見上。請排除後再執行一次。") from error


def _first_line(error: Exception) -> str:
    cause = error.__cause__ if isinstance(error, Problem) and error.__cause__ else error
    lines = str(getattr(cause, "orig", cause)).strip().splitlines()
    return lines[0] if lines else type(cause).__name__


# -- checks ------------------------------------------------------------------------------------------------


def _check_revision(revision: str) -> None:
    if not _is_known(revision):
        raise TooNew(
            f"備份檔的資料庫版本 {revision} 比本程式新（本程式到 {_scripts().get_current_head()}）；"
            "請先更新程式，再還原。"
        )


def _is_known(revision: str) -> bool:
    try:
        return _scripts().get_revision(revision) is not None
    except CommandError:
        return False


def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(ROOT / "migrations"))


def _check_complete(told: Manifest, *, incomplete: bool) -> None:
    if told.faults and not incomplete:
        raise Incomplete(
            f"這份備份製作時有 {len(told.faults)} 個檔案遺失或損壞（例如 {told.faults[0].name}），沒有還原。"
            "請優先使用其他完整的備份；若別無選擇，請加上 --incomplete。"
        )


def _check_space(told: Manifest, free: Probe) -> None:
    wanted = [(storage().root, told.object_bytes)]
    if (folder := snapshot.folder(db.engine)) is not None:
        wanted.append((folder, GROWTH * max(told.database_bytes, _row_bytes(told))))
    space.check(wanted, free)


def _row_bytes(told: Manifest) -> int:
    return sum(member.bytes for member in told.members) - told.object_bytes


# -- filling -----------------------------------------------------------------------------------------------


def _write_objects(archive: Archive, advance: Advance) -> None:
    """Objects that were unsound when the archive was made stay in it: nothing is stored under a hash it has not."""
    unsound = {fault.name for fault in archive.manifest.faults}
    for member in archive.manifest.objects:
        if member.name not in unsound:
            _write_object(archive, member, advance)


def _write_object(archive: Archive, member: Member, advance: Advance) -> None:
    target = stored.place(member.name)
    if target is None:
        raise Damaged([member.name])
    with storage().incoming() as (part, file):
        for piece in archive.pieces(member):
            file.write(piece)
            advance(len(piece))
        file.flush()
        target.parent.mkdir(parents=True, exist_ok=True)
        part.replace(target)


def _migrate_to(revision: str) -> None:
    """Build the archive's own tables; the place is empty, so whatever tables there are may go."""
    with db.engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    if current == revision:
        return
    if current is not None:
        if not _is_known(current):
            raise TooNew(f"這個資料庫的版本 {current} 比本程式新；請先更新程式，或改用新的資料庫。")
        flask_migrate.downgrade(revision="base")
    flask_migrate.upgrade(revision=revision)


def _write_rows(archive: Archive, advance: Advance) -> None:
    members = {member.name: member for member in archive.manifest.members}
    told = {table.name: table for table in archive.manifest.tables}
    with transaction() as session:
        connection = session.connection()
        wanted = tables.described(connection)
        _check_tables(wanted, told)
        tables.postpone_references(connection)
        for each in wanted:
            table = told[each.name]
            chunks = (archive.rows(table, members[name]) for name in table.members)
            tables.write(connection, table, _counted((rows for chunk in chunks for rows in chunk), advance))
        tables.continue_numbers(connection)
        _check_rows(connection, archive.manifest)


def _check_tables(wanted: tuple[Table, ...], told: dict[str, Table]) -> None:
    """The archive's tables are those that its revision has, by name and kind; their order is the database's own."""
    here = {table.name: set(table.columns) for table in wanted}
    there = {table.name: set(table.columns) for table in told.values()}
    if here != there:
        differ = sorted(name for name in here.keys() | there.keys() if here.get(name) != there.get(name))
        raise Refused(f"備份檔的資料表與其版本不符：{'、'.join(differ)}。請改用產生它的程式版本。")


def _counted(batches: Iterator[list[tables.Row]], advance: Advance) -> Iterator[list[tables.Row]]:
    for rows in batches:
        yield rows
        advance(len(rows))


def _check_rows(connection: Connection, told: Manifest) -> None:
    """Before the commit: as many rows as the manifest says, and every reference leads somewhere."""
    wrong = [table.name for table in told.tables if tables.count(connection, table) != table.rows]
    wrong += tables.settle_references(connection)
    if wrong:
        raise Refused(f"寫入後核對不符，已全部復原：{'、'.join(wrong)}。請改用另一份備份。")
