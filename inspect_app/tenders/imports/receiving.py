"""A list that arrives: its bytes kept, its row made; a small one is looked at at once."""

from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from inspect_app.core import clock, runs
from inspect_app.core.auth import Actor
from inspect_app.core.database import transaction
from inspect_app.core.delimited import MAX_BYTES
from inspect_app.core.problems import FieldError, InvalidFields
from inspect_app.core.storage import copy_hashed, storage
from inspect_app.tenders.imports import looking, readers, results, working
from inspect_app.tenders.imports.looking import Way
from inspect_app.tenders.imports.models import Source, TenderImport

JOB = "tenders.import"
SYSTEM = "系統"
WHOLE = "整個檔案未匯入。請依說明更正後再送。"


@dataclass(frozen=True, slots=True)
class Arrival:
    """How a list came: by whom (None is the system), which way, under which name, of which source.

    `straight`: it is imported without a look at the preview.
    """

    origin: str
    filename: str
    by: Actor | None
    source_id: UUID | None = None
    straight: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """Bytes that lie in the storage under an import's id."""

    id: UUID
    size: int
    sha256: str


def keep(stream: BinaryIO) -> Kept:
    """Keep a list's bytes; InvalidFields when there are too many."""
    import_id = uuid4()
    with storage().incoming() as (part, file):
        size, sha256 = copy_hashed(stream, file, MAX_BYTES)
        if size > MAX_BYTES:
            reason = f"檔案超過 {MAX_BYTES // 2**20} MiB；請分成數個檔案匯入。"
            raise InvalidFields(WHOLE, errors=[FieldError("file", reason)])
        storage().keep(part, file, results.KIND, import_id.hex)
    return Kept(import_id, size, sha256)


def receive(stream: BinaryIO, arrival: Arrival, way: Way) -> UUID:
    """Make an import of a list: a small one with its preview, a large one for the worker; returns its id.

    InvalidFields when nothing of a small one can be used, whatever its columns are said to be: then none is made.
    """
    kept = keep(stream)
    if arrival.straight or not readers.is_small(results.file(kept.id)):
        with transaction() as current:
            wait(current, row_for(kept, arrival, way, clock.now()))
        return kept.id
    row = _looked_at(kept, arrival, way)
    with transaction() as current:
        current.add(row)
    return kept.id


def row_for(kept: Kept, arrival: Arrival, way: Way, now: datetime) -> TenderImport:
    """The row of an import that has just arrived."""
    by = arrival.by
    return TenderImport(
        id=kept.id, source_id=arrival.source_id, origin=arrival.origin, filename=arrival.filename[:200],
        sha256=kept.sha256, size=kept.size, reader=way.reader, unit=way.unit, mapping=dict(way.mapping),
        strict=way.strict, straight=arrival.straight, state="uploaded", by_id=by.id if by else None,
        by_name=by.name if by else SYSTEM, created_at=now,
    )  # fmt: skip


def wait(current: Session, row: TenderImport) -> None:
    """Add an import, and have the worker look soon."""
    current.add(row)
    current.flush()
    ask(current, row)


def ask(current: Session, row: TenderImport) -> None:
    """Have the worker take an import up as soon as it looks."""
    runs.ask(current, JOB, f"{row.id.hex[:16]}.{row.attempt}", clock.now())


def to_fetch(current: Session, source: Source, by: Actor | None, *, straight: bool) -> TenderImport:
    """Make an import of what the source's address gives; the worker fetches it."""
    way = way_of(source)
    arrival = Arrival("address", source.url or "", by, source.id, straight)
    row = row_for(Kept(uuid4(), 0, ""), arrival, way, clock.now())
    row.sha256 = None
    wait(current, row)
    return row


def way_of(source: Source) -> Way:
    """How lists of a source are read."""
    return Way(source.reader, source.unit, dict(source.mapping), source.strict)


def _looked_at(kept: Kept, arrival: Arrival, way: Way) -> TenderImport:
    """The row of a small list with its preview, or with what must be put right first."""
    row, path = row_for(kept, arrival, way, clock.now()), results.file(kept.id)
    try:
        looked = looking.look(path, way)
    except readers.UnreadableFile as error:
        found = readers.titles(path, way.mapping)
        if not found:
            path.unlink(missing_ok=True)
            raise InvalidFields(WHOLE, errors=[FieldError(error.field, error.reason)]) from error
        row.problem = working.Problem(error.field, error.reason).told()
        row.report = {"columns": [list(pair) for pair in found]}
    else:
        row.report = working.preview(looked, kept.id)
    row.state, row.previewed_at = "previewed", clock.now()
    return row
