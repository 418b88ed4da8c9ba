"""Tables of filing notes, and of what people made of them."""

from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from inspect_app.core.database import Base

if TYPE_CHECKING:
    from inspect_app.tenders.models import Tender


class FilingNote(Base):
    """A note (填報疑義) on months of one tender, as `looking.Found` told it.

    `digest` is of the values it rests on, `reviewed` the digest of those a person last judged, `verdict` what of
    them. `state` is open, the verdict as long as both digests are the same, or gone when the values no longer tell
    it. Months are "YYYY-MM".
    """

    __tablename__ = "filing_notes"
    __table_args__ = (
        Index("ix_filing_notes_state_strong_last", "state", "strong", "last"),
        CheckConstraint("state IN ('open', 'confirmed', 'dismissed', 'gone')", name="state"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tender_id: Mapped[UUID] = mapped_column(ForeignKey("tenders.id"), index=True)
    rule: Mapped[str] = mapped_column(String(32))
    first: Mapped[str] = mapped_column(String(7))
    last: Mapped[str] = mapped_column(String(7))
    strong: Mapped[bool]
    facts: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    digest: Mapped[str] = mapped_column(String(64))
    zh: Mapped[str] = mapped_column(Text)
    en: Mapped[str] = mapped_column(Text)
    ask: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(9), default="open")
    reviewed: Mapped[str | None] = mapped_column(String(64))
    verdict: Mapped[str | None] = mapped_column(String(9))
    found_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own form

    tender_row: Mapped["Tender"] = relationship(lazy="joined", innerjoin=True)


class FilingNoteReview(Base):
    """That a person judged a note as it stood: `confirmed` or `dismissed`; every one is kept, with its values."""

    __tablename__ = "filing_note_reviews"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    note_id: Mapped[UUID] = mapped_column(ForeignKey("filing_notes.id"), index=True)
    verdict: Mapped[str] = mapped_column(String(9))
    reason: Mapped[str | None] = mapped_column(String(500))
    facts: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    by_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    by_name: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime]
