"""The watched folder: finished files become imports, and are moved away once these have ended."""

import os
import stat
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from pathlib import Path
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from inspect_app.core import clock, leases
from inspect_app.core.database import session, transaction
from inspect_app.core.jobs import Outcome, Turn
from inspect_app.core.problems import InvalidFields
from inspect_app.core.settings import current_settings
from inspect_app.layout.context import roc_time
from inspect_app.tenders.imports import queries, receiving, results, words, working
from inspect_app.tenders.imports.models import UNDER_WAY, FolderFile, Source, TenderImport
from inspect_app.tenders.imports.receiving import Arrival, Kept

DONE, FAILED = "done", "failed"
TEMPORARY = (".tmp", ".temp", ".part", ".partial", ".filepart", ".crdownload", ".download", ".swp")
THE_FOLDER = ""
UNREADABLE = "資料夾無法讀取（{why}）；請確認 IMPORT_FOLDER 的位置與權限。"
NO_SOURCE = "沒有來源的檔名樣式符合這個檔案；請在「匯入來源」設定樣式。"
MANY_SOURCES = "符合多個來源的檔名樣式：{names}；請改成只有一個符合。"
CANNOT_READ = "檔案無法讀取（{why}）；請確認權限。"
CANNOT_MOVE = "已處理，但檔案無法移走（{why}）；請確認資料夾權限。不會再匯入一次。"


@dataclass(frozen=True, slots=True)
class Seen:
    """A file as it lies there now."""

    path: Path
    size: int
    changed_ns: int

    @property
    def name(self) -> str:
        return self.path.name


def look(turn: Turn) -> Outcome:
    """One look at the folder; what is wrong is written down for people, and never raised."""
    folder = current_settings().import_folder
    if folder is None:
        _forget([])
        return {"taken": 0}
    try:
        files = _files(folder)
    except OSError as error:
        _note(Seen(folder / THE_FOLDER, 0, 0), UNREADABLE.format(why=error.strerror), THE_FOLDER)
        return {"taken": 0, "folder": "unreadable"}
    _forget([each.name for each in files])
    taken = 0
    for each in files:
        turn.check()
        taken += _attend(each)
    _settle_gone({each.name for each in files})
    return {"taken": taken, "findings": len(queries.findings(session()))}


def _files(folder: Path) -> list[Seen]:
    """The plain files, oldest first; hidden and temporary ones are not looked at, links not followed."""
    found = []
    for path in folder.iterdir():
        if not _is_temporary(path.name):
            told = path.lstat()
            if stat.S_ISREG(told.st_mode):
                found.append(Seen(path, told.st_size, told.st_mtime_ns))
    return sorted(found, key=lambda each: (each.changed_ns, each.name))


def _is_temporary(name: str) -> bool:
    return name.startswith((".", "~$", "#")) or name.endswith("~") or name.lower().endswith(TEMPORARY)


def _attend(seen: Seen) -> bool:
    """Take a file that lies as it did at the last look, or move it away when its import has ended."""
    if not _is_stable(seen):
        _note(seen, None)
        return False
    try:
        source = _source(seen.name)
        kept = _kept(seen)
    except _Wrong as error:
        _note(seen, error.reason)
        return False
    if kept is None:
        return False
    row = queries.unsettled(session(), seen.name, kept.sha256)
    if row is None:
        _take(seen, kept, source)
        _note(seen, None)
        return True
    results.file(kept.id).unlink(missing_ok=True)
    if row.state not in UNDER_WAY:
        _settle(seen, row)
    return False


