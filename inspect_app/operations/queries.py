"""Reading what operations show: workers, runs, database. Rooms are asked through their own queries."""

from datetime import datetime
from functools import cache
from pathlib import Path

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import func, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from inspect_app.core.health import WorkerBeat
from inspect_app.core.runs import FAILED, FINISHED, JobRun
from inspect_app.core.settings import ROOT

UNFINISHED = "unfinished"


def beats(session: Session, since: datetime) -> list[WorkerBeat]:
    """Workers that beat since then, the liveliest first."""
    query = select(WorkerBeat).where(WorkerBeat.at >= since).order_by(WorkerBeat.at.desc(), WorkerBeat.worker)
    return list(session.scalars(query))


def last_beat(session: Session) -> datetime | None:
    return session.scalar(select(func.max(WorkerBeat.at)))


def runs_by_state(session: Session) -> dict[tuple[str, str], int]:
    """How many runs the ledger holds, by job and state: finished, failed or unfinished."""
    query = select(
        JobRun.job, func.count(), func.count(JobRun.finished_at), func.count(JobRun.failed_at)
    ).group_by(JobRun.job)
    found: dict[tuple[str, str], int] = {}
    for job, total, finished, failed in session.execute(query):
        found |= {(job, FINISHED): finished, (job, FAILED): failed}
        found[job, UNFINISHED] = total - finished - failed
    return found


def last_successes(session: Session) -> dict[str, datetime]:
    """When each job last ended well."""
    newest = func.max(JobRun.finished_at)
    query = select(JobRun.job, newest).where(JobRun.finished_at.is_not(None)).group_by(JobRun.job)
    return {job: at for job, at in session.execute(query) if at is not None}


def revision(session: Session) -> str | None:
    """The migration the database stands at."""
    return MigrationContext.configure(session.connection()).get_current_revision()


@cache
def head() -> str | None:
    """The newest migration of this version."""
    return ScriptDirectory(str(ROOT / "migrations")).get_current_head()


def database_version(session: Session) -> str:
    sqlite = session.get_bind().dialect.name == "sqlite"
    question = "SELECT sqlite_version()" if sqlite else "SHOW server_version"
    return str(session.scalar(text(question)))


def database_bytes(session: Session) -> int:
    """PostgreSQL's own count, or the size of SQLite's file."""
    sqlite = session.get_bind().dialect.name == "sqlite"
    question = (
        "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
        if sqlite
        else "SELECT pg_database_size(current_database())"
    )
    return int(session.scalar(text(question)) or 0)


def wal_path(url: str) -> Path | None:
    """SQLite's write-ahead log; None on PostgreSQL."""
    parsed = make_url(url)
    return Path(f"{parsed.database}-wal") if parsed.get_backend_name() == "sqlite" else None
