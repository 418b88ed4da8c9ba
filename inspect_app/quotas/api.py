"""/api/v1/quotas/{year}: the engine's quota over the rows, and approved numbers."""

from typing import Any

from inspect_app.core import clock
from inspect_app.core.api import ApiBlueprint
from inspect_app.core.auth import current_actor, requires
from inspect_app.core.database import session, transaction
from inspect_app.quotas import policy, queries, schemas, service

blp = ApiBlueprint("quotas_api", __name__, description="應查核件數")


@blp.get("/quotas/<int:year>")
@requires("quotas.read")
@blp.arguments(schemas.QuotaArgs, location="query")
@blp.response(200)
def quota(args: dict[str, Any], year: int) -> dict[str, Any]:
    """The output of `python -m scoring quota`, with its steps; the present year with a forecast."""
    unissued = policy.counts_unissued(current_actor())
    pace = args["visits_per_month"]
    return service.of_year(session(), year, clock.today(), unissued=unissued, per_month=pace)


@blp.get("/quotas/<int:year>/overrides")
@requires("quotas.read")
@blp.response(200, schemas.OverrideList)
def overrides(year: int) -> dict[str, Any]:
    """The approved numbers of a year, in the order recorded."""
    return {"items": queries.overrides(session(), year), "next": None}


@blp.post("/quotas/<int:year>/overrides")
@requires("quotas.write")
@blp.arguments(schemas.OverrideIn)
@blp.response(201, schemas.OverrideOut)
def approve(given: service.Approved, year: int) -> Any:
    """Record a band's number as its authority approved it (作業辦法 art. 4)."""
    with transaction() as current:
        return service.approve(current, year, given, clock.today(), current_actor(), clock.now())
