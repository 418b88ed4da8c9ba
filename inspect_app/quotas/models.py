"""Approved numbers of inspections (作業辦法 art. 4, second paragraph); a later one replaces an earlier one."""

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from inspect_app.core.database import Base


class QuotaOverride(Base):
    """A band's number as its authority approved it; band 0 is the largest. Rows are added, never changed."""

    __tablename__ = "quota_overrides"
    __table_args__ = (CheckConstraint("band >= 0 AND required >= 0", name="numbers"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    year: Mapped[int] = mapped_column(index=True)
    band: Mapped[int]
    required: Mapped[int]
    document: Mapped[str] = mapped_column(String(120))
    approved_on: Mapped[date]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
