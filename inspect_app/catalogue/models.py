"""Tables of imported revisions: what an official sheet said is kept as it was; the database refuses to change it."""

from datetime import date, datetime

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from inspect_app.core.database import Base


class Revision(Base):
    """One import: a revision of its own, or the official words of a published one, which then has no lines here.

    `source` is the file's name and `sha256` its digest; `trades` maps a subject to its names [zh-Hant, English];
    `lines` is how many there are, and no more can come.
    """

    __tablename__ = "catalogue_revisions"

    id: Mapped[str] = mapped_column(String(20), primary_key=True)
    counts_from: Mapped[date] = mapped_column(unique=True)
    source: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64))
    trades: Mapped[dict[str, list[str]]] = mapped_column(JSON)
    imported_at: Mapped[datetime]
    imported_by: Mapped[str] = mapped_column(String(60))
    lines: Mapped[int]


class Line(Base):
    """One group or item of an imported revision, in official order by `position`; fields as in DefectCode."""

    __tablename__ = "catalogue_lines"
    __table_args__ = (UniqueConstraint("revision_id", "position"),)

    revision_id: Mapped[str] = mapped_column(ForeignKey("catalogue_revisions.id"), primary_key=True)
    code: Mapped[str] = mapped_column(String(12), primary_key=True)
    position: Mapped[int]
    parent: Mapped[str | None] = mapped_column(String(12))
    kind: Mapped[str] = mapped_column(String(8))
    points: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(60))
    english: Mapped[str] = mapped_column(String(120))
    trade: Mapped[str] = mapped_column(String(20))
    phase: Mapped[str | None] = mapped_column(String(12))
    party: Mapped[str | None] = mapped_column(String(12))
    also: Mapped[list[str]] = mapped_column(JSON)
    bears: Mapped[str | None] = mapped_column(String(12))
    edition: Mapped[str] = mapped_column(String(20))
    doubt: Mapped[str] = mapped_column(String(200))


class Wording(Base):
    """The official words for a code in one revision; `title_is_earlier`: our title was made for earlier words."""

    __tablename__ = "catalogue_wordings"

    revision_id: Mapped[str] = mapped_column(ForeignKey("catalogue_revisions.id"), primary_key=True)
    code: Mapped[str] = mapped_column(String(12), primary_key=True)
    wording: Mapped[str] = mapped_column(Text)
    title_is_earlier: Mapped[bool]
