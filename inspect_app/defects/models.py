"""Tables of defects and what is done about them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from inspect_app.core.database import Base
from inspect_app.defects.words import FOUND


class Defect(Base):
    """One defect of an inspection's current submission; the id is the tablet's."""

    __tablename__ = "defects"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspections.id"), index=True)
    position: Mapped[int]
    code: Mapped[str] = mapped_column(String(20), index=True)
    severity: Mapped[str] = mapped_column(String(1))
    party: Mapped[str] = mapped_column(String(12))
    also: Mapped[list[str]] = mapped_column(JSON)
    points: Mapped[int]
    note: Mapped[str | None] = mapped_column(String(2000))
    place: Mapped[str | None] = mapped_column(String(200))
    photos: Mapped[list[str]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(12), default=FOUND, index=True)
    correct_by: Mapped[date | None] = mapped_column(index=True)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own form

    steps: Mapped[list["DefectStep"]] = relationship(
        lazy="selectin", order_by="DefectStep.position", cascade="all, delete-orphan"
    )

    @property
    def inspection(self) -> UUID:
        return self.inspection_id


class DefectStep(Base):
    """A correction, review or extension; `photos` of a correction are by stage: before, during, after."""

    __tablename__ = "defect_steps"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    defect_id: Mapped[UUID] = mapped_column(ForeignKey("defects.id"), index=True)
    position: Mapped[int]
    kind: Mapped[str] = mapped_column(String(12))
    at: Mapped[datetime]
    by_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    by_name: Mapped[str] = mapped_column(String(60))
    note: Mapped[str | None] = mapped_column(String(2000))
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)


class CorrectionPhoto(Base):
    """A photo that a correction carries, so that who may read the defect may see it."""

    __tablename__ = "correction_photos"

    step_id: Mapped[UUID] = mapped_column(ForeignKey("defect_steps.id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True, index=True)
    inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspections.id"))
