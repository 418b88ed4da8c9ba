"""What a message says and to whom, as frozen values. How it looks as mail, text or page is `rendering`'s business."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom a message is for.

    `key` never changes: `user:UUID` for a person who signs in, `contact:UUID` for one who only gets mail. Without
    `email` a message stands in the inbox alone; without `user_id` there is no inbox.
    """

    key: str
    name: str
    email: str | None
    user_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a head; every cell is text."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Link:
    """A page of ours: `path` begins with `/`, the host comes from the settings."""

    text: str
    path: str


@dataclass(frozen=True, slots=True)
class Bars:
    """A plot: for each label a value from 0 to `full`, shown as `text` (「97.50%」)."""

    caption: str
    full: float
    bars: tuple[tuple[str, float, str], ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands under it; a plain str is a paragraph."""

    title: str
    blocks: tuple["str | Table | Link | Bars", ...]


Block = str | Table | Link | Bars | Section


@dataclass(frozen=True, slots=True)
class DueDay:
    """An entry of the message's calendar (.ics): an all-day event; `uid` stays the same as long as the duty does."""

    uid: str
    on: date
    title: str
    path: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file sent along, such as a PDF of one page."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Letter:
    """One message to one recipient.

    `kind` is declared in `kinds.KINDS`; (kind, period, recipient) is its key: the same key is written once, ever.
    `period` says what it is for (`2026-10`, `2026-W47`, `2026-11-23`) however late it is written; `due_at` is the
    instant from which it may be sent.
    """

    kind: str
    period: str
    recipient: Recipient
    due_at: datetime
    subject: str
    blocks: Sequence[Block]
    due_days: tuple[DueDay, ...] = ()
    attachments: tuple[Attachment, ...] = ()
