"""Tables of tenders (標案) and their monthly progress."""

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from inspect_app.core.database import Base, Hundredths

if TYPE_CHECKING:
    from inspect_app.accounts.models import Organisation

KINDS = {"work": "工程", "service": "勞務"}


class Tender(Base):
    """One tender; agency and number are its natural key. Amounts are whole TWD; None is unknown (未填)."""

    __tablename__ = "tenders"
    __table_args__ = (
        UniqueConstraint("agency_id", "number"),
        CheckConstraint("budget_twd >= 0", name="budget"),
        CheckConstraint("contract_twd >= 0", name="contract"),
        CheckConstraint("kind IN ('work', 'service')", name="kind"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    number: Mapped[str] = mapped_column(String(40), index=True)
    name: Mapped[str] = mapped_column(String(200))
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    supervisor_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    contractor_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    pcm_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    kind: Mapped[str] = mapped_column(String(8), default="work")
    own: Mapped[bool] = mapped_column(default=True)
    budget_twd: Mapped[int | None] = mapped_column(BigInteger)
    contract_twd: Mapped[int | None] = mapped_column(BigInteger)
    category: Mapped[str | None] = mapped_column(String(60))
    status: Mapped[str | None] = mapped_column(String(20), index=True)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own form

    agency_row: Mapped["Organisation"] = relationship(foreign_keys=[agency_id], lazy="joined", innerjoin=True)
    supervisor_row: Mapped["Organisation | None"] = relationship(foreign_keys=[supervisor_id], lazy="joined")
    contractor_row: Mapped["Organisation | None"] = relationship(foreign_keys=[contractor_id], lazy="joined")
    pcm_row: Mapped["Organisation | None"] = relationship(foreign_keys=[pcm_id], lazy="joined")

    @property
    def agency(self) -> str:
        return self.agency_row.name

    @property
    def supervisor(self) -> str | None:
        return self.supervisor_row.name if self.supervisor_row else None

    @property
    def contractor(self) -> str | None:
        return self.contractor_row.name if self.contractor_row else None

    @property
    def pcm(self) -> str | None:
        return self.pcm_row.name if self.pcm_row else None


class Progress(Base):
    """What was reported for one month (填報): planned and actual percent, status, when filed."""

    __tablename__ = "tender_progress"

    tender_id: Mapped[UUID] = mapped_column(ForeignKey("tenders.id"), primary_key=True)
    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    planned: Mapped[Decimal] = mapped_column(Hundredths)
    actual: Mapped[Decimal] = mapped_column(Hundredths)
    status: Mapped[str | None] = mapped_column(String(20))
    filed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own form

    @property
    def behind(self) -> Decimal:
        """Planned less actual, in percentage points; above 0 is behind."""
        return self.planned - self.actual


class ProgressVersion(Base):
    """What a month held from `recorded_at` on, as we knew it; `number` is the version of the month's row.

    `source` is `edited` (page or API), `import`, or `kept` (found when this table was made).
    """

    __tablename__ = "progress_versions"
    __table_args__ = (Index("ix_progress_versions_month_tender_id", "month", "tender_id", "number"),)

    tender_id: Mapped[UUID] = mapped_column(ForeignKey("tenders.id"), primary_key=True)
    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    planned: Mapped[Decimal] = mapped_column(Hundredths)
    actual: Mapped[Decimal] = mapped_column(Hundredths)
    status: Mapped[str | None] = mapped_column(String(20))
    filed_at: Mapped[datetime | None]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    source: Mapped[str] = mapped_column(String(8))


class TenderStatusChange(Base):
    """The execution status and the name a tender had from `recorded_at` on; `number` is the tender's version."""

    __tablename__ = "tender_status_changes"

    tender_id: Mapped[UUID] = mapped_column(ForeignKey("tenders.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    status: Mapped[str | None] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(200))
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    source: Mapped[str] = mapped_column(String(8))
