"""/api/v1/inspections/{id}/photo-notes: what to look at, and what somebody made of it."""

from typing import Any
from uuid import UUID

from inspect_app.core import clock
from inspect_app.core.api import ApiBlueprint
from inspect_app.core.auth import current_actor, requires
from inspect_app.core.database import session, transaction
from inspect_app.plausibility import schemas, service

blp = ApiBlueprint("plausibility_api", __name__, description="照片提示")

NOTES = "/inspections/<uuid:inspection_id>/photo-notes"


@blp.get(NOTES)
@requires("plausibility.read")
@blp.response(200, schemas.PhotoNotesOut)
def photo_notes(inspection_id: UUID) -> Any:
    """Notes on an inspection's photos: seen elsewhere, taken at another time or place, edited."""
    return service.of_inspection(session(), current_actor(), inspection_id, clock.now())


@blp.post(f"{NOTES}/<uuid:note_id>/reviews")
@requires("plausibility.review")
@blp.arguments(schemas.PhotoNoteReviewIn)
@blp.response(201, schemas.PhotoNoteOut)
def review(given: service.Review, inspection_id: UUID, note_id: UUID) -> Any:
    """Say what a note came to; every review is kept and audited."""
    by, now = current_actor(), clock.now()
    note = service.noted(session(), by, inspection_id, note_id, now)
    with transaction() as current:
        return service.review(current, note, given, by, now)
