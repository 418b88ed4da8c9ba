"""The place a city is restored into: empty before, marked while it is being filled, whole or empty after."""

import fcntl
import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from flask import Flask, g, request
from sqlalchemy.exc import SQLAlchemyError

from inspect_app.backups import tables
from inspect_app.backups.errors import BackupError, NotEmpty, Unfinished
from inspect_app.core.database import db
from inspect_app.core.problems import Problem
from inspect_app.core.storage import storage
from inspect_app.photos.keeping import stored

MARK = ".restoring"
SHOWN = 5
HALF_WAY = (
    "這裡的還原尚未完成，資料不可使用。請以同一份備份再執行一次 flask --app wsgi restore；"
    "前次未完成的部分會自動清除或接續。"
)


class HalfRestored(Problem):
    """The place is being restored, or a restore was broken off."""

    status, code, title = 503, "restore_unfinished", "還原尚未完成"


# -- empty or not ------------------------------------------------------------------------------------------


def filled_tables() -> list[str]:
    """The tables that hold a row."""
    with db.engine.connect() as connection:
        return [table.name for table in tables.described(connection) if tables.has_rows(connection, table)]


def stored_objects() -> Iterator[str]:
    """What lies where rows would name it."""
    root = storage().root
    for folder in stored.FOLDERS:
        yield from (str(path.relative_to(root)) for path in (root / folder).rglob("*") if path.is_file())


def check_empty() -> None:
    """NotEmpty unless neither the database nor the storage holds anything."""
    filled, objects = filled_tables(), list(itertools.islice(stored_objects(), 1))
    if not filled and not objects:
        return
    found = [f"資料庫的 {'、'.join(filled[:SHOWN])} 等 {len(filled)} 個資料表有資料"] if filled else []
    found += [f"儲存區有檔案（例如 {objects[0]}）"] if objects else []
    raise NotEmpty(
        f"還原只能寫入空的資料庫與空的儲存區，沒有做任何變更：{'；'.join(found)}。"
        "請先停止服務，再以 DATABASE_URL 與 DATA_DIR（或 STORAGE_URL）指定新的、空的位置；"
        "若要取代現有資料，請先備份，再移走原資料庫與儲存區。"
    )


def check_fit(space: Callable[[], None]) -> None:
    """NotEmpty or NoSpace, before long work begins; a half-restored place is looked at when it is `taken`."""
    if not is_half_restored():
        check_empty()
        space()


# -- being filled ------------------------------------------------------------------------------------------


@contextmanager
def taken(identity: str) -> Iterator[bool]:
    """Mark the place as being filled from the archive `identity` until the block ends well.

    Yields whether an earlier restore of the same archive has already committed its rows. What one that did not
    come so far left behind is removed first. When the block fails before rows are there, nothing of it stays.
    NotEmpty, Unfinished.
    """
    path = storage().root / MARK
    fresh = not path.exists()
    if fresh:
        check_empty()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as file:
        _lock(file)
        committed = not fresh and _is_committed(file, identity)
        if not committed:
            _clear()
            _note(file, identity)
        try:
            yield committed
        except BaseException:
            _abandon(path)
            raise
        path.unlink()


def is_half_restored() -> bool:
    try:
        os.stat(f"{storage().root}/{MARK}")  # asked at every request, and a Path takes its time
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def check_whole() -> None:
    """Unfinished while a restore is under way or was broken off."""
    if is_half_restored():
        raise Unfinished(HALF_WAY)


def init_app(app: Flask) -> None:
    """Answer every request but the question for life with 503 while the place is half restored."""

    def refuse() -> None:
        g.actor = None
        if request.endpoint not in {"health.healthz", "static"} and is_half_restored():
            raise HalfRestored(HALF_WAY)

    # Behind the request id, and before anybody is looked up in a database that may have no tables.
    app.before_request_funcs[None].insert(1, refuse)


def _lock(file: IO[str]) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise BackupError("另一個還原正在這個位置進行；請等它結束。") from None


def _is_committed(file: IO[str], identity: str) -> bool:
    """Whether the marked restore wrote its rows; Unfinished when it was of another archive."""
    if not filled_tables():
        return False
    file.seek(0)
    if file.read() != identity:
        raise Unfinished(
            "這裡已由另一份備份寫入資料，但未完成最後步驟。請以那一份備份再執行一次 restore，"
            "或指定新的、空的資料庫與儲存區。"
        )
    return True


def _note(file: IO[str], identity: str) -> None:
    file.truncate(0)
    file.write(identity)
    file.flush()
    os.fsync(file.fileno())


def _abandon(mark: Path) -> None:
    """Leave an empty place; where the database does not answer or has rows, the mark stays."""
    with suppress(SQLAlchemyError):
        if not filled_tables():
            _clear()
            mark.unlink()


def _clear() -> None:
    for folder in stored.FOLDERS:
        path: Path = storage().root / folder
        if path.exists():
            shutil.rmtree(path)
