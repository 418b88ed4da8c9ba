"""Excuses: that a tender need not be updated for a month, recorded and withdrawn."""

from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from inspect_app.core import audit
from inspect_app.core.auth import Actor
from inspect_app.core.problems import NotFound
from inspect_app.filings import flags, queries
from inspect_app.filings.models import Excuse
from inspect_app.filings.months import FilingMonth
from inspect_app.tenders import policy as tenders


@dataclass(frozen=True, slots=True)
class ExcuseData:
    """Why, by which document, and what else is worth knowing."""

    reason: str
    document: str
    note: str | None = None


def excuse(
    session: Session, month: FilingMonth, tender_id: UUID, data: ExcuseData, by: Actor, now: datetime
) -> tuple[Excuse, bool]:
    """Excuse a tender from a month; returns the excuse and whether it is new.

    The same again changes nothing; another one replaces it, and the old one stays readable.
    """
    tenders.readable(session, by, tender_id, lock=True)
    before = queries.live_excuse(session, month.name, tender_id)
    if before is not None:
        if ExcuseData(before.reason, before.document, before.note) == data:
            return before, False
        _end(session, before, by, now)
    row = Excuse(month=month.name, tender_id=tender_id, recorded_at=now, recorded_by=by.id, **asdict(data))
    session.add(row)
    session.flush()
    flags.excuse(session, month.name, tender_id, now)
    detail = {"month": month.name} | asdict(data)
    audit.record(session, by, "filing.excused", ("tender", tender_id), now, **detail)
    return row, before is None


def withdraw(session: Session, month: FilingMonth, tender_id: UUID, by: Actor, now: datetime) -> None:
    """Take an excuse back; NotFound when there is none. In a month already flagged the flag stands again."""
    tenders.readable(session, by, tender_id, lock=True)
    row = queries.live_excuse(session, month.name, tender_id)
    if row is None:
        raise NotFound("這件標案這個月沒有免填報的紀錄；請重新載入頁面。")
    _end(session, row, by, now)
    flags.stand_again(session, month, tender_id, now)
    audit.record(session, by, "filing.excuse_withdrawn", ("tender", tender_id), now, month=month.name)


def _end(session: Session, row: Excuse, by: Actor, now: datetime) -> None:
    row.withdrawn_at, row.withdrawn_by = now, by.id
    session.flush()
