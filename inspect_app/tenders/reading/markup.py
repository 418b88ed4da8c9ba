"""The tender system's XML: a stream of tenders, each with its months; nothing but the present tender is held.

expat is driven directly: it tells lines, and keeps no tree. Any DOCTYPE is refused, and with it every
entity of the file's own, every external one and every expansion.
"""

import codecs
import re
from collections.abc import Iterator
from xml.parsers import expat

from inspect_app.core.delimited import UnreadableFile, encoding_of
from inspect_app.tenders.reading import cells, items
from inspect_app.tenders.reading.gathering import Gathering
from inspect_app.tenders.reading.markup_map import Map, Node, tender_system
from inspect_app.tenders.reading.types import Choices, ParsedFile, Progress, Reader, Unit

MAX_DEPTH = 100
MAX_IGNORED = 200
STEP = 1 << 18

_DECLARED = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_CODECS = {
    **dict.fromkeys(("utf-8", "utf8", "us-ascii", "ascii"), "utf-8"),
    **dict.fromkeys(("big5", "big-5", "csbig5", "cp950", "ms950", "windows-950", "x-windows-950"), "cp950"),
    "big5-hkscs": "big5hkscs",
    **dict.fromkeys(("utf-16", "utf-16le", "utf-16be"), "utf-16"),
    **dict.fromkeys(("iso-8859-1", "latin1", "windows-1252"), "cp1252"),
}
_DOCTYPE = "檔案含有 DOCTYPE 宣告，基於安全不予讀取；請由標案管理系統重新匯出。"
_DEEP = f"標籤超過 {MAX_DEPTH} 層；這不是標案管理系統的 XML。"
_NOTHING = "檔案中沒有「標案」；請確認是標案管理系統匯出的 XML。"
_UNDECODABLE = "檔案的字不屬於所宣告的編碼，可能不完整；請由標案管理系統重新匯出。"

_MonthFound = tuple[int, list[str | None]]


def xml(data: bytes, unit: Unit | None, mapping: Choices | None, progress: Progress | None) -> ParsedFile:
    """Every month of every tender (a tender without any is one row), accepted or rejected.

    A file that breaks off gives what was whole before; the break is a rejection at its line. `mapping`
    is for tables and has no say here.
    """
    del mapping
    encoding = _encoding(data)
    walk = _Walk(tender_system(), unit, len(data), progress)
    broken = _feed(walk, data, encoding)
    if broken and not walk.tenders:
        raise UnreadableFile(f"第 {broken[0]} 行：{broken[1]}")
    if not walk.tenders:
        raise UnreadableFile(_NOTHING)
    if broken:
        walk.gathering.reject(broken[0], f"檔案在這裡中斷，之後的標案未讀入：{broken[1]}")
    return walk.gathering.result(reader=Reader.XML, encoding=encoding, ignored_columns=tuple(walk.ignored))


