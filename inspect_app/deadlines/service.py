"""Recording and removing days of closed offices; every due day is computed from them anew."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from inspect_app.core import audit
from inspect_app.core.auth import Actor
from inspect_app.core.problems import FieldError, InvalidFields, NotFound
from inspect_app.deadlines import queries
from inspect_app.deadlines.models import Closure
from scoring.calendars import kind_of

REST = {"holiday": "這天依辦公日曆放假", "rest": "這天是例假日"}


def record(
    session: Session, on: date, document: str, note: str | None, by: Actor, now: datetime
) -> tuple[Closure, bool]:
    """Record a day of closed offices, or change what is recorded of it; says whether it is new.

    InvalidFields for a day on which offices are closed anyway.
    """
    if reason := REST.get(kind_of(on)):
        raise InvalidFields("請更正日期。", errors=[FieldError("on", f"{reason}，不需登錄停止上班。")])
    row = queries.find(session, on)
    fresh = row is None
    if row is None:
        row = Closure(on=on)
        session.add(row)
    elif (row.document, row.note) == (document, note):
        return row, False
    row.document, row.note, row.recorded_at, row.recorded_by = document, note, now, by.id
    session.flush()
    audit.record(session, by, "closure.recorded", ("closure", on), now, document=document, note=note)
    return row, fresh


def remove(session: Session, on: date, by: Actor, now: datetime) -> None:
    """Take back a closure recorded by mistake; NotFound when there is none."""
    row = queries.find(session, on)
    if row is None:
        raise NotFound("這天沒有登錄停止上班；請從清單選取。")
    detail = {"document": row.document, "note": row.note}
    session.delete(row)
    session.flush()
    audit.record(session, by, "closure.removed", ("closure", on), now, **detail)
