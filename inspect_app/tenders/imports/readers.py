"""The seam to the readers: which kinds of lists there are, and how one is read, whatever its kind."""

from collections.abc import Callable, Mapping
from pathlib import Path

from inspect_app.core.delimited import UnreadableFile
from inspect_app.tenders.import_columns import NAMES
from inspect_app.tenders.importing import ParsedFile, Unit
from inspect_app.tenders.imports import mapped, rows

__all__ = ["AUTO", "FIELDS", "LABELS", "Progress", "UnreadableFile", "is_small", "read", "titles"]

AUTO, ROWS = "auto", "rows"
LABELS = {AUTO: "依內容判斷", "csv": "CSV（UTF-8 或 Big5）", ROWS: "JSON（rows）"}
"""The kinds of files, as kept with an import, and their names."""
FIELDS = {field: names[0] for field, names in NAMES.items()}
"""What a column can be, and what it is called."""
ACCEPTED = ".csv,text/csv"
SMALL_BYTES, SMALL_LINES = 2**20, 2000

Progress = Callable[[int, int, int], None]
"""Told now and then how many rows were read, and how much of how much is done; what it raises ends the reading."""


def read(
    path: Path, reader: str, unit: str | None, mapping: Mapping[str, str], progress: Progress | None = None
) -> ParsedFile:
    """Every row of a list, accepted or rejected; UnreadableFile when nothing of it can be used.

    `mapping` is column title to field, "" for a column that is left out; other titles are recognised by name.
    """
    data = path.read_bytes()
    asked = Unit(unit) if unit else None
    if reader == ROWS:
        return rows.read(data, progress)
    return mapped.read(data, asked, mapping, progress)


def titles(path: Path, mapping: Mapping[str, str]) -> list[tuple[str, str]]:
    """The columns of a list with the field each is taken for, "" for none; none where the list has no columns.

    Also of a list that cannot be read as it is: so that people can say what its columns are.
    """
    return mapped.titles(path.read_bytes(), mapping)


def is_small(path: Path) -> bool:
    """Whether a list is read so quickly that nobody need wait for the worker: about 2,000 rows."""
    if path.stat().st_size > SMALL_BYTES:
        return False
    return path.read_bytes().count(b"\n") <= SMALL_LINES
