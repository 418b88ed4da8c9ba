"""Files of tenders, read into rows and rejections: four readers, one result. No database, request or clock.

`sniff` tells the kind of a file by its beginning, `parse` reads it. A row that is wrong is listed with its
place and reasons and costs no other row; UnreadableFile only when nothing of the file can be used.
"""

from collections.abc import Callable
from typing import BinaryIO

from inspect_app.core.delimited import UnreadableFile, read_bytes
from inspect_app.tenders.reading import markup, objects, tables, workbooks
from inspect_app.tenders.reading.sniffing import HEAD, sniff
from inspect_app.tenders.reading.types import (
    Choice,
    Choices,
    ParsedFile,
    Progress,
    ProgressRow,
    Reader,
    Rejection,
    TenderRow,
    Unit,
)

__all__ = [
    "HEAD",
    "Choice",
    "Choices",
    "ParsedFile",
    "Progress",
    "ProgressRow",
    "Reader",
    "Rejection",
    "TenderRow",
    "Unit",
    "UnreadableFile",
    "parse",
    "sniff",
]

_Read = Callable[[bytes, Unit | None, Choices | None, Progress | None], ParsedFile]
_READERS: dict[Reader, _Read] = {
    Reader.CSV: tables.csv,
    Reader.WORKBOOK: workbooks.workbook,
    Reader.XML: markup.xml,
    Reader.OPENFUN: objects.openfun,
    Reader.ROWS: objects.rows,
}


def parse(
    source: bytes | BinaryIO,
    unit: Unit | None = None,
    *,
    reader: Reader | None = None,
    mapping: Choices | None = None,
    progress: Progress | None = None,
) -> ParsedFile:
    """Every row of a file, either accepted or rejected with all its problems.

    `unit` is that of money of which the file does not say it. `reader` is what `sniff` told, or is sniffed.
    `mapping` says what columns of a table are; it goes before their names. UnreadableFile when nothing can
    be used: damaged as a whole, no header, a key column missing, a column twice, the unit not known.
    """
    data = read_bytes(source)
    return _READERS[reader or sniff("", data[:HEAD])](data, unit, mapping, progress)
