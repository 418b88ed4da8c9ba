"""The history of tenders: every value a month ever had, every execution status, kept by whoever changes them.

`FOLLOWERS` are told in the same transaction which months were filed: a higher room may have to act on it.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Table, bindparam, insert, literal, select
from sqlalchemy.orm import Session

from inspect_app.core.auth import Actor
from inspect_app.core.database import table
from inspect_app.tenders.models import Progress, ProgressVersion, Tender, TenderStatusChange

Month = tuple[UUID, str]
Follower = Callable[[Session, Sequence[Month], datetime], None]
FOLLOWERS: list[Follower] = []
EDITED, IMPORT, KEPT = "edited", "import", "kept"
SOURCES = {EDITED: "登錄", IMPORT: "匯入", KEPT: "原有資料"}
VERSIONS, CHANGES = table(ProgressVersion), table(TenderStatusChange)
_FILED = ("tender_id", "month", "planned", "actual", "status", "filed_at")


def keep_months(
    session: Session, months: Sequence[Month], now: datetime, by: Actor | None = None, source: str = EDITED
) -> None:
    """Write down what these months hold now, after the rows were written and flushed; tells the followers."""
    if not months:
        return
    rows = table(Progress)
    columns = [rows.c[name] for name in _FILED]
    at = (rows.c.tender_id == bindparam("at_id")) & (rows.c.month == bindparam("at_month"))
    _copy(
        session, VERSIONS, rows, columns, at,
        [{"at_id": tender, "at_month": month} for tender, month in months], (now, by, source),
    )  # fmt: skip
    tell(session, months, now)


def add_months(session: Session, rows: Sequence[dict[str, Any]], now: datetime, source: str = IMPORT) -> None:
    """The same for months just inserted from these rows, without reading them again."""
    if not rows:
        return
    own = {"number": 1, "recorded_at": now, "recorded_by": None, "source": source}
    session.execute(insert(VERSIONS), [{name: row[name] for name in _FILED} | own for row in rows])
    tell(session, [(row["tender_id"], row["month"]) for row in rows], now)


def add_statuses(
    session: Session, rows: Sequence[dict[str, Any]], now: datetime, source: str = IMPORT
) -> None:
    """The same as `keep_statuses` for tenders just inserted from these rows, without reading them again."""
    own = {"number": 1, "recorded_at": now, "recorded_by": None, "source": source}
    if told := [{"tender_id": row["id"], "status": row["status"], "name": row["name"]} | own for row in rows]:
        session.execute(insert(CHANGES), told)


def keep_statuses(
    session: Session, tenders: Iterable[UUID], now: datetime, by: Actor | None = None, source: str = EDITED
) -> None:
    """Write down the status and name of tenders that were added or changed, after the rows were flushed."""
    if told := [{"at_id": tender} for tender in tenders]:
        rows = table(Tender)
        columns = [rows.c.id.label("tender_id"), rows.c.status, rows.c.name]
        _copy(session, CHANGES, rows, columns, rows.c.id == bindparam("at_id"), told, (now, by, source))


def tell(session: Session, months: Sequence[Month], now: datetime) -> None:
    """Let the followers know that these months were filed."""
    for follower in FOLLOWERS:
        follower(session, months, now)


def _copy(
    session: Session,
    into: Table,
    rows: Table,
    columns: Sequence[Any],
    at: Any,
    told: Sequence[dict[str, Any]],
    origin: tuple[datetime, Actor | None, str],
) -> None:
    """Copy the rows found by `at` into a history, under their version."""
    now, by, source = origin
    common = [
        literal(now, into.c.recorded_at.type).label("recorded_at"),
        literal(by.id if by else None, into.c.recorded_by.type).label("recorded_by"),
        literal(source).label("source"),
    ]
    found = select(*columns, rows.c.version.label("number"), *common).where(at)
    names = [column.name for column in found.selected_columns]
    session.execute(insert(into).from_select(names, found), told)


def of_month(session: Session, tender_id: UUID, month: str) -> list[ProgressVersion]:
    """Every value a month ever had, oldest first."""
    query = select(ProgressVersion).where(
        ProgressVersion.tender_id == tender_id, ProgressVersion.month == month
    )
    return list(session.scalars(query.order_by(ProgressVersion.number)))


def of_tender(session: Session, tender_id: UUID) -> dict[str, list[ProgressVersion]]:
    """Every value of every month of a tender: by month, oldest first."""
    query = select(ProgressVersion).where(ProgressVersion.tender_id == tender_id)
    found: dict[str, list[ProgressVersion]] = {}
    for version in session.scalars(query.order_by(ProgressVersion.month, ProgressVersion.number)):
        found.setdefault(version.month, []).append(version)
    return found


def statuses_of(session: Session, tender_id: UUID) -> list[TenderStatusChange]:
    """Every execution status a tender ever had, oldest first."""
    query = select(TenderStatusChange).where(TenderStatusChange.tender_id == tender_id)
    return list(session.scalars(query.order_by(TenderStatusChange.number)))
