"""From the bytes of a CSV or TSV file to its records, each with the physical line where it starts."""

import codecs
import csv
import io
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

MAX_BYTES = 64 * 1024 * 1024
MAX_RECORD = 200_000
"""Characters in one record: what the csv module would turn into that many cells is no row."""
MAX_BROKEN = 200
"""Broken records in one file: each costs a second look at the lines it swallowed."""

_TOO_BIG = f"檔案超過 {MAX_BYTES // 1024 // 1024} MiB；請分成數個檔案匯入。"
_BINARY = "檔案不是文字檔（含有 NUL 位元組）；請另存為 UTF-8 的 CSV 檔。"
_QUOTES = "這一列的引號未成對；儲存格內的引號要寫成兩個。"
_TOO_LONG = "這一列過長；請檢查引號是否成對。"
_TOO_BROKEN = f"引號未成對的列超過 {MAX_BROKEN} 列；請用試算表軟體重新匯出 CSV 檔。"


class UnreadableFile(ValueError):  # noqa: N818 - says what the file is
    """Nothing of the file can be used; `field` is what to correct, the file itself unless it says otherwise."""

    def __init__(self, reason: str, field: str = "file") -> None:
        super().__init__(reason)
        self.reason = reason
        self.field = field


@dataclass(frozen=True, slots=True)
class Record:
    """The cells of one record, or the reason why it cannot be taken apart."""

    line: int
    cells: list[str]
    problem: str = ""


def read_bytes(source: bytes | BinaryIO) -> bytes:
    """The whole file, at most `MAX_BYTES`."""
    data = source if isinstance(source, bytes) else source.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise UnreadableFile(_TOO_BIG)
    return data


def encoding_of(data: bytes) -> str:
    """The encoding all of the file is strictly in: "utf-8" (BOM or not), else "cp950"; else UnreadableFile."""
    if b"\0" in data:
        raise UnreadableFile(_BINARY)
    bad = _first_undecodable(data, "utf-8")
    if bad is None:
        return "utf-8"
    if not _is_mostly_utf8(data):
        bad = _first_undecodable(data, "cp950")
    if bad is None:
        return "cp950"
    line = data.count(b"\n", 0, bad) + 1
    raise UnreadableFile(
        f"第 {line} 行有不屬於 UTF-8 或 Big5 的字，檔案可能不完整；請另存為 UTF-8 的 CSV 檔後再匯入。"
    )


def records(data: bytes, encoding: str, delimiter: str = ",") -> Iterator[Record]:
    """Every record that is not empty, in order. A broken one costs its first line, not the rest of the file."""
    codec = "utf-8-sig" if encoding == "utf-8" else encoding
    lines = _Lines(io.TextIOWrapper(io.BytesIO(data), encoding=codec, newline=""))
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    broken = 0
    while (record := _next_record(reader, lines)) is not None:
        broken += bool(record.problem)
        if broken > MAX_BROKEN:
            raise UnreadableFile(_TOO_BROKEN)
        if record.problem or "".join(record.cells).strip():
            yield record


def _next_record(reader: Iterator[list[str]], lines: "_Lines") -> Record | None:
    lines.begin_record()
    try:
        return Record(lines.record_line, next(reader))
    except StopIteration:
        return None
    except csv.Error as error:
        lines.give_back_all_but_first()
        return Record(lines.record_line, [], _TOO_LONG if isinstance(error, _RecordTooLong) else _QUOTES)


def _first_undecodable(data: bytes, encoding: str) -> int | None:
    """Where strict decoding fails; None if it does not. In pieces, so that no second copy is made."""
    decoder = codecs.getincrementaldecoder(encoding)()
    view = memoryview(data)
    step = 1 << 20
    for start in range(0, len(data) + 1, step):
        try:
            decoder.decode(view[start : start + step], final=start + step > len(data))
        except UnicodeDecodeError as error:
            return start + error.start
    return None


def _is_mostly_utf8(data: bytes) -> bool:
    """Damaged UTF-8 can happen to be valid Big5, of quite other characters: refuse it instead of guessing."""
    if data.startswith(codecs.BOM_UTF8):
        return True
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    wide = len(text) - len(text.encode("ascii", "ignore"))
    return wide - broken > broken


class _RecordTooLong(csv.Error):
    """A record past `MAX_RECORD`."""


class _Lines:
    """Physical lines that know where a record began and can be given back when it turns out broken."""

    def __init__(self, source: Iterable[str]) -> None:
        self.record_line = 1
        self._source = iter(source)
        self._held: deque[str] = deque()
        self._record: list[str] = []
        self._size = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._held.popleft() if self._held else next(self._source)
        self._record.append(line)
        self._size += len(line)
        if self._size > MAX_RECORD:
            raise _RecordTooLong
        return line

    def begin_record(self) -> None:
        self.record_line += len(self._record)
        self._record.clear()
        self._size = 0

    def give_back_all_but_first(self) -> None:
        """The lines an unclosed quote swallowed are rows of their own."""
        self._held.extendleft(reversed(self._record[1:]))
        del self._record[1:]
