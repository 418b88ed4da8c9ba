"""The quarterly return (組織準則 art. 10): built two weeks before it is due, kept, and built anew on demand."""

import hashlib
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from inspect_app.core import audit, clock
from inspect_app.core.auth import Actor
from inspect_app.core.problems import NotFound
from inspect_app.core.sheets import as_xlsx
from inspect_app.exports import service
from inspect_app.exports.models import QuarterlyReturn
from inspect_app.exports.records import issued_between
from inspect_app.exports.service import Quarter


def build(
    session: Session, year: int, quarter: int, now: datetime, by: Actor | None = None
) -> QuarterlyReturn:
    """Build and keep the file of a quarter: every visit of its days that is issued by now. `by` None: the worker."""
    wanted = Quarter(year, quarter)
    found = list(issued_between(session, wanted.first_day, wanted.last_day))
    content = as_xlsx(service.sheets("quarterly-return", found))
    row = session.get(QuarterlyReturn, (year, quarter)) or QuarterlyReturn(year=year, quarter=quarter)
    row.built_at, row.inspections = now, len(found)
    row.content, row.sha256 = content, hashlib.sha256(content).hexdigest()
    session.add(row)
    session.flush()
    detail = {"inspections": row.inspections, "sha256": row.sha256}
    audit.record(session, by, "return.built", ("return", f"{year}-Q{quarter}"), now, **detail)
    return row


def built(session: Session) -> list[QuarterlyReturn]:
    """What was built, the newest quarter first, without the files."""
    order = (QuarterlyReturn.year.desc(), QuarterlyReturn.quarter.desc())
    return list(
        session.scalars(select(QuarterlyReturn).options(defer(QuarterlyReturn.content)).order_by(*order))
    )


def file(session: Session, year: int, quarter: int) -> QuarterlyReturn:
    """One with its file; NotFound when it was never built."""
    row = session.get(QuarterlyReturn, (year, quarter))
    if row is None:
        raise NotFound("這一季的季報尚未產生；請在「匯出」頁按「產生季報」。")
    return row


def built_page(session: Session, year: int, quarter: int) -> str:
    """Build a quarter's file for the worker; the path of the page that has it."""
    build(session, year, quarter, clock.now())
    return "/exports"
