"""Tables of inspections, their teams, submissions, marks, tests and named photos."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.orm.attributes import flag_modified

from inspect_app.core.database import Base
from inspect_app.inspections.facts import IssuedFacts, TenderFacts
from inspect_app.inspections.words import PLANNED, PUBLISHED

if TYPE_CHECKING:
    from inspect_app.tenders.models import Tender

LIVE = text("state <> 'cancelled'")


class Inspection(Base):
    """One visit to one tender's site on one day (同案同日僅一筆).

    `code_revision`: of the defect catalogue, as it counted on that day when the first submission came.
    """

    __tablename__ = "inspections"
    __table_args__ = (
        Index(
            "uq_inspections_tender_id_on",
            "tender_id",
            "on",
            unique=True,
            sqlite_where=LIVE,
            postgresql_where=LIVE,
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    tender_id: Mapped[UUID] = mapped_column(ForeignKey("tenders.id"))
    on: Mapped[date] = mapped_column(index=True)
    method: Mapped[str] = mapped_column(String(12))
    kind: Mapped[str] = mapped_column(String(12))
    state: Mapped[str] = mapped_column(String(12), default=PLANNED, index=True)
    started_at: Mapped[datetime | None]
    submission_id: Mapped[UUID | None]
    code_revision: Mapped[str | None] = mapped_column(String(20))
    issued_at: Mapped[datetime | None]
    issue_document: Mapped[str | None] = mapped_column(String(120))
    correct_by: Mapped[date | None]
    late_reason: Mapped[str | None] = mapped_column(String(500))
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    issued_facts: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    closed_at: Mapped[datetime | None]
    cancel_reason: Mapped[str | None] = mapped_column(String(500))
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own form

    team: Mapped[list["TeamMember"]] = relationship(
        lazy="selectin", cascade="all, delete-orphan", order_by="TeamMember.position"
    )
    tender_row: Mapped["Tender"] = relationship(lazy="joined", innerjoin=True)

    @property
    def tender(self) -> UUID:
        return self.tender_id

    @property
    def frozen(self) -> IssuedFacts | None:
        """What the issue froze; None before it."""
        return IssuedFacts.read(self.issued_facts) if self.issued_facts else None

    @property
    def tender_facts(self) -> TenderFacts:
        """The tender as pages and papers name it: as it was at the issue, until then as it is."""
        return self.frozen.tender if self.frozen else TenderFacts.of(self.tender_row)

    @property
    def leader(self) -> "TeamMember":
        return next(person for person in self.team if person.role == "leader")

    @property
    def is_published(self) -> bool:
        return self.state in PUBLISHED

    def touch(self) -> None:
        """Raise the version at the next flush, though only rows that hang on this one change."""
        flag_modified(self, "state")


class Recipient(Base):
    """A party that has an inspection's issued papers, and keeps them whoever the tender names later.

    `document` is the number of a later sending; None: it received them with the issue.
    """

    __tablename__ = "recipients"

    inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspections.id"), primary_key=True)
    party: Mapped[str] = mapped_column(String(12), primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(
        ForeignKey("organisations.id"), primary_key=True, index=True
    )
    organisation: Mapped[str] = mapped_column(String(120))
    given_at: Mapped[datetime]
    document: Mapped[str | None] = mapped_column(String(120))


class TeamMember(Base):
    """A leader or member of a visit, with his declaration of interest (組織準則 art. 8); name as it was then."""

    __tablename__ = "team_members"

    inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspections.id"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True, index=True)
    position: Mapped[int]
    role: Mapped[str] = mapped_column(String(8))
    name: Mapped[str] = mapped_column(String(60))
    outside: Mapped[bool]
    conflict: Mapped[bool | None]
    reason: Mapped[str | None] = mapped_column(String(500))
    declared_at: Mapped[datetime | None]

    @property
    def id(self) -> UUID:
        return self.user_id


class Mark(Base):
    """A member's mark (評分): either the total or its three parts; `sent` once a submission carries it."""

    __tablename__ = "marks"

    inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspections.id"), primary_key=True)
    member_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    quality_system: Mapped[int | None]
    workmanship: Mapped[int | None]
    progress: Mapped[int | None]
    total: Mapped[int | None]

    @property
    def points(self) -> dict[str, int]:
        """The mark as the scoring engine takes it."""
        if self.total is not None:
            return {"total": self.total}
        parts = {
            "quality_system": self.quality_system,
            "workmanship": self.workmanship,
            "progress": self.progress,
        }
        return {name: value for name, value in parts.items() if value is not None}


class Submission(Base):
    """What a tablet sent, whole and unchanged; every version is kept. `sha256` is over the canonical JSON."""

    __tablename__ = "submissions"
    __table_args__ = (UniqueConstraint("inspection_id", "version"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspections.id"))
    version: Mapped[int]
    body: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str | None] = mapped_column(String(500))
    received_at: Mapped[datetime]
    received_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))


class SiteTest(Base):
    """A sampling test (抽驗) of art. 8 that the current submission left pending, and its outcome."""

    __tablename__ = "site_tests"

    inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspections.id"), primary_key=True)
    test: Mapped[str] = mapped_column(String(24), primary_key=True)
    result: Mapped[str | None] = mapped_column(String(4))
    decided_on: Mapped[date | None]
    document: Mapped[str | None] = mapped_column(String(120))


class NamedPhoto(Base):
    """A photo or signature that the current submission names; whether it came, the photos room knows."""

    __tablename__ = "named_photos"

    inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspections.id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True, index=True)
    position: Mapped[int]
    signature: Mapped[str | None] = mapped_column(String(24))
    bytes: Mapped[int | None] = mapped_column(BigInteger)
    taken_at: Mapped[datetime | None]
    caption: Mapped[str | None] = mapped_column(String(200))


class PhotoWaiver(Base):
    """That a photo the submission names need not come, by whom and why; it holds for every version that names it.

    `arrived_at`: when it came all the same, None while it has not.
    """

    __tablename__ = "photo_waivers"

    inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspections.id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    reason: Mapped[str] = mapped_column(String(500))
    waived_at: Mapped[datetime]
    waived_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    waived_by_name: Mapped[str] = mapped_column(String(60))
    arrived_at: Mapped[datetime | None]
