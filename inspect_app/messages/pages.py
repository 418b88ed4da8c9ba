"""/inbox: one's own messages; and declining mails of one kind from a mail program."""

import io
from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, send_file, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from inspect_app.core import clock
from inspect_app.core.api import paginate
from inspect_app.core.auth import current_actor, requires
from inspect_app.core.database import session, transaction
from inspect_app.core.permissions import PUBLIC
from inspect_app.core.problems import NotFound
from inspect_app.messages import calendars, choices, declining, inbox, views
from inspect_app.messages.kinds import KINDS, Kind
from inspect_app.messages.terminal import share

blueprint = Blueprint("inbox", __name__, template_folder="templates")
PAGE = 50


@blueprint.get("/inbox")
@requires("messages.own")
def index() -> str:
    """One's messages, the newest first; unless all are wanted, every one."""
    unread, now, actor = request.args.get("show") == "unread", clock.now(), current_actor()
    query = inbox.listed(actor.id, now, unread=unread)
    page = paginate(session(), query, PAGE, request.args.get("cursor") or None)
    return render_template(
        "messages/index.html",
        rows=views.shown(session(), page["items"]),
        total=inbox.total(session(), actor.id, now, unread=unread),
        waiting=inbox.count_unread(session(), actor.id, now),
        show_unread=unread,
        next_url=_next(page["next"], unread=unread),
    )


def _next(cursor: str | None, *, unread: bool) -> str | None:
    return url_for("inbox.index", show="unread" if unread else None, cursor=cursor) if cursor else None


@blueprint.get("/inbox/<uuid:message_id>")
@requires("messages.own")
def message(message_id: UUID) -> str:
    """One message, which is read from then on."""
    now, actor = clock.now(), current_actor()
    row = inbox.message(session(), actor.id, message_id, now)
    if row.read_at is None and request.method == "GET":
        with transaction() as current:
            row = inbox.mark(current, actor.id, message_id, now, read=True)
    return render_template(
        "messages/message.html",
        message=views.shown(session(), [row])[0],
        share=share,
        crumbs=[("收件匣", url_for("inbox.index"))],
    )


@blueprint.get("/inbox/<uuid:message_id>/attachments/<int:position>")
@requires("messages.own")
def attachment(message_id: UUID, position: int) -> Response:
    """A file that came with a message, to be kept."""
    row = inbox.message(session(), current_actor().id, message_id, clock.now())
    found = inbox.file(session(), row.id, position)
    return _download(found.content, found.media_type, found.name)


@blueprint.get("/inbox/<uuid:message_id>/due-days.ics")
@requires("messages.own")
def due_days(message_id: UUID) -> Response:
    """The due days of a message for a calendar program."""
    row = inbox.message(session(), current_actor().id, message_id, clock.now())
    days = views.shown(session(), [row])[0].due_days
    if not days:
        raise NotFound("這則訊息沒有期限；請回收件匣查看。")
    calendar = calendars.attached(days, row.created_at, request.host_url.rstrip("/"))
    return _download(calendar, "text/calendar", "due-days.ics")


def _download(data: bytes, media_type: str, name: str) -> Response:
    return send_file(io.BytesIO(data), mimetype=media_type, as_attachment=True, download_name=name)


@blueprint.post("/inbox/read")
@requires("messages.own")
def read_all() -> BaseResponse:
    """Mark every message as read."""
    return _marked(lambda current, user: inbox.mark_all(current, user, clock.now()), "全部訊息已標為已讀。")


@blueprint.post("/inbox/<uuid:message_id>/unread")
@requires("messages.own")
def unread(message_id: UUID) -> BaseResponse:
    """Mark a message as not read, to come back to it."""

    def work(current: Session, user: UUID) -> Any:
        return inbox.mark(current, user, message_id, clock.now(), read=False)

    return _marked(work, "已標為未讀。")


def _marked(work: Callable[[Session, UUID], object], done: str) -> BaseResponse:
    with transaction() as current:
        work(current, current_actor().id)
    flash(done, "success")
    return redirect(url_for("inbox.index"), 303)


@blueprint.get("/notifications/decline/<string:choice>")
@requires(PUBLIC)
def declining_page(choice: str) -> str:
    """What would be declined, and the button that does it: mail programs look at links before people do."""
    return render_template("messages/decline.html", kind=_named(choice)[1], choice=choice, done=False)


@blueprint.post("/notifications/decline/<string:choice>")
@requires(PUBLIC)
def decline(choice: str) -> str:
    """Have a kind stand in the inbox alone (RFC 8058: no sign-in, no hidden token; again: nothing changes)."""
    user_id, kind = _named(choice)
    with transaction() as current:
        choices.decline(current, user_id, kind.name, clock.now())
    return render_template("messages/decline.html", kind=kind, choice=choice, done=True)


def _named(choice: str) -> tuple[UUID, Kind]:
    found = declining.read(choice)
    kind = KINDS.get(found[1]) if found else None
    if found is None or kind is None or not kind.optional:
        raise NotFound("這個退訂網址不完整或已失效；請登入後在通知設定更改。")
    return found[0], kind
