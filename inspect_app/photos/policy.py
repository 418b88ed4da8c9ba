"""Who may send a photo for an inspection, who may read one, and whose an upload is."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select
from sqlalchemy.orm import Session

from inspect_app.core import roc
from inspect_app.core.auth import Actor
from inspect_app.core.clock import legal_day
from inspect_app.core.permissions import INSPECTED
from inspect_app.core.problems import Conflict, NotAllowed, NotFound
from inspect_app.inspections import policy as inspections
from inspect_app.inspections import queries as inspection_queries
from inspect_app.photos import queries
from inspect_app.photos.models import Photo, PhotoUpload
from inspect_app.photos.problems import Erased, Gone

Rule = Callable[[Session, Actor, str], bool]
ABSENT = "沒有這張照片，或不是您能查看的；請從查核紀錄開啟。"
ENDED = {"closed": "已結案", "cancelled": "已取消"}


def check_sendable(session: Session, actor: Actor, inspection_id: UUID, *, lock: bool = False) -> None:
    """The visit's team, and once it is issued the inspected of its tender, until it is closed or cancelled.

    NotFound for an inspection the actor may not know of, NotAllowed, Conflict; `lock` holds the inspection.
    """
    inspection = inspections.readable(session, actor, inspection_id, lock=lock)
    on_team = any(person.user_id == actor.id for person in inspection.team)
    if not on_team and not (inspection.is_published and actor.role in INSPECTED):
        raise NotAllowed("只有本次查核的領隊與委員能傳照片，發文後受查單位也能傳改善照片；請由他們傳送。")
    if inspection.state in ENDED:
        raise Conflict(f"這件查核{ENDED[inspection.state]}，不再接受照片；請確認是否選錯查核。")


def named_by(naming: Callable[[Actor, str], Select[UUID]]) -> Rule:
    """The rule of objects that name photos: `naming` gives the inspections whose such objects the actor may
    read; the photo must have been received for one of them."""

    def may_read(session: Session, actor: Actor, sha256: str) -> bool:
        return session.scalar(queries.received_among(sha256, naming(actor, sha256)).limit(1)) is not None

    return may_read


READERS: list[Rule] = [named_by(inspection_queries.names_photo)]
"""Rules by which one may read a photo; a feature whose objects name photos adds its own at import."""


def readable(session: Session, actor: Actor, sha256: str) -> Photo:
    """The photo; NotFound for an absent one and for one that neither is nor is named for the actor."""
    # The right first: the same questions go to the database whether the photo is secret or absent.
    photo = queries.get(session, sha256) if _may_read(session, actor, sha256) else None
    if photo is None:
        raise NotFound(ABSENT)
    return photo


def sees_notes(actor: Actor) -> bool:
    """Whether a reader of a photo may know what it tells of itself: where, when, with what. Staff, its team, auditors."""
    return actor.role not in INSPECTED


def gets_original(session: Session, actor: Actor, sha256: str) -> bool:
    """Whether a reader gets the very bytes received: who sees its notes, and who sent them himself, to compare hashes.

    Everybody else gets the same picture without notes.
    """
    return sees_notes(actor) or queries.sent_by(session, actor.id, sha256)


def require_sent(session: Session, actor: Actor, sha256: str) -> None:
    """NotFound unless the photo came for an inspection the actor may know of, named there (still) or not."""
    known = inspection_queries.ids_visible_to(actor)
    if session.scalar(queries.received_among(sha256, known).limit(1)) is None:
        raise NotFound(ABSENT)


def viewable(session: Session, actor: Actor, sha256: str) -> Photo:
    """The photo to be shown; NotFound as `readable`, Erased for one whose bytes were erased."""
    photo = readable(session, actor, sha256)
    if (erasure := queries.erasure(session, sha256)) is not None:
        day = roc.format_long(legal_day(erasure.erased_at))
        raise Erased(f"這張照片已於{day}依規定清除，不能再看；它的紀錄與雜湊都保留。")
    return photo


def _may_read(session: Session, actor: Actor, sha256: str) -> bool:
    return queries.sent_by(session, actor.id, sha256) or any(rule(session, actor, sha256) for rule in READERS)


def own_upload(session: Session, actor: Actor, upload_id: UUID, now: datetime) -> PhotoUpload:
    """The actor's own upload; NotFound for any other, Gone when its time has run out."""
    upload = queries.upload(session, upload_id)
    if upload is None or upload.uploader_id != actor.id:
        raise NotFound("沒有這個上傳，或已取消；請重新開始上傳。")
    if upload.expires_at <= now:
        raise Gone("這個上傳已超過保留期限；請重新開始上傳。")
    return upload
