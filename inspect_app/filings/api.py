"""/api/v1/filings: who updated the tender system by the day; what is excused."""

from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from inspect_app.core import clock
from inspect_app.core.api import ApiBlueprint
from inspect_app.core.auth import current_actor, requires
from inspect_app.core.database import session, transaction
from inspect_app.core.problems import FieldError, InvalidFields
from inspect_app.filings import figures, months, schemas, service
from inspect_app.filings.months import FilingMonth, Moment

blp = ApiBlueprint("filings_api", __name__, description="填報")


@blp.get("/filings")
@requires("filings.read")
@blp.arguments(schemas.MonthsArgs, location="query")
@blp.response(200, schemas.MonthList)
def year(args: dict[str, Any]) -> dict[str, Any]:
    """The months of a year (Gregorian, by default this one's) that have begun, with their percent."""
    moment, now = _moment(args), clock.now()
    wanted = args["year"] or clock.legal_day(now).year
    items = [_counted(month, moment) for month in months.of_year(wanted, now)]
    return {"items": items, "next": None}


@blp.get("/filings/<string:month>")
@requires("filings.read")
@blp.arguments(schemas.MomentArgs, location="query")
@blp.response(200, schemas.FilingOut)
def month(args: dict[str, Any], month: str) -> dict[str, Any]:
    """A month reported (YYYY-MM): the engine's `filing` over the tenders one may read, by their ids.

    `as_of`: what had been filed by then. `known_at`: going by what we knew then. Both are now by default.
    """
    moment = _moment(args)
    named = _month(month)
    found = figures.assessed(session(), named, moment, current_actor())
    return found | {"month": named.name, **asdict(moment)}


@blp.put("/filings/<string:month>/excuses/<uuid:tender_id>")
@requires("filings.excuse")
@blp.arguments(schemas.ExcuseIn)
@blp.response(200, schemas.ExcuseOut)
@blp.alt_response(201, schema=schemas.ExcuseOut)
def excuse(data: service.ExcuseData, month: str, tender_id: UUID) -> Any:
    """Excuse a tender from a month, by a document; the same again is 200, another one replaces it."""
    named = _month(month)
    with transaction() as current:
        row, fresh = service.excuse(current, named, tender_id, data, current_actor(), clock.now())
    return row, 201 if fresh else 200


@blp.delete("/filings/<string:month>/excuses/<uuid:tender_id>")
@requires("filings.excuse")
@blp.response(204)
def withdraw(month: str, tender_id: UUID) -> None:
    """Take an excuse back; it stays in the history."""
    named = _month(month)
    with transaction() as current:
        service.withdraw(current, named, tender_id, current_actor(), clock.now())


def _counted(month: FilingMonth, moment: Moment) -> dict[str, Any]:
    found = figures.summary(session(), month, moment, current_actor())
    return asdict(found) | {"month": month.name, "cutoff": month.cutoff.isoformat()}


def _month(text: str) -> FilingMonth:
    if (found := months.read(text)) is None:
        raise InvalidFields(
            "請更正網址中的月份。", errors=[FieldError("month", "應為西元年月，例：2026-11。")]
        )
    return found


def _moment(args: dict[str, Any]) -> Moment:
    now = clock.now()
    return Moment(_past(args, "as_of", now), _past(args, "known_at", now))


def _past(args: dict[str, Any], name: str, now: datetime) -> datetime:
    given: datetime = args[name] or now
    if given > now:
        raise InvalidFields(
            "請更正時間。", errors=[FieldError(name, "不可晚於現在；要看目前的情形請不要填。")]
        )
    return given
