"""/api/v1/tenders: tenders and their monthly progress."""

import re
from typing import Any
from uuid import UUID

from inspect_app.core import clock, roc
from inspect_app.core.api import ApiBlueprint, check_version, paginate, versioned
from inspect_app.core.auth import current_actor, requires
from inspect_app.core.database import session, transaction
from inspect_app.core.problems import FieldError, InvalidFields
from inspect_app.tenders import policy, queries, schemas, service
from inspect_app.tenders.models import Tender

blp = ApiBlueprint("tenders_api", __name__, description="標案")


MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")


@blp.get("/tenders")
@requires("tenders.read")
@blp.arguments(schemas.TenderArgs, location="query")
@blp.response(200, schemas.TenderPage)
def tenders(args: dict[str, Any]) -> dict[str, Any]:
    """The tenders one may read, by number; narrowed by text, kind, status, agency, budget."""
    limit, cursor = args.pop("limit"), args.pop("cursor")
    return paginate(session(), queries.listed(current_actor(), queries.TenderFilter(**args)), limit, cursor)


@blp.post("/tenders")
@requires("tenders.write")
@blp.arguments(schemas.TenderIn)
@blp.response(201, schemas.TenderOut)
def add(data: service.TenderData) -> Any:
    """Add a tender; organisations are created when first named."""
    with transaction() as current:
        tender = service.create(current, data, current_actor(), clock.now())
    return versioned(tender, tender.version, 201)


@blp.get("/tenders/<uuid:tender_id>")
@requires("tenders.read")
@blp.response(200, schemas.TenderOut)
def tender(tender_id: UUID) -> Any:
    """One tender, with its version as ETag."""
    row = policy.readable(session(), current_actor(), tender_id)
    return versioned(row, row.version)


@blp.put("/tenders/<uuid:tender_id>")
@requires("tenders.write")
@blp.arguments(schemas.TenderIn)
@blp.response(200, schemas.TenderOut)
def replace(data: service.TenderData, tender_id: UUID) -> Any:
    """Replace what is known of a tender; needs If-Match."""
    with transaction() as current:
        before: Tender = policy.readable(current, current_actor(), tender_id, lock=True)
        check_version(before.version, required=True)
        row = service.change(current, tender_id, data, current_actor(), clock.now())
    return versioned(row, row.version)


@blp.get("/tenders/<uuid:tender_id>/progress")
@requires("tenders.read")
@blp.response(200, schemas.ProgressList)
def progress(tender_id: UUID) -> dict[str, Any]:
    """A tender's months, oldest first."""
    row = policy.readable(session(), current_actor(), tender_id)
    return {"items": queries.progress_of(session(), row.id), "next": None}


@blp.put("/tenders/<uuid:tender_id>/progress/<string:month>")
@requires("tenders.write")
@blp.arguments(schemas.ProgressIn)
@blp.response(200, schemas.ProgressOut)
@blp.alt_response(201, schema=schemas.ProgressOut)
def file_progress(data: service.ProgressData, tender_id: UUID, month: str) -> Any:
    """Set one month's progress (YYYY-MM); replacing one needs If-Match."""
    _check_month(month)
    with transaction() as current:
        policy.readable(current, current_actor(), tender_id, lock=True)
        if (before := queries.progress_at(current, tender_id, month)) is not None:
            check_version(before.version, required=True)
        row, fresh = service.file_progress(current, tender_id, month, data, current_actor(), clock.now())
    return versioned(row, row.version, 201 if fresh else 200)


def _check_month(month: str) -> None:
    if not MONTH.fullmatch(month) or not roc.is_known(int(month[:4])):
        raise InvalidFields(
            "請更正網址中的月份。", errors=[FieldError("month", "應為西元年月，例：2026-11。")]
        )
