"""An uploaded list from stream to report: parsed and compared outside, written inside one transaction."""

from typing import BinaryIO

from inspect_app.core import clock
from inspect_app.core.auth import Actor
from inspect_app.core.database import session, transaction
from inspect_app.core.problems import FieldError, InvalidFields
from inspect_app.tenders.importer import ImportReport, Plan, carry_out, report
from inspect_app.tenders.reading import ParsedFile, Unit, UnreadableFile, parse


def import_upload(
    stream: BinaryIO, by: Actor, *, unit: str | None, dry_run: bool, strict: bool
) -> ImportReport:
    """Write the good rows of a list; nothing on a dry run, or when `strict` and any row is bad.

    InvalidFields when nothing of the file is usable. Others write while it is read and compared.
    """
    parsed = _parsed(stream, unit)
    plan = Plan(session(), parsed.rows)
    if dry_run or (strict and parsed.rejected):
        return report(parsed, plan, written=False)
    with transaction() as current:
        plan = carry_out(current, parsed, plan, by, clock.now())
    return report(parsed, plan, written=True)


def _parsed(stream: BinaryIO, unit: str | None) -> ParsedFile:
    try:
        return parse(stream, Unit(unit) if unit else None)
    except UnreadableFile as error:
        detail = "整個檔案未匯入。請依說明更正後再送。"
        raise InvalidFields(detail, errors=[FieldError(error.field, error.reason)]) from error
