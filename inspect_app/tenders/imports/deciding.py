"""What people decide about an import: say what its columns are, import it, give it up."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from inspect_app.core import clock
from inspect_app.core.auth import Actor
from inspect_app.core.database import session, transaction
from inspect_app.core.problems import Conflict, FieldError, InvalidFields
from inspect_app.tenders.imports import looking, queries, readers, receiving, results, sources, working
from inspect_app.tenders.imports.looking import Overtaken, Task, Way
from inspect_app.tenders.imports.models import UNDER_WAY, Source, TenderImport

GONE = "檔案已不再保留（預覽後保留七天）；請回「匯入標案」重新選擇檔案。"
NOT_NOW = "這次匯入已經開始、完成或取消；請重新載入頁面看目前狀態。"
TOO_LATE = "這次匯入已經結束，不能再取消；請重新載入頁面看結果。"
REFUSED = "有列被退回，而您選擇了全部不匯入；請更正檔案，或只匯入正確的列。"
NOTHING = "請先說明欄位，檔案才能匯入。"


def look_again(import_id: UUID, way: Way) -> None:
    """Preview a list anew, read another way: at once if it is small.

    Conflict when it is no longer at its preview.
    """
    row = queries.get(session(), import_id)
    small = _is_there(row) and readers.is_small(results.file(import_id))
    again = _tried(row.id, way) if small else None
    with transaction() as current:
        row = _previewed(current, import_id)
        row.reader, row.unit, row.mapping, row.strict = way.reader, way.unit, dict(way.mapping), way.strict
        row.problem, row.tries = None, 0
        if again is None:
            row.state = "uploaded"
            receiving.ask(current, row)
        else:
            row.report, row.problem = again
            row.previewed_at = clock.now()


def confirm(import_id: UUID, by: Actor, *, partly: bool = False) -> None:
    """Import in earnest what was previewed; sent twice, it is done once. A large list is left to the worker.

    `partly`: the good rows of a list that was to be taken whole or not at all.
    """
    row = queries.get(session(), import_id)
    if row.state in ("importing", "done"):
        return
    _check_usable(row, partly=partly)
    if readers.is_small(results.file(import_id)):
        _now(row, by)
        return
    with transaction() as current:
        row = _previewed(current, import_id)
        row.state, row.confirmed_at, row.strict, row.tries = "importing", clock.now(), False, 0
        row.by_id, row.by_name = by.id, by.name
        receiving.ask(current, row)


def cancel(current: Session, import_id: UUID, now: datetime) -> TenderImport:
    """Give an import up: at once, or as soon as the worker that has it looks. Conflict when it has ended."""
    row = queries.get(current, import_id, lock=True)
    if row.state == "cancelled":
        return row
    if row.state in ("uploaded", "previewed"):
        row.state, row.finished_at = "cancelled", now
    elif row.state not in UNDER_WAY:
        raise Conflict(TOO_LATE)
    elif row.cancel_asked_at is None:
        row.cancel_asked_at = now
        receiving.ask(current, row)
    return row


def remember(current: Session, row: TenderImport, name: str, by: Actor, now: datetime) -> Source:
    """Keep how a list is read under a source's name, for the next list from there."""
    source = queries.source_named(current, name)
    if source is None:
        source = sources.new(name, by, now)
        current.add(source)
    source.reader, source.unit, source.mapping = row.reader, row.unit, dict(row.mapping)
    source.strict, source.updated_at = row.strict, now
    current.flush()
    row.source_id = source.id
    return source


def _tried(import_id: UUID, way: Way) -> tuple[dict[str, object], dict[str, str] | None]:
    """The report and the problem of a small list, read another way."""
    path = results.file(import_id)
    try:
        return working.preview(looking.look(path, way), import_id), None
    except readers.UnreadableFile as error:
        columns = [list(pair) for pair in readers.titles(path, way.mapping)]
        return {"columns": columns}, working.Problem(error.field, error.reason).told()


def _now(row: TenderImport, by: Actor) -> None:
    task = Task.of(row)
    try:
        looked = looking.look(results.file(row.id), task.way)
        working.write(task, looked, by)
    except readers.UnreadableFile as error:
        raise InvalidFields(NOTHING, errors=[FieldError(error.field, error.reason)]) from error
    except Overtaken as error:
        if queries.get(session(), task.id).state != "done":
            raise Conflict(NOT_NOW) from error


def _check_usable(row: TenderImport, *, partly: bool) -> None:
    if row.state != "previewed":
        raise Conflict(NOT_NOW)
    if row.problem is not None or row.report is None:
        raise Conflict(NOTHING)
    if row.strict and row.report["problems"] and not partly:
        raise Conflict(REFUSED)
    _is_there(row)


def _is_there(row: TenderImport) -> bool:
    if not results.file(row.id).is_file():
        raise Conflict(GONE)
    return True


def _previewed(current: Session, import_id: UUID) -> TenderImport:
    row = queries.get(current, import_id, lock=True)
    if row.state != "previewed":
        raise Conflict(NOT_NOW)
    return row
