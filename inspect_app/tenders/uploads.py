"""An uploaded list from stream to report: parsed and compared outside, written inside one transaction."""

from typing import BinaryIO

from inspect_app.core import clock
from inspect_app.core.auth import Actor
from inspect_app.core.database import session, transaction
from inspect_app.core.problems import FieldError, InvalidFields
from inspect_app.tenders.importer import ImportReport, import_file, nothing_new
from inspect_app.tenders.importing import Unit, UnreadableFile, parse


def import_upload(
    stream: BinaryIO, by: Actor, *, unit: str | None, dry_run: bool, strict: bool
) -> ImportReport:
    """Parse and, unless `dry_run`, write; InvalidFields when nothing of the file is usable."""
    try:
        parsed = parse(stream, Unit(unit) if unit else None)
    except UnreadableFile as error:
        detail = "整個檔案未匯入。請依說明更正後再送。"
        raise InvalidFields(detail, errors=[FieldError(error.field, error.reason)]) from error
    if dry_run:
        return import_file(session(), parsed, by, clock.now(), dry_run=True, strict=strict)
    known = nothing_new(session(), parsed)
    with transaction() as current:
        return import_file(current, parsed, by, clock.now(), dry_run=False, strict=strict, unchanged=known)
