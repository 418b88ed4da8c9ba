"""Days on which offices were closed beside the official calendar (颱風停班), with the document that says so."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from inspect_app.core.database import Base


class Closure(Base):
    """One day of closed offices in this city."""

    __tablename__ = "closures"

    on: Mapped[date] = mapped_column(primary_key=True)
    document: Mapped[str] = mapped_column(String(120))
    note: Mapped[str | None] = mapped_column(String(200))
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
