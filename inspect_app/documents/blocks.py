"""From what a document says to the boxes that say it: one function for each kind of block."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import singledispatchmethod
from itertools import islice
from typing import TypeVar

from inspect_app.documents.boxes import (
    HAIRLINE,
    RULE,
    Beside,
    Blanked,
    Box,
    Cell,
    Pictures,
    Place,
    Plotted,
    Row,
    Stack,
    fitted,
)
from inspect_app.documents.fonts import Typeface, Typefaces
from inspect_app.documents.model import (
    Align,
    Bar,
    Bars,
    Blank,
    Block,
    Document,
    Fact,
    Facts,
    Heading,
    Notice,
    Paragraph,
    Photo,
    Photos,
    Question,
    Questions,
    Ruled,
    Signature,
    Signatures,
    Table,
)
from inspect_app.documents.pages import Item
from inspect_app.documents.pen import look_at
from inspect_app.documents.text import Line, break_lines, cut, legible

_T = TypeVar("_T")

BODY, SMALL, TINY = 10.5, 9.5, 8.5
_LEADING = {18.0: 26.0, 13.0: 20.0, 11.0: 17.0, 10.5: 17.0, 9.5: 14.5, 8.5: 12.5}
_GUTTER = 10.0
_LABEL = {1: 0.17, 2: 0.125}  # of the text width, by facts a row
_INDENT = 12.0
_MARK = 26.0
_PHOTO_HEIGHT = {2: 178.0, 3: 116.0}  # a little over 4:3, so that such photos fill their width
_SIGNING_HEIGHT = 38.0
_ANSWERED_FROM = 0.56  # of the text width
_WRITING_HEIGHT = 21.0
_PLOT = (0.3, 0.46)  # of the text width: where bars begin, and how long a full one is


class Compositor:
    """Turns blocks into items for one text width; collects the characters no face has."""

    def __init__(self, faces: Typefaces, width: float) -> None:
        self._faces = faces
        self._width = width
        self.missing: set[str] = set()

    def document(self, document: Document) -> list[Item]:
        """The head of the document and all of its blocks."""
        items = list(self._title(document))
        items += self._facts(document.head, 2, gap=10)
        for block in document.blocks:
            items += self.block(block)
        return items

    def plain(self, text: str) -> str:
        """The text as printed, on one line."""
        return legible(text, self._faces.regular, self.missing).replace("\n", " ")

    def one_line(self, text: str, size: float, width: float) -> Line:
        """The text on one line of ``width``, cut when longer."""
        return cut(legible(text, self._faces.regular, self.missing), self._faces.regular, width * 1000 / size)

    @singledispatchmethod
    def block(self, block: Block) -> Iterable[Item]:
        """The items of one block, whatever its kind."""
        raise TypeError(f"{type(block).__name__} is not a block of a document")

    @block.register
    def _(self, block: Heading) -> Iterable[Item]:
        size, gap = (13.0, 20.0) if block.level == 1 else (11.0, 12.0)
        cell = self._cell(block.text, 0, self._width, size, bold=True)
        yield Item(Row((cell,), size, _LEADING[size]), gap, with_next=True, together=True)

    @block.register
    def _(self, block: Paragraph) -> Iterable[Item]:
        if not block.mark:
            yield Item(_row((self._cell(block.text, 0, self._width, BODY),), BODY), gap=8)
            return
        mark = self._cell(block.mark, 0, self._width / 4, BODY)
        indent = max(line.width for line in mark.lines) * BODY / 1000 + 2
        text = self._cell(block.text, indent, self._width - indent, BODY)
        yield Item(_row((mark, text), BODY), gap=6)

    @block.register
    def _(self, block: Notice) -> Iterable[Item]:
        room = self._width - _INDENT
        if block.title:
            title = self._cell(block.title, _INDENT, room, BODY, bold=True)
            yield Item(Row((title,), BODY, _LEADING[BODY], bar=True), 12, with_next=True, together=True)
        text = self._cell(block.text, _INDENT, room, BODY)
        yield Item(Row((text,), BODY, _LEADING[BODY], bar=True), 0 if block.title else 12)

    @block.register
    def _(self, block: Facts) -> Iterable[Item]:
        items = list(self._facts(block.rows, block.across, gap=6))
        if not block.together:
            return items
        return [replace(item, with_next=True) for item in items[:-1]] + items[-1:]

    @block.register
    def _(self, block: Table) -> Iterable[Item]:
        places = self._columns(block)
        head = self._table_row(places, [column.title for column in block.columns], head=True)
        yield Item(head, gap=8, with_next=True, together=True)
        for row in block.rows:
            yield Item(self._table_row(places, row), head=head, together=True)
        if not block.rows:
            cell = self._cell(block.empty, 0, self._width, SMALL, muted=True)
            yield Item(_row((cell,), SMALL, self._width, pad=4.5, rule=HAIRLINE))

    @block.register
    def _(self, block: Bars) -> Iterable[Item]:
        for number, bar in enumerate(block.items):
            yield Item(self._plotted(bar), gap=0 if number else 6, with_next=not number)
        if not block.items:
            yield Item(_row((self._cell(block.empty, 0, self._width, SMALL, muted=True),), SMALL), gap=6)

    @block.register
    def _(self, block: Photos) -> Iterable[Item]:
        width = self._part(block.across)
        for photos in _by(block.across, block.items):
            places = tuple(
                self._photo_place(photo, at, width, block.across) for at, photo in enumerate(photos)
            )
            captions = tuple(
                self._cell(photo.caption, place.x, width, SMALL, "center")
                for photo, place in zip(photos, places, strict=True)
            )
            yield Item(Pictures(places), gap=10, with_next=True)
            yield Item(Row(captions, SMALL, _LEADING[SMALL], above=4), together=True)

    @block.register
    def _(self, block: Signatures) -> Iterable[Item]:
        width = self._part(block.across)
        rows = list(_by(block.across, block.lines))
        for number, lines in enumerate(rows, start=1):
            labels = tuple(
                self._cell(f"{line.role}　{line.name}".rstrip("　"), at * (width + _GUTTER), width, BODY)
                for at, line in enumerate(lines)
            )
            places = tuple(_signing_place(line, at, width) for at, line in enumerate(lines))
            yield Item(Row(labels, BODY, _LEADING[BODY]), gap=16, with_next=True, together=True)
            yield Item(Pictures(places), with_next=number < len(rows))

    @block.register
    def _(self, block: Questions) -> Iterable[Item]:
        for number, question in enumerate(block.items):
            yield Item(self._question(question), gap=0 if number else 4)

    @block.register
    def _(self, block: Ruled) -> Iterable[Item]:
        for _ in range(block.lines):
            yield Item(self._to_write_on(Blank(), self._width))

    def _question(self, question: Question) -> Beside:
        x = _ANSWERED_FROM * self._width
        room = x - _MARK - _GUTTER
        text = (
            self._cell(question.mark, 0, _MARK, BODY, muted=True),
            self._cell(question.text, _MARK, room, BODY),
        )
        notes = (_row((self._cell(note, _MARK, room, TINY, muted=True),), TINY) for note in question.notes)
        answers = (self._answer(answer, self._width - x) for answer in question.answers)
        return Beside((Stack(0, (_row(text, BODY), *notes)), Stack(x, tuple(answers))), self._width, 4.5)

    def _answer(self, answer: str | Blank, width: float) -> Box:
        if isinstance(answer, Blank):
            return self._to_write_on(answer, width)
        return _row((self._cell(answer, 0, width, BODY),), BODY)

    def _to_write_on(self, blank: Blank, width: float) -> Blanked:
        before, after = (
            self._cell(blank.before, 0, width, TINY),
            self._cell(blank.after, 0, width, TINY, "right"),
        )
        start, end = (max(line.width for line in cell.lines) * TINY / 1000 for cell in (before, after))
        row = Row((before, after), TINY, _LEADING[TINY], above=_WRITING_HEIGHT - _LEADING[TINY])
        return Blanked(row, start + 3 if start else 0, width - (end + 3 if end else 0))

    def _title(self, document: Document) -> Iterator[Item]:
        for text, size, bold in ((document.issued_by, 11.0, False), (document.title, 18.0, True)):
            cell = self._cell(text, 0, self._width, size, "center", bold=bold)
            yield Item(Row((cell,), size, _LEADING[size]), gap=2, with_next=True, together=True)
        if document.number:
            number = self._cell(
                f"{document.number_label}：{document.number}", 0, self._width, SMALL, "center", muted=True
            )
            yield Item(_row((number,), SMALL), gap=2)

    def _facts(self, facts: Sequence[Fact], across: int, gap: float) -> Iterator[Item]:
        width = self._part(across)
        label = _LABEL[across] * self._width
        for number, pair in enumerate(_by(across, facts)):
            cells: list[Cell] = []
            for at, fact in enumerate(pair):
                left = at * (width + _GUTTER)
                cells.append(self._cell(fact.label, left, label - 6, SMALL, muted=True))
                cells.append(self._cell(fact.value, left + label, width - label, SMALL))
            edge = RULE if number == 0 else 0
            row = _row(cells, SMALL, self._width, pad=3.5, rule_above=edge, rule=HAIRLINE)
            yield Item(row, gap if number == 0 else 0, together=True)

    def _plotted(self, bar: Bar) -> Plotted:
        """A label, a bar, and its figure to the right of the bar's room."""
        start, room = (self._width * share for share in _PLOT)
        after = start + room + _GUTTER
        label = self._cell(bar.label, 0, start - _GUTTER, SMALL)
        words = Row(
            (label, self._cell(bar.text, after, self._width - after, SMALL)), SMALL, _LEADING[SMALL], below=3
        )
        return Plotted(words, start, room * min(bar.thousandths, 1000) / 1000, room)

    def _columns(self, table: Table) -> list[tuple[float, float, Align]]:
        total = sum(column.share for column in table.columns)
        room = self._width - _GUTTER * (len(table.columns) - 1)
        places, x = [], 0.0
        for column in table.columns:
            width = room * column.share / total
            places.append((x, width, column.align))
            x += width + _GUTTER
        return places

    def _table_row(
        self, places: Sequence[tuple[float, float, Align]], texts: Sequence[str], head: bool = False
    ) -> Row:
        cells = [
            self._cell(text, x, width, SMALL, align, bold=head)
            for (x, width, align), text in zip(places, texts, strict=True)
        ]
        rules = {"rule_above": RULE, "rule": RULE} if head else {"rule": HAIRLINE}
        return _row(cells, SMALL, self._width, pad=4.5, **rules)

    def _photo_place(self, photo: Photo, at: int, width: float, across: int) -> Place:
        picture = look_at(photo.path)
        height = fitted(picture, width, _PHOTO_HEIGHT[across])[1]
        return Place(at * (width + _GUTTER), width, height, picture)

    def _part(self, across: int) -> float:
        return (self._width - _GUTTER * (across - 1)) / across

    def _cell(
        self,
        text: str,
        x: float,
        width: float,
        size: float,
        align: Align = "left",
        *,
        bold: bool = False,
        muted: bool = False,
    ) -> Cell:
        typeface: Typeface = self._faces.bold if bold else self._faces.regular
        lines = break_lines(legible(text, typeface, self.missing), typeface, width * 1000 / size)
        return Cell(x, width, lines, align, muted)


def _row(
    cells: Sequence[Cell],
    size: float,
    width: float = 0,
    *,
    pad: float = 0,
    rule_above: float = 0,
    rule: float = 0,
) -> Row:
    return Row(tuple(cells), size, _LEADING[size], width, pad, pad, rule_above, rule)


def _signing_place(line: Signature, at: int, width: float) -> Place:
    picture = look_at(line.image.path) if line.image else None
    return Place(at * (width + _GUTTER), width, _SIGNING_HEIGHT, picture, line=True)


def _by(count: int, values: Iterable[_T]) -> Iterator[list[_T]]:
    rest = iter(values)
    while group := list(islice(rest, count)):
        yield group
