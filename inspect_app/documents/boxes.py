"""The rectangles a page is filled with, from top to bottom. Measures are points."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

from inspect_app.documents.model import Align
from inspect_app.documents.pen import BLACK, GREY, Pen, Picture
from inspect_app.documents.text import Line

HAIRLINE, RULE = 0.4, 0.9
_IDEOGRAPH_TOP = 0.88  # Noto's ideographs reach from 0.12 below the baseline to 0.88 above, in sizes
_BAR = 2.0
_EACH_SIDE = 2  # lines left before and taken after a page break
_FOOT = 3.0
_SHIFT = {"left": 0.0, "center": 0.5, "right": 1.0}


class Box(Protocol):
    """Something of a known height that is drawn below a point."""

    @property
    def height(self) -> float:
        """Its full height."""

    @property
    def least(self) -> float:
        """The height it needs to begin on a page."""

    def split(self, room: float) -> tuple[Box, Box] | None:
        """What fits into ``room``, and the rest; None when it cannot be divided there."""

    def draw(self, pen: Pen, x: float, top: float) -> None:
        """Draw it with its upper left corner at (x, top)."""


@dataclass(frozen=True, slots=True)
class Cell:
    """Lines of text at an offset from the left."""

    x: float
    width: float
    lines: tuple[Line, ...]
    align: Align = "left"
    muted: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """Cells side by side, all of one size: a paragraph is one cell, a table row has several.

    ``above`` and ``below`` are blank; ``rule_above`` and ``rule`` are the weights of lines along the upper and lower
    edge over ``width`` (0: none); ``bar`` draws a thick line along the left.
    """

    cells: tuple[Cell, ...]
    size: float
    leading: float
    width: float = 0
    above: float = 0
    below: float = 0
    rule_above: float = 0
    rule: float = 0
    bar: bool = False

    @property
    def height(self) -> float:
        """Blank, lines and blank."""
        return self._height_of(self._count)

    @property
    def least(self) -> float:
        """The first lines, or all of a row too short to be divided."""
        return self._height_of(_EACH_SIDE if self._count >= 2 * _EACH_SIDE else self._count)

    @property
    def _count(self) -> int:
        return max(len(cell.lines) for cell in self.cells)

    def _height_of(self, lines: int) -> float:
        return self.above + lines * self.leading + self.below

    def split(self, room: float) -> tuple[Row, Row] | None:
        """Divide after a line, at least two of them on either side."""
        fitting = int((room - self.above - self.below) / self.leading)
        kept = min(fitting, self._count - _EACH_SIDE)
        if kept < _EACH_SIDE:
            return None
        return self._part(0, kept), self._part(kept, self._count)

    def _part(self, start: int, end: int) -> Row:
        return replace(self, cells=tuple(replace(cell, lines=cell.lines[start:end]) for cell in self.cells))

    def draw(self, pen: Pen, x: float, top: float) -> None:
        """Draw cell by cell, so that text copied out reads cell by cell."""
        first = top - self.above - (self.leading - self.size) / 2 - _IDEOGRAPH_TOP * self.size
        for cell in self.cells:
            for number, line in enumerate(cell.lines):
                blank = cell.width - line.width * self.size / 1000
                left = x + cell.x + blank * _SHIFT[cell.align]
                pen.text(line, left, first - number * self.leading, self.size, GREY if cell.muted else BLACK)
        if self.rule_above:
            pen.rule(x, top, self.width, self.rule_above)
        if self.rule:
            pen.rule(x, top - self.height, self.width, self.rule)
        if self.bar:
            pen.bar(x, top - self.height, _BAR, self.height)


class _Whole:
    """A box that is never divided."""

    __slots__ = ()

    def split(self, room: float) -> None:
        """Never."""


@dataclass(frozen=True, slots=True)
class Place:
    """A picture, or with none a place to sign, within a row; ``line`` draws a line under it."""

    x: float
    width: float
    height: float
    picture: Picture | None
    line: bool = False


@dataclass(frozen=True, slots=True)
class Pictures(_Whole):
    """Pictures side by side, each in the middle of its place's width and at its foot."""

    places: tuple[Place, ...]

    @property
    def height(self) -> float:
        """The highest place."""
        return max(place.height for place in self.places)

    @property
    def least(self) -> float:
        """All of it."""
        return self.height

    def draw(self, pen: Pen, x: float, top: float) -> None:
        """Scale each picture into its place, keeping its proportions."""
        foot = top - self.height
        for place in self.places:
            if place.line:
                pen.rule(x + place.x, foot, place.width, HAIRLINE)
            if place.picture:
                width, height = fitted(place.picture, place.width, place.height)
                pen.picture(place.picture, x + place.x + (place.width - width) / 2, foot, width, height)


@dataclass(frozen=True, slots=True)
class Blanked(_Whole):
    """A row of words with a line to write on between ``start`` and ``end``."""

    words: Row
    start: float
    end: float

    @property
    def height(self) -> float:
        """That of the words."""
        return self.words.height

    @property
    def least(self) -> float:
        """All of it."""
        return self.height

    def draw(self, pen: Pen, x: float, top: float) -> None:
        """The words, and the line a little above their foot."""
        self.words.draw(pen, x, top)
        pen.rule(x + self.start, top - self.height + _FOOT, self.end - self.start, HAIRLINE)


@dataclass(frozen=True, slots=True)
class Plotted(_Whole):
    """A row of words, beside its first line a bar of `length` from `start` over a hairline of its full length `room`."""

    words: Row
    start: float
    length: float
    room: float

    @property
    def height(self) -> float:
        """That of the words."""
        return self.words.height

    @property
    def least(self) -> float:
        """All of it."""
        return self.height

    def draw(self, pen: Pen, x: float, top: float) -> None:
        """The words, then the bar."""
        self.words.draw(pen, x, top)
        foot = top - self.words.leading + _FOOT
        pen.rule(x + self.start, foot, self.room, HAIRLINE)
        if self.length:
            pen.bar(x + self.start, foot, self.length, self.words.size, GREY)


@dataclass(frozen=True, slots=True)
class Stack:
    """Boxes one below the other, at an offset from the left."""

    x: float
    boxes: tuple[Box, ...]

    @property
    def height(self) -> float:
        """All of them."""
        return sum(box.height for box in self.boxes)


@dataclass(frozen=True, slots=True)
class Beside(_Whole):
    """Stacks side by side between two blanks of ``pad``, over a hairline of ``width``."""

    stacks: tuple[Stack, ...]
    width: float
    pad: float

    @property
    def height(self) -> float:
        """The highest stack between the blanks."""
        return max(stack.height for stack in self.stacks) + 2 * self.pad

    @property
    def least(self) -> float:
        """All of it."""
        return self.height

    def draw(self, pen: Pen, x: float, top: float) -> None:
        """Stack by stack, so that text copied out reads so."""
        for stack in self.stacks:
            down = self.pad
            for box in stack.boxes:
                box.draw(pen, x + stack.x, top - down)
                down += box.height
        pen.rule(x, top - self.height, self.width, HAIRLINE)


def fitted(picture: Picture, width: float, height: float) -> tuple[float, float]:
    """The largest size with the picture's proportions inside width and height."""
    scale = min(width / max(picture.width, 1), height / max(picture.height, 1))
    return picture.width * scale, picture.height * scale
