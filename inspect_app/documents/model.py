"""What a document says, apart from how it is drawn.

Values are plain text, photo files and numbers; nothing here knows a feature, a page or ReportLab. The content hash
covers what a reader is told (see `content_sha256`), so the same facts give the same hash years later, even when
column widths or the look have changed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Any, Literal

Align = Literal["left", "center", "right"]

_LOOK: Mapping[str, bool] = {"look": True}
"""Marks a field that changes only the look, and so stays out of the content hash."""

_MAX_COLUMNS = 12
_MIN_SHARE = 20  # no column narrower than a twentieth of the page: about 8 mm, two characters


@dataclass(frozen=True, slots=True)
class Fact:
    """One labelled value, such as 標案名稱 and the name."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; level 1 opens a section, level 2 a part of it."""

    text: str
    level: Literal[1, 2] = 1


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text; line breaks are kept. ``mark`` (一、or 1.) hangs to the left of it."""

    text: str
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """Labelled values one below the other, or two side by side; a few `together` stay on one page."""

    rows: tuple[Fact, ...]
    across: Literal[1, 2] = field(default=1, metadata=_LOOK)
    together: bool = field(default=False, metadata=_LOOK)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; ``share`` is its width relative to the other columns."""

    title: str
    share: int = field(default=1, metadata=_LOOK)
    align: Align = field(default="left", metadata=_LOOK)


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text under a head that is repeated on every page; a long row goes on over the page.

    ``empty`` is printed in place of rows when there are none.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    empty: str = "（無）"

    def __post_init__(self) -> None:
        if not 1 <= len(self.columns) <= _MAX_COLUMNS:
            raise ValueError(f"a table has 1 to {_MAX_COLUMNS} columns, not {len(self.columns)}")
        total = sum(column.share for column in self.columns)
        if min(column.share for column in self.columns) * _MIN_SHARE < total:
            raise ValueError(f"every column needs at least 1/{_MIN_SHARE} of the sum of shares, {total}")
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError(f"every row needs {len(self.columns)} cells")


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture file (JPEG or PNG) with its caption.

    ``sha256`` (hex) names the evidence and enters the content hash; ``path`` is the file drawn, which may be a
    smaller copy of it. A JPEG goes into the PDF byte for byte, with whatever EXIF data it carries.
    """

    path: Path = field(metadata=_LOOK)
    sha256: str
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Photos:
    """Pictures in a grid, two or three a row, each kept with its caption."""

    items: tuple[Photo, ...]
    across: Literal[2, 3] = field(default=2, metadata=_LOOK)


@dataclass(frozen=True, slots=True)
class Signature:
    """A line to sign on, or the signature given on a tablet."""

    role: str
    name: str = ""
    image: Photo | None = None


@dataclass(frozen=True, slots=True)
class Signatures:
    """Signature lines, side by side."""

    lines: tuple[Signature, ...]
    across: Literal[2, 3] = field(default=2, metadata=_LOOK)


@dataclass(frozen=True, slots=True)
class Notice:
    """Text that must not be overlooked: a deadline, a way of appeal, a withheld grade."""

    text: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Blank:
    """A line to write on by pen, with words before and after it."""

    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """Something to be answered by pen: its `mark` and text, small grey `notes` below, and to the right the `answers`:
    boxes to tick as text, lines to write on as Blank, one below the other."""

    mark: str
    text: str
    notes: tuple[str, ...] = ()
    answers: tuple[str | Blank, ...] = ()


@dataclass(frozen=True, slots=True)
class Questions:
    """Questions one below the other, none divided over two pages."""

    items: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Ruled:
    """So many blank lines to write on, over the whole width."""

    lines: int


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a plot: `thousandths` of its full length, and the figure in words beside it."""

    label: str
    thousandths: int
    text: str


@dataclass(frozen=True, slots=True)
class Bars:
    """A plot of bars one below the other, each with its label to the left and its figure to the right."""

    items: tuple[Bar, ...]
    empty: str = "（無）"


Block = Heading | Paragraph | Facts | Table | Photos | Signatures | Notice | Questions | Ruled | Bars


@dataclass(frozen=True, slots=True)
class Document:
    """A whole document.

    Attributes:
        title: the kind of document, such as 工程施工查核改善通知.
        number: its number (文號), printed at the head and at every foot.
        issued_by: the authority that issues it.
        head: the facts under the title.
        blocks: the body, in order.
        footer: a short line at every foot; longer than the line, it is cut.
        number_label: what the number is called; part of the look, so that older hashes hold.
        link: what the QR at the foot holds, normally the address where the document can be checked. Empty: number
            and content hash. Addresses change, so it is not part of the content hash.
        proof: a small line at every foot that says by what the paper is proved; more than its content.
    """

    title: str
    number: str
    issued_by: str
    head: tuple[Fact, ...] = ()
    blocks: tuple[Block, ...] = ()
    footer: str = ""
    link: str = field(default="", metadata=_LOOK)
    proof: str = field(default="", metadata=_LOOK)
    number_label: str = field(default="文號", metadata=_LOOK)


def content_sha256(document: Document) -> str:
    """The SHA-256 (hex) of the document's content as canonical JSON: sorted keys, ASCII, no spaces.

    Left out are widths, alignments, pictures a row, file paths and the link.
    """
    text = json.dumps(_canonical(document), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _canonical(value: object) -> Any:
    if is_dataclass(value):
        kept = {
            item.name: _canonical(getattr(value, item.name)) for item in fields(value) if _is_content(item)
        }
        return {"type": type(value).__name__, **kept}
    if isinstance(value, tuple | list):
        return [_canonical(item) for item in value]
    return value


def _is_content(item: Field[Any]) -> bool:
    return not item.metadata.get("look", False)
