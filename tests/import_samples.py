"""Lists of invented tenders, and imports of them as the worker sees them."""

from collections.abc import Callable
from uuid import UUID

from flask import Flask
from sqlalchemy import func, select

from inspect_app.core import clock
from inspect_app.core.audit import AuditEvent
from inspect_app.core.database import session
from inspect_app.core.jobs import Turn
from inspect_app.tenders.imports import jobs
from inspect_app.tenders.imports.models import TenderImport
from inspect_app.tenders.models import Tender

HEADER = "標案編號,標案名稱,主辦機關,承攬廠商,預算金額(元)\n"


def listed(rows: int, budget: int = 1_000_000) -> bytes:
    """A list of so many invented tenders."""
    lines = (
        f"匯-{n:06},第 {n} 號護岸工程,第 {n % 50} 工程處,第 {n % 500} 營造,{budget + n}" for n in range(rows)
    )
    return (HEADER + "\n".join(lines) + "\n").encode()


def turn(check: Callable[[], None] = lambda: None) -> Turn:
    now = clock.now()
    return Turn("", now, now, 1, check)


def work(app: Flask, check: Callable[[], None] = lambda: None) -> dict[str, int | str]:
    """What the worker does about imports when it looks."""
    with app.app_context():
        return dict(jobs.work(turn(check)))


def run(app: Flask, import_id: UUID) -> TenderImport:
    """An import as it stands."""
    with app.app_context():
        row = session().get(TenderImport, import_id)
        assert row is not None
        return row


def written(app: Flask) -> tuple[int, int]:
    """How many tenders there are, and how many imports the history tells of."""
    with app.app_context():
        tenders = session().scalar(select(func.count()).select_from(Tender)) or 0
        told = select(func.count()).where(AuditEvent.action == "tenders.imported")
        return tenders, session().scalar(told) or 0
