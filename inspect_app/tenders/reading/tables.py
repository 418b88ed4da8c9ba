"""Tables with any choice of columns, below any lines of titles: CSV here, workbooks in `workbooks`."""

from itertools import chain

from inspect_app.core.delimited import encoding_of, records
from inspect_app.tenders.reading import heads
from inspect_app.tenders.reading.columns import understand
from inspect_app.tenders.reading.gathering import Gathering
from inspect_app.tenders.reading.types import Choices, ParsedFile, Progress, Reader, Unit


def csv(data: bytes, unit: Unit | None, mapping: Choices | None, progress: Progress | None) -> ParsedFile:
    """Every row of a CSV file in UTF-8 or Big5, accepted or rejected with all its problems."""
    encoding = encoding_of(data)
    found = records(data, encoding)
    begun = heads.found_in(found, mapping)
    head = heads.header(begun)
    above, after = begun[1:] if begun else ([], [])
    layout = understand(head.cells, unit, mapping, f"第 {head.line} 行")
    gathering = Gathering(layout, data.count(b"\n") + 1, progress)
    for record in chain(after, found):
        gathering.take(record.line, record.cells, record.line, problem=record.problem)
    return gathering.result(reader=Reader.CSV, encoding=encoding, made_on=heads.made_on(above))
