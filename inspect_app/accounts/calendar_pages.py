"""/calendar/SECRET.ics: a person's due days for a calendar program that cannot sign in.

The address is all that is asked for. Logs and metrics name the route, never the address.
"""

import hashlib
from datetime import datetime
from uuid import UUID

from flask import Blueprint, Response, make_response, request
from sqlalchemy.orm import Session

from inspect_app.accounts.models import User
from inspect_app.accounts.service import acting
from inspect_app.core import clock
from inspect_app.core.auth import Actor, requires
from inspect_app.core.database import session, transaction
from inspect_app.core.permissions import PUBLIC
from inspect_app.core.problems import NotFound
from inspect_app.core.settings import current_settings
from inspect_app.messages import calendars, feeds

blueprint = Blueprint("calendar", __name__, url_prefix="/calendar")
NAME = "查核期限"


@blueprint.get("/<string:token>.ics")
@requires(PUBLIC)
def feed(token: str) -> Response:
    """The due days of the address's owner; 404 alike for an address that ended and one that never was."""
    now = clock.now()
    found = feeds.find(session(), token)
    actor = _owner(session(), found.user_id)
    with transaction() as current:
        feeds.note_fetch(current, found.id, now)
    return _answer(_calendar(actor, found.created_at, now))


def _owner(session: Session, user_id: UUID) -> Actor:
    user = session.get_one(User, user_id)
    if not user.active or (user.demo and current_settings().is_production):
        raise NotFound(feeds.ABSENT)
    return acting(user)


def _calendar(actor: Actor, made_at: datetime, now: datetime) -> bytes:
    days = feeds.due_days(session(), actor, clock.legal_day(now))
    return calendars.feed(days, made_at, request.host_url.rstrip("/"), NAME)


def _answer(calendar: bytes) -> Response:
    answer = make_response(calendar)
    answer.headers["Content-Type"] = "text/calendar; charset=utf-8"
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.set_etag(hashlib.sha256(calendar).hexdigest()[:32])
    answer.make_conditional(request)
    return answer
