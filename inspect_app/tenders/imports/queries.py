"""Reading imports, their sources, and what was found in the watched folder."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from inspect_app.core.problems import NotFound
from inspect_app.tenders.imports.models import STATES, UNDER_WAY, FolderFile, Source, TenderImport

ABSENT = "沒有這次匯入；請從匯入紀錄選取。"
NO_SOURCE = "沒有這個來源；請從來源清單選取。"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list of imports is narrowed to; None is everything."""

    state: str | None = None
    source: UUID | None = None
    q: str | None = None


def get(session: Session, import_id: UUID, *, lock: bool = False) -> TenderImport:
    """An import; NotFound when there is none."""
    query = select(TenderImport).where(TenderImport.id == import_id)
    row = session.scalar(query.with_for_update() if lock else query)
    if row is None:
        raise NotFound(ABSENT)
    return row


def listed(wanted: Wanted) -> Select[Any]:
    """Imports, newest first."""
    query = _narrowed(select(TenderImport), wanted)
    return query.order_by(TenderImport.created_at.desc(), TenderImport.id.desc())


def count(session: Session, wanted: Wanted) -> int:
    return session.scalar(_narrowed(select(func.count()).select_from(TenderImport), wanted)) or 0


def waiting(session: Session) -> list[UUID]:
    """The imports on which the worker has something to do, oldest first."""
    query = select(TenderImport.id).where(TenderImport.state.in_(UNDER_WAY))
    return list(session.scalars(query.order_by(TenderImport.created_at, TenderImport.id)))


def imported_before(session: Session, sha256: str, source_id: UUID | None, but: UUID) -> TenderImport | None:
    """The last import of these very bytes for this source that was written."""
    query = select(TenderImport).where(
        TenderImport.sha256 == sha256,
        TenderImport.source_id == source_id,
        TenderImport.state == "done",
        TenderImport.id != but,
    )
    return session.scalar(query.order_by(TenderImport.finished_at.desc()).limit(1))


def unsettled(session: Session, filename: str, sha256: str) -> TenderImport | None:
    """The import of a file of the watched folder that still lies there."""
    query = select(TenderImport).where(
        TenderImport.origin == "folder",
        TenderImport.filename == filename,
        TenderImport.sha256 == sha256,
        TenderImport.settled_at.is_(None),
    )
    return session.scalar(query.order_by(TenderImport.created_at.desc()).limit(1))


def source(session: Session, source_id: UUID) -> Source:
    """A source; NotFound when there is none."""
    row = session.get(Source, source_id)
    if row is None:
        raise NotFound(NO_SOURCE)
    return row


def source_named(session: Session, name: str) -> Source | None:
    return session.scalar(select(Source).where(Source.name == name))


def sources(session: Session) -> Sequence[Source]:
    """Every source, by name."""
    return session.scalars(select(Source).order_by(Source.name)).all()


def sources_listed() -> Select[Any]:
    """Every source, by name, for pages of them."""
    return select(Source).order_by(Source.name, Source.id)


def source_names(session: Session) -> dict[UUID, str]:
    return {row.id: row.name for row in sources(session)}


def findings(session: Session) -> list[tuple[str, str, datetime]]:
    """What is wrong in the watched folder: a file's name ("" the folder itself), the reason, when it was seen."""
    query = select(FolderFile).where(FolderFile.problem.is_not(None)).order_by(FolderFile.name)
    return [(row.name, row.problem or "", row.seen_at) for row in session.scalars(query)]


def _narrowed(query: Select[Any], wanted: Wanted) -> Select[Any]:
    if wanted.state in STATES:
        query = query.where(TenderImport.state == wanted.state)
    if wanted.source:
        query = query.where(TenderImport.source_id == wanted.source)
    if wanted.q:
        query = query.where(TenderImport.filename.icontains(wanted.q, autoescape=True))
    return query
