"""/operations/messages: which messages wait, went or were given up, and why; sending them again."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy import func, select
from werkzeug.wrappers import Response

from inspect_app.core import clock
from inspect_app.core.api import paginate
from inspect_app.core.auth import current_actor, requires
from inspect_app.core.database import session, transaction
from inspect_app.core.problems import Conflict
from inspect_app.messages import queries, service

blueprint = Blueprint("operations_messages", __name__, template_folder="templates")
PER_PAGE = 50
TONES = {"waiting": "accent", "sent": "good", "dead": "bad", "kept": "neutral"}


@blueprint.get("/operations/messages")
@requires("operations.read")
def index() -> str:
    """Messages by state, kind and recipient."""
    chosen = {name: request.args.get(name, "")[:120] for name in ("state", "kind", "name")}
    query = queries.listed(**{name: text or None for name, text in chosen.items()})
    page = paginate(session(), query, PER_PAGE, request.args.get("cursor"))
    kept = {name: text for name, text in chosen.items() if text}
    return render_template(
        "operations/messages.html",
        rows=[queries.sending(row) for row in page["items"]],
        total=session().scalar(select(func.count()).select_from(query.order_by(None).subquery())),
        standing=queries.standing(session(), clock.now()),
        states=queries.STATES,
        kinds=queries.known_kinds(),
        tones=TONES,
        narrowed=bool(kept),
        next_url=_address(kept | {"cursor": page["next"]}) if page["next"] else None,
        first_url=_address(kept) if "cursor" in request.args else None,
        **chosen,
    )


@blueprint.post("/operations/messages/<uuid:outgoing_id>/replay")
@requires("messages.replay")
def replay(outgoing_id: UUID) -> Response:
    """Send a given-up message again."""
    try:
        with transaction() as current:
            service.replay(current, outgoing_id, current_actor(), clock.now())
        flash("已排入重送。", "good")
    except Conflict as problem:
        flash(problem.detail, "warn")
    return _back()


@blueprint.post("/operations/messages/replay")
@requires("messages.replay")
def replay_all() -> Response:
    """Send every given-up message again."""
    with transaction() as current:
        made = service.replay_all(current, current_actor(), clock.now())
    flash(f"已將 {made:,} 則排入重送。", "good")
    return _back()


def _address(query: dict[str, Any]) -> str:
    return url_for("operations_messages.index", **query)


def _back() -> Response:
    return redirect(url_for("operations_messages.index", state="dead"), 303)
