"""Writing down how a photo looks: when it arrives, and for those that came before anybody looked."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from inspect_app.core import clock
from inspect_app.core.database import session, table, transaction
from inspect_app.photos import queries as photos
from inspect_app.photos.keeping import reading
from inspect_app.photos.problems import BytesAway, BytesDamaged, BytesMissing
from inspect_app.plausibility import likeness
from inspect_app.plausibility.models import PhotoLook

INSERT = insert(table(PhotoLook))
BATCH = 100


def look(thumb: bytes) -> str:
    """How a photo's thumbnail looks, as it is kept; empty where it shows too little."""
    views = likeness.look(thumb)
    return "" if views is None else likeness.written(views)


def keep(session: Session, sha256: str, views: str, now: datetime) -> None:
    """Write down how a photo looks that just came; its row must be there."""
    session.flush()
    row = {"sha256": sha256, "method": likeness.METHOD, "views": views, "made_at": now}
    session.execute(INSERT, [row])


def forget(session: Session, sha256: str) -> None:
    """Remove how a photo looks: nobody is to find it again."""
    session.execute(delete(table(PhotoLook)).where(PhotoLook.sha256 == sha256))


def fill(check: Callable[[], None]) -> tuple[int, int]:
    """Look at the photos nobody has looked at, or only by an older method; returns how many, and of how many bytes lack.

    A row's instant is that of its own transaction, never of the whole run: `searching` tells by it what is settled.
    """
    after, made, lacking = "", 0, 0
    while shas := _unseen(after):
        check()
        seen = {sha256: _seen(sha256) for sha256 in shas}
        there = {sha256: views for sha256, views in seen.items() if views is not None}
        with transaction() as current:
            made += _keep_all(current, there, clock.now())
        lacking, after = lacking + len(shas) - len(there), shas[-1]
    return made, lacking


def _unseen(after: str) -> list[str]:
    current = session()
    current.rollback()
    return photos.without(current, PhotoLook.sha256, PhotoLook.method == likeness.METHOD, after, BATCH)


def _seen(sha256: str) -> str | None:
    """How the photo looks whose thumbnail lies in the storage; None where it does not."""
    try:
        return look(reading.path_of(session(), sha256, photos.THUMB).read_bytes())
    except (BytesMissing, BytesDamaged, BytesAway):
        return None


def _keep_all(session: Session, seen: dict[str, str], now: datetime) -> int:
    """Write down those whose photo is still there and that nobody wrote down meanwhile."""
    rows = table(PhotoLook)
    older = (PhotoLook.sha256.in_(seen), PhotoLook.method != likeness.METHOD)
    session.execute(delete(rows).where(*older))
    known = set(session.scalars(select(PhotoLook.sha256).where(PhotoLook.sha256.in_(seen))))
    wanted = sorted(photos.of(session, seen).keys() - known)
    for sha256 in wanted:
        keep(session, sha256, seen[sha256], now)
    return len(wanted)
