"""Tables of how photos look, and of what people made of the notes on them."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from inspect_app.core.database import Base


class PhotoLook(Base):
    """How a photo looks (`likeness.written`); `views` is empty where it shows too little to be told from others.

    `number` only grows and is never given twice: an index is brought up to date by it.
    """

    __tablename__ = "photo_looks"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 - SQLAlchemy's own form

    number: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True
    )
    sha256: Mapped[str] = mapped_column(ForeignKey("photos.sha256", ondelete="CASCADE"), unique=True)
    method: Mapped[int]
    views: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(index=True)


class NoteReview(Base):
    """That a person looked at a note, and what he made of it: `clear` or `follow_up`; every one is kept."""

    __tablename__ = "photo_note_reviews"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    note_id: Mapped[UUID] = mapped_column(index=True)
    inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspections.id"))
    verdict: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str | None] = mapped_column(String(500))
    by_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    by_name: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime]
