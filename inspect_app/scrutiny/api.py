"""/api/v1/filing-notes: months that may be stale or false, and what people made of the notes."""

from typing import Any
from uuid import UUID

from inspect_app.core import clock
from inspect_app.core.api import ApiBlueprint, check_version, paginate, versioned
from inspect_app.core.auth import current_actor, requires
from inspect_app.core.database import session, transaction
from inspect_app.scrutiny import policy, queries, schemas, service, showing

blp = ApiBlueprint("scrutiny_api", __name__, description="填報疑義")

NOTE = "/filing-notes/<uuid:filing_note_id>"


@blp.get("/filing-notes")
@requires("filing_notes.read")
@blp.arguments(schemas.NoteArgs, location="query")
@blp.response(200, schemas.FilingNotePage)
def notes(args: dict[str, Any]) -> dict[str, Any]:
    """The notes one may read, strong ones first; narrowed by state, rule, agency, tender, month."""
    limit, cursor, actor = args.pop("limit"), args.pop("cursor"), current_actor()
    page = paginate(session(), queries.listed(actor, queries.NoteFilter(**args)), limit, cursor)
    return page | {"items": showing.shown(session(), actor, page["items"])}


@blp.get(NOTE)
@requires("filing_notes.read")
@blp.response(200, schemas.FilingNoteOut)
def note(filing_note_id: UUID) -> Any:
    """One note, with its version as ETag."""
    row = policy.readable(session(), current_actor(), filing_note_id)
    (told,) = showing.shown(session(), current_actor(), [row])
    return versioned(told, row.version)


@blp.post(f"{NOTE}/review")
@requires("filing_notes.review")
@blp.arguments(schemas.FilingNoteReviewIn)
@blp.response(201, schemas.FilingNoteOut)
def review(given: service.Review, filing_note_id: UUID) -> Any:
    """Judge a note as it stands: confirmed, or dismissed with a reason; it holds until the values change."""
    actor = current_actor()
    with transaction() as current:
        check_version(policy.readable(current, actor, filing_note_id, lock=True).version, required=False)
        row = service.review(current, filing_note_id, given, actor, clock.now())
        (told,) = showing.shown(current, actor, [row])
    return versioned(told, row.version, 201)
