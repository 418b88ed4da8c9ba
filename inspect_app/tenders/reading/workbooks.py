"""Workbooks (.xlsx, .xls and .ods): the first visible sheet with a header, read like a CSV file.

calamine takes the workbook apart in a process of its own (`workbook_child`), of limited memory and time.
"""

import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from io import BytesIO
from itertools import chain
from pathlib import Path
from threading import Thread
from typing import IO, Any

import msgspec

from inspect_app.core.delimited import Record, UnreadableFile
from inspect_app.tenders.reading import heads
from inspect_app.tenders.reading.columns import KEYS, known, understand
from inspect_app.tenders.reading.gathering import Gathering
from inspect_app.tenders.reading.types import Choices, ParsedFile, Progress, Reader, TenderRow, Unit

MAX_UNPACKED = 512 * 1024 * 1024
"""Bytes of all parts together as the archive declares them; the child's limits hold whatever is true."""
MAX_PARTS = 5000

_CHILD = Path(__file__).with_name("workbook_child.py")
_BROKEN = "檔案不是完整的 Excel 檔（可能下載未完成）；請重新匯出，或用試算表軟體開啟後另存。"
_TOO_BIG = "檔案解開後過大；請刪去不用的工作表、列與欄，或分成數個檔案匯入。"
_LOCKED = "檔案有密碼保護；請先移除密碼再匯入。"
_NO_HEAD = "各工作表中都找不到欄名列；應有「標案編號、標案名稱、主辦機關」等欄名，或由欄位對應指定。"
_FRACTIONS = (
    "進度欄的值都不大於 1，看似以百分比格式儲存（0.85 即 85%）；請將該欄改為一般數字，例如 85，再匯入。"
)
_REASONS = {"password": _LOCKED, "memory": _TOO_BIG, "broken": _BROKEN}

Sheet = tuple[int, Iterator[Record]]


def workbook(
    data: bytes, unit: Unit | None, mapping: Choices | None, progress: Progress | None
) -> ParsedFile:
    """Every row below the header of the first visible sheet that has one, accepted or rejected."""
    _check_size(data)
    with _frames(data) as frames:
        for height, records in _sheets(frames):
            begun = heads.found_in(records, mapping)
            if begun is None or len(known(begun[0].cells, mapping).intersection(KEYS)) < heads.ENOUGH:
                continue
            head, above, after = begun
            titles = _trimmed(head.cells)
            layout = understand(titles, unit, mapping, f"第 {head.line} 列")
            gathering = Gathering(layout, height, progress, "列")
            for record in chain(after, records):
                gathering.take(record.line, _fitted(record.cells, len(titles)), record.line)
            made_on = heads.made_on(above)
            return _checked(gathering.result(reader=Reader.WORKBOOK, encoding="", made_on=made_on))
    raise UnreadableFile(_NO_HEAD)


def _check_size(data: bytes) -> None:
    """Refuse what declares itself too big before anything is unpacked; an .xls is no archive."""
    if not data.startswith(b"PK"):
        return
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise UnreadableFile(_BROKEN) from error
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise UnreadableFile(_TOO_BIG)


@contextmanager
def _frames(data: bytes) -> Iterator[Iterator[list[Any]]]:
    """What the child tells; it is ended with the block, however that ends."""
    child = subprocess.Popen(  # noqa: S603 - our own module, by its path
        [sys.executable, "-I", str(_CHILD)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    feeding = Thread(target=_feed, args=(child.stdin, data), daemon=True)
    feeding.start()
    try:
        if child.stdout is None:
            raise RuntimeError("the child has no output")
        yield _told(child.stdout)
    finally:
        child.kill()
        child.wait()
        feeding.join()
        if child.stdout:
            child.stdout.close()


def _feed(stdin: IO[bytes] | None, data: bytes) -> None:
    """Hand the workbook over; a child that died already is noticed by what it does not tell."""
    if stdin is None:
        return
    try:
        with stdin:
            stdin.write(data)
    except OSError:
        return


def _told(stdout: IO[bytes]) -> Iterator[list[Any]]:
    """Frame by frame; UnreadableFile when the child says why it gives up, or dies without a word."""
    while True:
        length = int.from_bytes(stdout.read(4), "big")
        if not length:
            raise UnreadableFile(_TOO_BIG)
        frame = msgspec.msgpack.decode(stdout.read(length), type=list[Any])
        if frame[0] == "error":
            raise UnreadableFile(_REASONS[frame[1]])
        if frame[0] == "end":
            return
        yield frame


def _sheets(frames: Iterator[list[Any]]) -> Iterator[Sheet]:
    """Each sheet's number of rows, and its rows; what is not taken of them is passed over."""
    frame = next(frames, None)
    while frame is not None:
        rows = _Rows(frames)
        yield frame[2], rows.records()
        frame = rows.next_sheet()


class _Rows:
    """The rows of one sheet, up to the frame that begins the next."""

    def __init__(self, frames: Iterator[list[Any]]) -> None:
        self._frames = frames
        self._following: list[Any] | None = None

    def records(self) -> Iterator[Record]:
        for frame in self._frames:
            if frame[0] == "sheet":
                self._following = frame
                return
            for line, cells in frame[1]:
                yield Record(line, cells)

    def next_sheet(self) -> list[Any] | None:
        if self._following is None:
            for _ in self.records():
                pass
        return self._following


def _trimmed(cells: list[str]) -> list[str]:
    """Without the blank cells at the end: a sheet's rows are all as wide as its widest."""
    last = max((place for place, cell in enumerate(cells, 1) if cell.strip()), default=0)
    return cells[:last]


def _fitted(cells: list[str], width: int) -> list[str]:
    """As wide as the header, unless something stands beyond it: such a row is rejected."""
    return cells[:width] if not any(cells[width:]) else _trimmed(cells)


def _checked(parsed: ParsedFile) -> ParsedFile:
    """UnreadableFile for percents that are fractions: a cell shows 85% and holds 0.85."""
    told = [part for row in parsed.rows for part in _percents(row)]
    parts = sum(0 < part < 1 for part in told)
    if parts >= 2 and max(told) <= 1:
        raise UnreadableFile(_FRACTIONS)
    return parsed


def _percents(row: TenderRow) -> tuple[Decimal, ...]:
    return (row.progress.planned, row.progress.actual) if row.progress else ()
