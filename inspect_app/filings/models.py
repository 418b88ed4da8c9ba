"""Tables of filings: excuses, flags, and how far the chase has come. What was filed stands with the tenders."""

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from inspect_app.core.database import Base

ON_TIME, LATE, EXCUSED = "on_time", "late", "excused"
"""How a flag was cleared: filed in time but recorded after the flag, filed late, excused."""
_LIVE = text("withdrawn_at IS NULL")


class Excuse(Base):
    """That a tender need not be updated for a month, by a document; withdrawn, it stays readable."""

    __tablename__ = "filing_excuses"
    __table_args__ = (
        Index(
            "uq_filing_excuses_live",
            "month",
            "tender_id",
            unique=True,
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        ),
        Index("ix_filing_excuses_tender_id", "tender_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    month: Mapped[str] = mapped_column(String(7))
    tender_id: Mapped[UUID] = mapped_column(ForeignKey("tenders.id"))
    reason: Mapped[str] = mapped_column(String(200))
    document: Mapped[str] = mapped_column(String(120))
    note: Mapped[str | None] = mapped_column(String(500))
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))


class FlaggedMonth(Base):
    """That a month's flags were written: `flagged_at` is when they count from, `recorded_at` when it was done."""

    __tablename__ = "flagged_months"

    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    flagged_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    flags: Mapped[int]


class Flag(Base):
    """One tender missing after the last day of a month's filing; open until it is filed or excused."""

    __tablename__ = "filing_flags"
    __table_args__ = (
        CheckConstraint("how IN ('on_time', 'late', 'excused')", name="how"),
        Index("ix_filing_flags_tender_id", "tender_id"),
        Index(
            "ix_filing_flags_open",
            "month",
            "agency_id",
            sqlite_where=text("cleared_at IS NULL"),
            postgresql_where=text("cleared_at IS NULL"),
        ),
    )

    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    tender_id: Mapped[UUID] = mapped_column(ForeignKey("tenders.id"), primary_key=True)
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    flagged_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    cleared_at: Mapped[datetime | None]
    how: Mapped[str | None] = mapped_column(String(8))


class Chase(Base):
    """A step of the chase of an agency for a month; `recipients` 0: there was nobody to write to."""

    __tablename__ = "filing_chases"

    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), primary_key=True)
    duty: Mapped[str] = mapped_column(String(16), primary_key=True)
    due_on: Mapped[date]
    recorded_at: Mapped[datetime]
    recipients: Mapped[int]
