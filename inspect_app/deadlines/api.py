"""/api/v1/closures: days of closed offices."""

from datetime import date
from typing import Any

from inspect_app.core import clock, roc
from inspect_app.core.api import ISO_DAY, ApiBlueprint, paginate
from inspect_app.core.auth import current_actor, requires
from inspect_app.core.database import session, transaction
from inspect_app.core.problems import NotFound
from inspect_app.deadlines import queries, schemas, service

blp = ApiBlueprint("closures_api", __name__, description="停止上班日")


@blp.get("/closures")
@requires("closures.read")
@blp.arguments(schemas.ClosureArgs, location="query")
@blp.response(200, schemas.ClosurePage)
def closures(args: dict[str, Any]) -> dict[str, Any]:
    """Days of closed offices beside the official calendar, newest first."""
    return paginate(session(), queries.listed(), args["limit"], args["cursor"])


@blp.get("/closures/<string:on>")
@requires("closures.read")
@blp.response(200, schemas.ClosureOut)
def closure(on: str) -> Any:
    """One day of closed offices."""
    row = queries.find(session(), _day(on))
    if row is None:
        raise NotFound("這天沒有登錄停止上班；請從清單選取。")
    return row


@blp.put("/closures/<string:on>")
@requires("closures.write")
@blp.arguments(schemas.ClosureIn)
@blp.response(200, schemas.ClosureOut)
@blp.alt_response(201, schema=schemas.ClosureOut)
def record(given: dict[str, Any], on: str) -> Any:
    """Record that offices were closed on a day, with the document that says so."""
    day = _day(on)
    with transaction() as current:
        row, fresh = service.record(current, day, **given, by=current_actor(), now=clock.now())
    return row, 201 if fresh else 200


@blp.delete("/closures/<string:on>")
@requires("closures.write")
@blp.response(204)
def remove(on: str) -> None:
    """Take back what was recorded by mistake."""
    with transaction() as current:
        service.remove(current, _day(on), current_actor(), clock.now())


def _day(text: str) -> date:
    """A day of an address; NotFound for anything else."""
    try:
        day = date.fromisoformat(text) if ISO_DAY.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None or not roc.is_known(day.year):
        raise NotFound("網址裡的日期應為西元日期，例：2026-11-23。")
    return day
