"""The work of an import: a preview kept in its row, and writing it, all in one transaction or not at all."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog
from flask import Flask
from sqlalchemy import ColumnElement, update

from inspect_app.core import clock, leases
from inspect_app.core.auth import Actor
from inspect_app.core.database import session, transaction
from inspect_app.core.jobs import LeaseLost
from inspect_app.core.permissions import Role
from inspect_app.core.problems import Busy, Conflict, Stale
from inspect_app.layout.context import roc_time
from inspect_app.tenders import importer
from inspect_app.tenders.imports import fetching, looking, queries, readers, results
from inspect_app.tenders.imports.looking import Cancelled, Looked, Overtaken, Task, Watch, ended
from inspect_app.tenders.imports.models import UNDER_WAY, TenderImport

MAX_TRIES = 3
GONE = "檔案已不在；請重新選擇檔案匯入。"
DIED = f"處理時中斷了 {MAX_TRIES} 次，未寫入任何資料；請將檔案分成數個較小的檔案再匯入。"
FAULT = "處理時發生未預期的錯誤，未寫入任何資料；請把這個網址告訴系統管理者。"
SPOILT = "有列被退回，而這次匯入設定為有任何一列錯誤就全部不匯入；未寫入任何資料。請更正檔案後再匯入。"
SAME = "內容與 {when} 匯入的檔案相同，未再匯入。"
RACES = 3
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a list cannot be taken as it is; `field` as `UnreadableFile.field`, "" for none."""

    field: str
    reason: str

    def told(self) -> dict[str, str]:
        return {"field": self.field, "reason": self.reason}


def proceed(app: Flask, import_id: UUID, check: Callable[[], None]) -> str:
    """Do what is to be done on one import, in the worker; returns the state it is then in."""
    task = _begin(import_id)
    if task is None:
        return _state(import_id)
    try:
        _work(task, Watch(app, task, check))
    except Cancelled:
        _fail(task, "cancelled", None)
    except Overtaken:
        _fail(task, "cancelled", None, TenderImport.cancel_asked_at.is_not(None))
    except (LeaseLost, Busy):
        raise  # tried again: the row stays as it was
    except Exception:
        log.exception("import_failed", import_id=str(import_id))
        _fail(task, "failed", Problem("", FAULT))
    return _state(import_id)


def preview(looked: Looked, import_id: UUID) -> dict[str, Any]:
    """Lay down what a list comes to; returns the report for its row."""
    changed = results.keep(import_id, looked.parsed, looked.plan)
    told = importer.report(looked.parsed, looked.plan, written=False)
    return results.report(looked.parsed, told, changed)


def write(task: Task, looked: Looked, by: Actor | None) -> None:
    """Write all good rows and the import's end in one transaction.

    Overtaken when it was ended or begun anew meanwhile; then nothing is written.
    """
    changed = results.keep(task.id, looked.parsed, looked.plan)
    looked.plan.prepare(session(), now := clock.now())
    with transaction() as current:
        plan = importer.carry_out(current, looked.parsed, looked.plan, by, now)
        told = importer.report(looked.parsed, plan, written=True)
        report = results.report(looked.parsed, told, changed)
        ended(current, task, state="done", phase="", report=report, problem=None, finished_at=now)
    if plan is not looked.plan:  # somebody wrote between the comparison and the transaction
        results.keep(task.id, looked.parsed, plan)


def _begin(import_id: UUID) -> Task | None:
    """Take an import up, fenced by its attempt; None when there is nothing (more) to do."""
    with transaction() as current:
        row = queries.get(current, import_id, lock=True)
        if row.state not in UNDER_WAY:
            return None
        now = clock.now()
        if row.cancel_asked_at is not None:
            row.state, row.finished_at = "cancelled", now
        elif row.tries >= MAX_TRIES:
            row.state, row.problem, row.finished_at = "failed", Problem("", DIED).told(), now
        else:
            row.attempt, row.tries = row.attempt + 1, row.tries + 1
            row.state = "previewing" if row.state == "uploaded" else row.state
        return Task.of(row) if row.state in UNDER_WAY else None


def _work(task: Task, watch: Watch) -> None:
    if task.sha256 is None and not _fetched(task, watch):
        return
    path = results.file(task.id)
    if not path.is_file():
        _fail(task, "failed", Problem("file", GONE))
        return
    try:
        looked = looking.look(path, task.way, watch)
    except readers.UnreadableFile as error:
        _unreadable(task, Problem(error.field, error.reason))
        return
    if task.state == "importing" or task.straight:
        _write(task, looked, watch)
    else:
        _end(task, state="previewed", phase="", report=preview(looked, task.id), problem=None, tries=0,
             previewed_at=clock.now())  # fmt: skip


def _fetched(task: Task, watch: Watch) -> bool:
    """Fetch the list from its source's address; False when that ended the import."""
    source = queries.source(session(), task.source_id) if task.source_id else None
    watch.tell(looking.FETCHING, 0, 0)
    try:
        size, sha256 = fetching.fetch(source.url if source and source.url else "", task.id)
    except fetching.NotFetched as error:
        _fail(task, "failed", Problem("", error.reason))
        return False
    _end(task, sha256=sha256, size=size)
    before = queries.imported_before(session(), sha256, task.source_id, task.id)
    if task.straight and before and before.finished_at:
        _fail(task, "cancelled", Problem("", SAME.format(when=roc_time(before.finished_at))))
        return False
    return True


def _write(task: Task, looked: Looked, watch: Watch) -> None:
    if task.way.strict and looked.parsed.rejected:
        problem = Problem("strict", SPOILT).told()
        report = preview(looked, task.id)
        _end(task, state="failed", phase="", report=report, problem=problem, finished_at=clock.now())
        return
    watch.tell(looking.WRITING, 0, 0)
    for race in range(RACES):
        try:
            write(task, looked, _person(task))
            return
        except (Stale, Conflict):
            if race == RACES - 1:
                raise
            looked = Looked(looked.parsed, importer.Plan(session(), looked.parsed.rows))


def _unreadable(task: Task, problem: Problem) -> None:
    """A list whose columns are known can be put right by people; any other has failed."""
    found = readers.titles(results.file(task.id), task.way.mapping)
    if found and not task.straight:
        report = {"columns": [list(pair) for pair in found]}
        _end(task, state="previewed", phase="", report=report, problem=problem.told(), tries=0)
    else:
        _fail(task, "failed", problem)


def _end(task: Task, **values: Any) -> None:
    with transaction() as current:
        ended(current, task, **values)


def _fail(task: Task, state: str, problem: Problem | None, *more: ColumnElement[bool]) -> None:
    """End an import without having written anything, whoever asked for it; nothing if it is no longer ours."""
    told = {"state": state, "phase": "", "problem": problem.told() if problem else None}
    with transaction() as current:
        query = update(TenderImport).where(looking.is_ours(task), *more)
        leases.changed(current, query.values(**told, finished_at=clock.now()))


def _state(import_id: UUID) -> str:
    session().rollback()
    return queries.get(session(), import_id).state


def _person(task: Task) -> Actor | None:
    """In whose name the worker writes; None is the system itself."""
    if task.by_id is None:
        return None
    return Actor(task.by_id, "", task.by_name, Role.STAFF, None, None, outside=False, credential_id=task.id)
