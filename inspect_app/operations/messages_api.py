"""/api/v1/operations/messages: how messages fare, never what they say."""

from typing import Any
from uuid import UUID

from inspect_app.core import clock
from inspect_app.core.api import ApiBlueprint, paginate
from inspect_app.core.auth import current_actor, requires
from inspect_app.core.database import session, transaction
from inspect_app.messages import queries, service
from inspect_app.messages.queries import Sending
from inspect_app.operations import schemas

blp = ApiBlueprint("operations_messages_api", __name__, description="訊息的寄送")


@blp.get("/operations/messages")
@requires("operations.read")
@blp.arguments(schemas.SendingsArgs, location="query")
@blp.response(200, schemas.SendingPage)
def sendings(args: dict[str, Any]) -> dict[str, Any]:
    """The messages of a state, a kind or to a name, the newest first."""
    query = queries.listed(args["state"], args["kind"], args["name"])
    page = paginate(session(), query, args["limit"], args["cursor"])
    return page | {"items": [queries.sending(row) for row in page["items"]]}


@blp.post("/operations/messages/<uuid:outgoing_id>/replay")
@requires("messages.replay")
@blp.response(200, schemas.SendingOut)
def replay(outgoing_id: UUID) -> Sending:
    """Let a given-up message be sent again; 409 for one in another state."""
    with transaction() as current:
        return queries.sending(service.replay(current, outgoing_id, current_actor(), clock.now()))
