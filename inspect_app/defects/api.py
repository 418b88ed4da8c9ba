"""/api/v1/defects: defects, corrections, reviews, extensions."""

from typing import Any
from uuid import UUID

from inspect_app.core import clock
from inspect_app.core.api import ApiBlueprint, check_version, paginate, versioned
from inspect_app.core.auth import current_actor, requires
from inspect_app.core.database import session, transaction
from inspect_app.defects import policy, queries, schemas, service

blp = ApiBlueprint("defects_api", __name__, description="缺失")


@blp.get("/defects")
@requires("defects.read")
@blp.arguments(schemas.DefectArgs, location="query")
@blp.response(200, schemas.DefectPage)
def defects(args: dict[str, Any]) -> dict[str, Any]:
    """The defects one may know of, the earliest deadline first."""
    limit, cursor = args.pop("limit"), args.pop("cursor")
    return paginate(session(), queries.listed(current_actor(), queries.DefectFilter(**args)), limit, cursor)


@blp.get("/defects/<uuid:defect_id>")
@requires("defects.read")
@blp.response(200, schemas.DefectOut)
def defect(defect_id: UUID) -> Any:
    """One defect with all that was done about it."""
    row = policy.readable(session(), current_actor(), defect_id)
    return versioned(row, row.version)


@blp.post("/defects/<uuid:defect_id>/corrections")
@requires("defects.correct")
@blp.arguments(schemas.CorrectionIn)
@blp.response(201, schemas.DefectOut)
def correct(given: dict[str, Any], defect_id: UUID) -> Any:
    """Answer a defect with photos before, during and after."""
    with transaction() as current:
        check_version(policy.readable(current, current_actor(), defect_id, lock=True).version, required=False)
        row = service.correct(
            current, defect_id, given["note"], given["photos"], current_actor(), clock.now()
        )
    return versioned(row, row.version, 201)


@blp.post("/defects/<uuid:defect_id>/reviews")
@requires("defects.review")
@blp.arguments(schemas.ReviewIn)
@blp.response(201, schemas.DefectOut)
def review(given: service.Review, defect_id: UUID) -> Any:
    """Pass a correction on, or send it back: first the agency, then the team's staff.

    With `document`, staff record the written review of an agency.
    """
    with transaction() as current:
        check_version(policy.readable(current, current_actor(), defect_id, lock=True).version, required=False)
        row = service.review(current, defect_id, given, current_actor(), clock.now())
    return versioned(row, row.version, 201)


@blp.post("/defects/<uuid:defect_id>/extensions")
@requires("defects.extend")
@blp.arguments(schemas.ExtensionIn)
@blp.response(201, schemas.DefectOut)
def extend(given: dict[str, Any], defect_id: UUID) -> Any:
    """Agree to a later deadline, with reason and document."""
    with transaction() as current:
        check_version(policy.readable(current, current_actor(), defect_id, lock=True).version, required=False)
        row = service.extend(
            current,
            defect_id,
            given["correct_by"],
            given["reason"],
            given["document"],
            current_actor(),
            clock.now(),
        )
    return versioned(row, row.version, 201)
