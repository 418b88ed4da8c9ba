"""Tables of imports: where lists come from, each import as a run, and what lies in the watched folder."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from inspect_app.core.database import Base

STATES = ("uploaded", "previewing", "previewed", "importing", "done", "cancelled", "failed")
UNDER_WAY = ("uploaded", "previewing", "importing")
"""States in which the worker has something to do."""
ORIGINS = ("page", "api", "folder", "address")


class Source(Base):
    """Where lists of one shape come from, and how they are to be read.

    `mapping` is column title to field, "" for a column not used; titles it does not name are recognised by
    themselves. `pattern` (as of a shell) names its files in the watched folder, `url` where the worker fetches it,
    daily when `daily`.
    """

    __tablename__ = "import_sources"
    __table_args__ = (CheckConstraint("unit IN ('twd', 'thousand_twd')", name="unit"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    name: Mapped[str] = mapped_column(String(60), unique=True)
    reader: Mapped[str] = mapped_column(String(12))
    unit: Mapped[str | None] = mapped_column(String(12))
    mapping: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    strict: Mapped[bool] = mapped_column(default=False)
    pattern: Mapped[str | None] = mapped_column(String(120))
    url: Mapped[str | None] = mapped_column(String(500))
    daily: Mapped[bool] = mapped_column(default=False)
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own form


class TenderImport(Base):
    """One import, from the file's arrival to its result.

    `attempt` counts how often work on it was begun and fences it: only the last to begin may end it; `tries` counts
    the same since the last thing a person did. `straight`:
    it is imported without anybody looking at the preview. `settled_at` is when a file of the watched folder was
    moved away.
    """

    __tablename__ = "tender_imports"
    __table_args__ = (
        CheckConstraint(f"state IN {STATES}", name="state"),
        CheckConstraint(f"origin IN {ORIGINS}", name="origin"),
        Index("ix_tender_imports_state_created_at", "state", "created_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    source_id: Mapped[UUID | None] = mapped_column(ForeignKey("import_sources.id"), index=True)
    origin: Mapped[str] = mapped_column(String(8))
    filename: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str | None] = mapped_column(String(64), index=True)
    size: Mapped[int] = mapped_column(BigInteger, default=0)
    reader: Mapped[str] = mapped_column(String(12))
    unit: Mapped[str | None] = mapped_column(String(12))
    mapping: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    strict: Mapped[bool] = mapped_column(default=False)
    straight: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(String(10))
    phase: Mapped[str] = mapped_column(String(10), default="")
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    attempt: Mapped[int] = mapped_column(default=0)
    tries: Mapped[int] = mapped_column(default=0)
    report: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    problem: Mapped[dict[str, str] | None] = mapped_column(JSON)
    by_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    by_name: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[datetime] = mapped_column(index=True)
    cancel_asked_at: Mapped[datetime | None]
    previewed_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]


class FolderFile(Base):
    """A file of the watched folder as the worker saw it last; "" is the folder itself. `problem` is for people."""

    __tablename__ = "import_folder_files"

    name: Mapped[str] = mapped_column(String(255), primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)
    changed_ns: Mapped[int] = mapped_column(BigInteger)
    seen_at: Mapped[datetime]
    problem: Mapped[str | None] = mapped_column(String(200))
