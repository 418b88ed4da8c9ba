"""An uploaded list from stream to report: parsed and compared outside, written inside one transaction."""

from typing import BinaryIO

from inspect_app.core import clock
from inspect_app.core.auth import Actor
from inspect_app.core.database import session, transaction
from inspect_app.core.problems import FieldError, InvalidFields
from inspect_app.tenders.importer import ImportReport, carry_out, report
from inspect_app.tenders.imports import looking, readers, receiving, results
from inspect_app.tenders.imports.looking import Looked, Way
from inspect_app.tenders.imports.receiving import Arrival, Kept


def import_upload(
    stream: BinaryIO,
    by: Actor,
    *,
    unit: str | None,
    dry_run: bool,
    strict: bool,
    filename: str = "",
    reader: str = readers.AUTO,
) -> ImportReport:
    """Write the good rows of a list; nothing on a dry run, or when `strict` and any row is bad.

    InvalidFields when nothing of the file is usable. Others write while it is read and compared. What was written
    stands among the imports.
    """
    kept, way = receiving.keep(stream), Way(reader, unit, {}, strict)
    try:
        looked = _looked(kept, way)
        if dry_run or (strict and looked.parsed.rejected):
            return report(looked.parsed, looked.plan, written=False)
        return _written(looked, kept, Arrival("api", filename or "tenders", by), way)
    finally:
        results.file(kept.id).unlink(missing_ok=True)


def _looked(kept: Kept, way: Way) -> Looked:
    try:
        return looking.look(results.file(kept.id), way)
    except readers.UnreadableFile as error:
        raise InvalidFields(receiving.WHOLE, errors=[FieldError(error.field, error.reason)]) from error


def _written(looked: Looked, kept: Kept, arrival: Arrival, way: Way) -> ImportReport:
    changed = results.keep(kept.id, looked.parsed, looked.plan)
    looked.plan.prepare(session(), now := clock.now())
    with transaction() as current:
        plan = carry_out(current, looked.parsed, looked.plan, arrival.by, now)
        told = report(looked.parsed, plan, written=True)
        row = receiving.row_for(kept, arrival, way, now)
        row.state, row.confirmed_at, row.finished_at = "done", now, now
        row.report = results.report(looked.parsed, told, changed)
        current.add(row)
    return told