class _Wrong(Exception):  # noqa: N818 - says what it is
    """Why a file is left where it is."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def _is_stable(seen: Seen) -> bool:
    known = session().get(FolderFile, seen.name[:255])
    return known is not None and (known.size, known.changed_ns) == (seen.size, seen.changed_ns)


def _source(name: str) -> Source:
    found = [each for each in queries.sources(session()) if each.pattern and fnmatchcase(name, each.pattern)]
    if not found:
        raise _Wrong(NO_SOURCE)
    if len(found) > 1:
        raise _Wrong(MANY_SOURCES.format(names="、".join(each.name for each in found))[:200])
    return found[0]


def _kept(seen: Seen) -> Kept | None:
    """A file's bytes, copied; None when it changed meanwhile."""
    try:
        handle = os.open(seen.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        with open(handle, "rb") as file:
            kept = receiving.keep(file)
            told = os.fstat(file.fileno())
    except OSError as error:
        raise _Wrong(CANNOT_READ.format(why=error.strerror)) from error
    except InvalidFields as error:
        raise _Wrong(error.errors[0].reason) from error
    if (told.st_size, told.st_mtime_ns) == (seen.size, seen.changed_ns):
        return kept
    results.file(kept.id).unlink(missing_ok=True)
    return None


def _take(seen: Seen, kept: Kept, source: Source) -> None:
    """Make an import of a file; of bytes imported before only a note that they came again."""
    before = queries.imported_before(session(), kept.sha256, source.id, kept.id)
    way, source_id = receiving.way_of(source), source.id
    arrival = Arrival("folder", seen.name, None, source_id, straight=True)
    with transaction() as current:
        row = receiving.row_for(kept, arrival, way, clock.now())
        if before is None or before.finished_at is None:
            receiving.wait(current, row)
            return
        reason = working.SAME.format(when=roc_time(before.finished_at))
        row.state, row.problem = "cancelled", working.Problem("", reason).told()
        row.finished_at = clock.now()
        current.add(row)


def _settle(seen: Seen, row: TenderImport) -> None:
    """Move a file away, with a text beside it that says what came of it."""
    came_again = row.state == "cancelled" and row.problem is not None
    target = seen.path.parent / (DONE if row.state == "done" or came_again else FAILED)
    try:
        target.mkdir(exist_ok=True)
        path = _free(target, seen.name)
        path.with_name(f"{path.name}.result.txt").write_text(words.summary(row), encoding="utf-8")
        seen.path.rename(path)
    except OSError as error:
        _note(seen, CANNOT_MOVE.format(why=error.strerror))
        return
    _settled(row.id)


def _free(folder: Path, name: str) -> Path:
    """A name in a folder that no file has."""
    path, number = folder / name, 1
    while path.exists():
        number += 1
        path = folder / f"{Path(name).stem} ({number}){Path(name).suffix}"
    return path


def _settled(import_id: UUID) -> None:
    with transaction() as current:
        queries.get(current, import_id, lock=True).settled_at = clock.now()


def _settle_gone(names: set[str]) -> None:
    """Imports whose file is no longer there have nothing to be moved."""
    query = select(TenderImport.id, TenderImport.filename).where(
        TenderImport.origin == "folder",
        TenderImport.settled_at.is_(None),
        TenderImport.state.not_in(UNDER_WAY),
    )
    for import_id, name in list(session().execute(query)):
        if name not in names:
            _settled(import_id)


def _note(seen: Seen, problem: str | None, name: str | None = None) -> None:
    """Write down how a file lies there, and what is wrong with it."""
    values = {"size": seen.size, "changed_ns": seen.changed_ns, "seen_at": clock.now(), "problem": problem}
    row = {"name": seen.name[:255] if name is None else name} | values
    with transaction() as current:
        insert = leases.upsert(current, FolderFile).values(row)
        current.execute(insert.on_conflict_do_update(index_elements=["name"], set_=values))


def _forget(names: list[str]) -> None:
    """Forget the files that are gone, and what was wrong with the folder itself."""
    gone = FolderFile.name.not_in([name[:255] for name in names])
    if session().scalar(select(FolderFile.name).where(gone).limit(1)) is None:
        return
    with transaction() as current:
        current.execute(delete(FolderFile).where(gone).execution_options(synchronize_session=False))


def watched(current: Session) -> tuple[Path | None, list[tuple[str, str, datetime]]]:
    """The folder, and what is wrong in it."""
    return current_settings().import_folder, queries.findings(current)
