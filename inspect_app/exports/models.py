"""Quarterly returns as they were built: the file itself, so that what was handed in can be looked at later."""

from datetime import datetime

from sqlalchemy import CheckConstraint, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from inspect_app.core.database import Base


class QuarterlyReturn(Base):
    """The newest file of one quarter; `sha256` is the file's."""

    __tablename__ = "quarterly_returns"
    __table_args__ = (CheckConstraint("quarter BETWEEN 1 AND 4", name="quarter"),)

    year: Mapped[int] = mapped_column(primary_key=True)
    quarter: Mapped[int] = mapped_column(primary_key=True)
    built_at: Mapped[datetime]
    inspections: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(LargeBinary)
