"""Who saw an original (誰看過原檔): written before its bytes are sent, so that no view is without its row.

Logged is every answer to a GET that gives the original or says that the asker has it (200, 206, 304): he looks at it
either way. Copies are not logged; they carry no metadata, and pages are full of them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from flask import Response, request
from sqlalchemy import Select, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from inspect_app.core import clock
from inspect_app.core.auth import Actor
from inspect_app.core.database import session, table, transaction
from inspect_app.core.permissions import INSPECTED
from inspect_app.core.problems import Busy, NotFound
from inspect_app.inspections import policy as inspections
from inspect_app.inspections import queries as inspection_queries
from inspect_app.photos import queries, waiting
from inspect_app.photos.models import PhotoReceipt, PhotoView
from inspect_app.photos.waiting import View

if TYPE_CHECKING:
    from inspect_app.inspections.models import Inspection

PAGE, API, ADDRESS, PACKAGE = "page", "api", "address", "package"
WAYS = {PAGE: "網頁", API: "程式", ADDRESS: "限時網址", PACKAGE: "證據包"}
PATIENCE_S = 0.25
"""How long a picture waits for its view to be written; then the view waits in a file instead."""

SEEN = (200, 206, 304)


def answered(response: Response, sha256: str, size: str, by: Actor, way: str) -> Response:
    """The answer, its view written when it gives the original away."""
    if size == queries.ORIGINAL and request.method == "GET" and response.status_code in SEEN:
        note([sha256], by, way, clock.now())
    return response


def way_of_request() -> str:
    """By which way the request at hand asks: a program with its token, or a person's browser."""
    return API if request.authorization is not None else PAGE


def note(shas: Iterable[str], by: Actor, way: str, now: datetime) -> None:
    """Write down that `by` is about to be given these originals; opens a transaction of its own.

    When it returns, every view is on disk: in its table, or (SQLite, while another writes) in the waiting file.
    """
    views = [
        View(uuid4(), now, sha256, inspection_id, by.id, by.name, by.role.value, way)
        for sha256 in shas
        for inspection_id in _readable_in(session(), by, sha256)
    ]
    try:
        _write(views)
    except Busy:
        if session().get_bind().dialect.name != "sqlite":
            raise
        waiting.put(views)


def carry_over() -> int:
    """Write what waits into its table; returns how many views."""
    return _write([])


def _write(views: Sequence[View]) -> int:
    with waiting.taken() as earlier, transaction(PATIENCE_S) as current:
        if rows := [asdict(view) for view in (*earlier, *views)]:
            dialect = postgresql if current.get_bind().dialect.name == "postgresql" else sqlite
            current.execute(dialect.insert(table(PhotoView)).on_conflict_do_nothing(), rows)
        return len(rows)


def _readable_in(session: Session, by: Actor, sha256: str) -> list[UUID]:
    """The inspections by which a reader may read a photo: those he may know of, those he sent it for himself."""
    known = PhotoReceipt.inspection_id.in_(inspection_queries.ids_visible_to(by))
    query = select(PhotoReceipt.inspection_id).where(
        PhotoReceipt.sha256 == sha256, known | (PhotoReceipt.uploader_id == by.id)
    )
    return list(session.scalars(query.distinct()))


def log_of(session: Session, actor: Actor, inspection_id: UUID) -> "Inspection":
    """The inspection whose log the actor may read: staff, its team, the auditor once issued; else NotFound."""
    inspection = inspections.readable(session, actor, inspection_id)
    if actor.role in INSPECTED:
        raise NotFound(inspections.ABSENT)
    return inspection


def listed(inspection_id: UUID) -> Select[PhotoView]:
    """The views of an inspection's originals, the last first."""
    query = select(PhotoView).where(PhotoView.inspection_id == inspection_id)
    return query.order_by(PhotoView.at.desc(), PhotoView.sha256, PhotoView.way, PhotoView.id)


def newest(session: Session, inspection_id: UUID, limit: int) -> list[PhotoView]:
    return list(session.scalars(listed(inspection_id).limit(limit)))


def count(session: Session, inspection_id: UUID) -> int:
    query = select(func.count(PhotoView.id)).where(PhotoView.inspection_id == inspection_id)
    return session.scalar(query) or 0