def _encoding(data: bytes) -> str:
    """The codec of the declared encoding, or, of none or a wrong UTF-8, the one the bytes are in."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    declared = _DECLARED.match(data.removeprefix(codecs.BOM_UTF8).lstrip())
    name = declared[1].decode("ascii").lower() if declared else "utf-8"
    if name not in _CODECS:
        raise UnreadableFile(f"不支援 XML 宣告的編碼「{name}」；請另存為 UTF-8 或 Big5。")
    if _CODECS[name] != "utf-8":
        return _CODECS[name]
    try:
        return encoding_of(data)
    except UnreadableFile as error:
        raise UnreadableFile(_UNDECODABLE) from error


def _feed(walk: "_Walk", data: bytes, encoding: str) -> tuple[int, str] | None:
    """Drives the parser; the line and reason where the file broke off, None if it is whole."""
    parser = walk.parser
    try:
        for done, text, is_last in _pieces(data, encoding):
            walk.done = done
            parser.Parse(text, is_last)
    except expat.ExpatError as error:
        return error.lineno, f"XML 不完整或損壞（{expat.ErrorString(error.code)}）；請重新匯出。"
    except UnicodeDecodeError as error:
        if not walk.tenders:
            raise UnreadableFile(_UNDECODABLE) from error
        return parser.CurrentLineNumber, _UNDECODABLE
    return None


def _pieces(data: bytes, encoding: str) -> Iterator[tuple[int, str, bool]]:
    codec = "utf-8-sig" if encoding == "utf-8" else encoding
    decoder = codecs.getincrementaldecoder(codec)()
    view = memoryview(data)
    for start in range(0, len(data) + 1, STEP):
        end = min(start + STEP, len(data))
        text = decoder.decode(view[start:end], final=end == len(data))
        yield end, text.lstrip() if start == 0 else text, start + STEP > len(data)


class _Walk:
    """Where the parser stands: outside tenders, in one (`_way` of nodes), or in what nothing is known of."""

    def __init__(self, known: Map, unit: Unit | None, total: int, progress: Progress | None) -> None:
        self.tenders = 0
        self.done = 0
        self.ignored: dict[str, None] = {}
        fields = tuple({**known.fields, **known.month_fields})
        layout = items.layout(fields, known.titles, unit)
        self.gathering = Gathering(layout, total, progress)
        self._map, self._fields = known, fields
        self._depth = self._skipped = self._line = self._month_line = 0
        self._way: list[Node] = []
        self._text: list[str] | None = None
        self._suffix = ""
        self._values: list[str | None] = []
        self._months: list[_MonthFound] = []
        self.parser = self._parser()

    def _parser(self) -> expat.XMLParserType:
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.StartDoctypeDeclHandler = self._refuse
        return parser

    def _refuse(self, *_: object) -> None:
        raise UnreadableFile(_DOCTYPE)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise UnreadableFile(_DEEP)
        if self._skipped:
            self._skipped += 1
            return
        name = name.rpartition(":")[2]
        if self._way:
            self._inside(name, attributes)
        elif name == self._map.tender:
            self._begin(attributes)

    def _begin(self, attributes: dict[str, str]) -> None:
        self._line = self.parser.CurrentLineNumber
        self._values = [None] * self._map.slots
        self._months = []
        self._enter(self._map.root, attributes)

    def _inside(self, name: str, attributes: dict[str, str]) -> None:
        node = self._way[-1].child(name)
        if node is None:
            self._skipped = 1
            if len(self.ignored) < MAX_IGNORED:
                self.ignored.setdefault(name[: cells.SHOWN])
            return
        if node.is_month:
            self._month_line = self.parser.CurrentLineNumber
            for slot in self._map.fresh:
                self._values[slot] = None
        self._enter(node, attributes)

    def _enter(self, node: Node, attributes: dict[str, str]) -> None:
        self._way.append(node)
        for name, slot in node.attributes:
            self._values[slot] = attributes.get(name)
        self._text = [] if node.text >= 0 else None
        self._suffix = attributes.get(self._map.unit_attribute, "") if node.is_money else ""

    def _characters(self, text: str) -> None:
        if self._text is not None and not self._skipped:
            self._text.append(text)

    def _end(self, _: str) -> None:
        self._depth -= 1
        if self._skipped:
            self._skipped -= 1
        elif self._way:
            self._leave(self._way.pop())

    def _leave(self, node: Node) -> None:
        if self._text is not None and node.text >= 0 and not self._values[node.text]:
            self._values[node.text] = "".join(self._text) + self._suffix
        self._text = None
        if node.is_month:
            self._months.append((self._month_line, self._values.copy()))
        elif not self._way:
            self._finish()

    def _finish(self) -> None:
        """The tender is whole: a row for each of its months that was filed, in order, or one without any."""
        self.tenders += 1
        own = {name: self._said(self._values, slots) for name, slots in self._map.fields.items()}
        months = [(line, self._month(values)) for line, values in self._months]
        filed = sorted((each for each in months if each[1]["planned"] or each[1]["actual"]), key=_when)
        for line, month in filed[:-1]:
            self._take(line, own | month)
        if filed:
            line, month = filed[-1]
            self._take(line, own | month | {"status": month["status"] or own["status"]})
        else:
            self._take(self._line, own)

    def _month(self, values: list[str | None]) -> dict[str, str | None]:
        return {name: self._said(values, slots) for name, slots in self._map.month_fields.items()}

    def _said(self, values: list[str | None], slots: tuple[int, ...]) -> str | None:
        """The first that says something; "" where all that are there are blank, None where none is there."""
        blank = None
        for slot in slots:
            if value := values[slot]:
                if text := cells.clean(value):
                    return text
                blank = ""
            elif value is not None:
                blank = ""
        return blank

    def _take(self, line: int, said: dict[str, str | None]) -> None:
        month = f"{said['year']} 年 {said['month']} 月" if said.get("month") else ""
        row, given = items.row(self._fields, said)
        place = f"標案 {said['number'] or '（無編號）'} {month}".strip()
        self.gathering.take(line, row, self.done, given=given, place=place[: cells.SHOWN * 2])


def _when(found: tuple[int, dict[str, str | None]]) -> str:
    """For sorting: the month, "" where it cannot be told (such a row is rejected)."""
    try:
        return cells.month(found[1]["year"], found[1]["month"] or "")
    except cells.CellError:
        return ""
