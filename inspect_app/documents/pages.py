"""Filling pages with boxes. Measures are points, counted down from the top of the text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from inspect_app.documents.boxes import Box

_CHAIN = 6
_SMALL = 3  # a box under a third of the page moves to the next page rather than being divided


@dataclass(frozen=True, slots=True)
class Item:
    """A box with the blank before it, which falls away at the top of a page.

    ``with_next`` keeps it on the page where the next one begins; ``head`` is drawn again above it at the top of a
    page; ``together`` keeps it whole when it is small.
    """

    box: Box
    gap: float = 0
    with_next: bool = False
    head: Box | None = None
    together: bool = False


@dataclass(frozen=True, slots=True)
class Placed:
    """A box and how far below the top of the text it begins."""

    box: Box
    down: float


@dataclass(slots=True)
class _Filling:
    height: float
    pages: list[list[Placed]] = field(default_factory=lambda: [[]])
    used: float = 0
    fresh: bool = True

    @property
    def room(self) -> float:
        return self.height - self.used

    def put(self, box: Box, gap: float) -> None:
        self.pages[-1].append(Placed(box, self.used + gap))
        self.used += gap + box.height
        self.fresh = False

    def turn(self, head: Box | None, needed: float) -> None:
        self.pages.append([])
        self.used = 0
        if head is not None and head.height * _SMALL <= self.height and head.height + needed <= self.height:
            self.put(head, 0)
        self.fresh = True


def paginate(items: Sequence[Item], height: float) -> list[list[Placed]]:
    """The boxes of every page, one page at least; whatever is too high for a page goes on over the next."""
    filling = _Filling(height)
    for number, item in enumerate(items):
        _place(filling, item, _needed_after(items, number, height))
    return filling.pages


def _place(filling: _Filling, item: Item, after: float) -> None:
    while True:
        gap = 0 if filling.fresh else item.gap
        room = filling.room - gap
        if item.box.height + after <= room:
            filling.put(item.box, gap)
            return
        pieces = item.box.split(room) if _may_divide(item, filling.height) else None
        if pieces:
            filling.put(pieces[0], gap)
            item = replace(item, box=pieces[1])
        elif filling.fresh:
            filling.put(item.box, gap)
            return
        filling.turn(item.head, _begins_with(item, filling.height))


def _may_divide(item: Item, height: float) -> bool:
    return not item.together or item.box.height * _SMALL > height


def _needed_after(items: Sequence[Item], number: int, height: float) -> float:
    """The height that must follow on the same page; 0 when it could never fit on one page."""
    needed = 0.0
    for current, following in zip(items[number:], items[number + 1 : number + _CHAIN], strict=False):
        if not current.with_next:
            break
        needed += following.gap + (_begins_with(following, height))
    return needed if items[number].box.height + needed <= height else 0


def _begins_with(item: Item, height: float) -> float:
    """The least height of an item on the page where it begins."""
    return item.box.least if _may_divide(item, height) and not item.with_next else item.box.height
