"""The seam to the readers: which kinds of lists there are, and how one is read, whatever its kind."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from inspect_app.core.delimited import UnreadableFile, encoding_of, records
from inspect_app.tenders.reading import HEAD, Choice, ParsedFile, Reader, Unit, heads, parse, sniff
from inspect_app.tenders.reading.cells import clean
from inspect_app.tenders.reading.columns import NAMES, known, titled

__all__ = ["AUTO", "FIELDS", "LABELS", "Progress", "UnreadableFile", "is_small", "read", "titles"]

AUTO, ROWS = "auto", Reader.ROWS.value
LABELS = {
    AUTO: "依內容判斷",
    "csv": "CSV（UTF-8 或 Big5）",
    "workbook": "Excel（.xlsx、.xls）",
    "xml": "標案管理系統 XML",
    "openfun": "openfun JSON",
    ROWS: "JSON（rows）",
}
"""The kinds of files, as kept with an import, and their names."""
FIELDS = {field: names[0] for field, names in NAMES.items()}
"""What a column can be, and what it is called."""
ACCEPTED = ".csv,.xlsx,.xls,.xml,.json,text/csv,application/json"
SMALL_BYTES, SMALL_LINES = 2**18, 2000

Progress = Callable[[int, int, int], None]


def read(
    path: Path, reader: str, unit: str | None, mapping: Mapping[str, str], progress: Progress | None = None
) -> ParsedFile:
    """Every row of a list, accepted or rejected; UnreadableFile when nothing of it can be used."""
    return parse(
        path.read_bytes(),
        Unit(unit) if unit else None,
        reader=None if reader == AUTO else Reader(reader),
        mapping={title: Choice(field or None) for title, field in mapping.items()},
        progress=progress,
    )


def titles(path: Path, mapping: Mapping[str, str]) -> list[tuple[str, str]]:
    """The columns of a CSV with the field each is taken for, "" for none; none for lists of other kinds.

    Also of a list that cannot be read as it is: so that people can say what its columns are.
    """
    data, choices = path.read_bytes(), {title: Choice(field or None) for title, field in mapping.items()}
    with suppress(UnreadableFile):
        if sniff("", data[:HEAD]) is Reader.CSV:
            cells = heads.header(heads.found_in(records(data, encoding_of(data)), choices)).cells
            header = [clean(cell) for cell in cells]
            return [(title, _field(title, mapping)) for title in titled(header)] if len(header) > 1 else []
    return []


def _field(title: str, mapping: Mapping[str, str]) -> str:
    return mapping[title] if title in mapping else next(iter(known([title])), "")


def is_small(path: Path) -> bool:
    """Whether a list is read so quickly that nobody need wait for the worker: about 2,000 rows."""
    if path.stat().st_size > SMALL_BYTES:
        return False
    return path.read_bytes().count(b"\n") <= SMALL_LINES
