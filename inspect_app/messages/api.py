"""/api/v1/inbox: one's own messages."""

from typing import Any
from uuid import UUID

from inspect_app.core import clock
from inspect_app.core.api import ApiBlueprint, paginate
from inspect_app.core.auth import current_actor, requires
from inspect_app.core.database import session, transaction
from inspect_app.messages import inbox, schemas, views

blp = ApiBlueprint("inbox_api", __name__, description="收件匣")


@blp.get("/inbox")
@requires("messages.own")
@blp.arguments(schemas.InboxArgs, location="query")
@blp.response(200, schemas.InboxPage)
def messages(args: dict[str, Any]) -> dict[str, Any]:
    """One's messages, the newest first."""
    query = inbox.listed(current_actor().id, clock.now(), unread=args["unread"])
    page = paginate(session(), query, args["limit"], args["cursor"])
    return page | {"items": views.shown(session(), page["items"])}


@blp.post("/inbox/<uuid:message_id>/read")
@requires("messages.own")
@blp.response(200, schemas.MessageOut)
def read(message_id: UUID) -> views.Shown:
    """Mark one's message as read; again: nothing changes."""
    with transaction() as current:
        row = inbox.mark(current, current_actor().id, message_id, clock.now(), read=True)
        return views.shown(current, [row])[0]
