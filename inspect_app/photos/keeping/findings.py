"""Findings about stored bytes: written down once, seen again, and healed."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Delete, and_, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session

from inspect_app.core import leases
from inspect_app.inspections import queries as inspections
from inspect_app.photos import queries
from inspect_app.photos.keeping import objects
from inspect_app.photos.keeping.models import StorageFinding
from inspect_app.photos.keeping.objects import AWAY, STRAY
from inspect_app.photos.models import Photo, PhotoReceipt

LOCAL, S3 = "local", "s3"
ORIGINAL, OUTSIDE = "original", "outside"
THE_PLACE = ""
HEALED_SHOWN = timedelta(days=30)
BATCH = 100
"""So many findings are written by one statement."""


@dataclass(frozen=True, slots=True)
class Found:
    """A finding, for reading; instants are UTC."""

    place: str
    name: str
    kind: str
    first_seen: datetime
    last_seen: datetime
    healed_at: datetime | None
    healed_from: str | None


def note(
    session: Session, place: str, name: str, kind: str, now: datetime, sha256: str | None = None
) -> None:
    """Write down what was found, or that it still is; one that had been healed begins anew."""
    _note_all(session, place, [name], kind, now, sha256)


def _note_all(
    session: Session, place: str, names: Sequence[str], kind: str, now: datetime, sha256: str | None = None
) -> None:
    row = {"place": place, "sha256": sha256, "kind": kind, "first_seen": now, "last_seen": now}
    insert = leases.upsert(session, StorageFinding).values([row | {"name": name} for name in names])
    again = insert.on_conflict_do_update(
        index_elements=["place", "name"], set_={"last_seen": now, "kind": kind}
    )
    healed = and_(
        StorageFinding.place == place, StorageFinding.name.in_(names), StorageFinding.healed_at.is_not(None)
    )
    session.execute(_delete(healed))
    session.execute(again)


def heal(session: Session, place: str, name: str, source: str, now: datetime) -> bool:
    """Write down that a finding is no more, and where the right bytes came from; False when there was none."""
    query = update(StorageFinding).where(_is(place, name), StorageFinding.healed_at.is_(None))
    return leases.changed(session, query.values(healed_at=now, healed_from=source)) == 1


def names_open(session: Session, place: str, sha256: str) -> set[str]:
    """The names of a photo's objects in a place with something wrong."""
    of_photo = and_(StorageFinding.place == place, StorageFinding.name.in_(objects.names(sha256)))
    return set(
        session.scalars(select(StorageFinding.name).where(of_photo, StorageFinding.healed_at.is_(None)))
    )


def note_strays(
    session: Session, place: str, names: set[str], looked: Callable[[str], bool], now: datetime
) -> None:
    """Write down the files that no photo is called like; those gone from where was looked are forgotten."""
    query = select(StorageFinding.name).where(StorageFinding.place == place, StorageFinding.kind == STRAY)
    over = [name for name in session.scalars(query) if looked(name) and name not in names]
    for some in _batches(over):
        session.execute(_delete(StorageFinding.place == place, StorageFinding.name.in_(some)))
    for some in _batches(sorted(names)):
        _note_all(session, place, some, STRAY, now)


def _batches(names: Sequence[str]) -> Iterator[Sequence[str]]:
    return (names[at : at + BATCH] for at in range(0, len(names), BATCH))


def forget(session: Session, now: datetime) -> None:
    """Forget what was healed long ago, and what concerns photos that are no more, or were erased."""
    cleared = and_(
        StorageFinding.sha256.is_not(None),
        ~exists().where(Photo.sha256 == StorageFinding.sha256, queries.is_lasting()),
    )
    session.execute(_delete(or_(StorageFinding.healed_at < now - HEALED_SHOWN, cleared)))


def every(session: Session) -> list[StorageFinding]:
    """All findings, the open ones first; for the operator at the machine."""
    return list(session.scalars(select(StorageFinding).order_by(*_ORDER)))


def published(session: Session, limit: int) -> list[Found]:
    """At most `limit` findings that tell of no unissued visit, the open ones first.

    A photo's is told once it was received for an issued inspection; a file's that no photo is called like tells of
    no visit. An outage is told by `away_since`.
    """
    query = select(StorageFinding).where(_is_published(), StorageFinding.kind != AWAY)
    query = query.order_by(*_ORDER).limit(limit)
    return [
        Found(row.place, row.name, row.kind, row.first_seen, row.last_seen, row.healed_at, row.healed_from)
        for row in session.scalars(query)
    ]


def published_open(session: Session) -> int:
    """How many of those that tell of no unissued visit are still so."""
    query = select(func.count()).select_from(StorageFinding)
    still = StorageFinding.healed_at.is_(None)
    return session.scalar(query.where(_is_published(), StorageFinding.kind != AWAY, still)) or 0


def away_since(session: Session) -> datetime | None:
    """Since when S3 has not answered the worker."""
    return session.scalar(
        select(StorageFinding.first_seen).where(
            _is(S3, THE_PLACE), StorageFinding.kind == AWAY, StorageFinding.healed_at.is_(None)
        )
    )


_ORDER = (
    StorageFinding.healed_at.is_not(None),
    StorageFinding.last_seen.desc(),
    StorageFinding.name,
    StorageFinding.place,
)


def _is(place: str, name: str) -> ColumnElement[bool]:
    return and_(StorageFinding.place == place, StorageFinding.name == name)


def _is_published() -> ColumnElement[bool]:
    issued = exists().where(
        PhotoReceipt.sha256 == StorageFinding.sha256, inspections.is_published(PhotoReceipt.inspection_id)
    )
    return or_(StorageFinding.sha256.is_(None), issued)


def _delete(*conditions: ColumnElement[bool]) -> Delete:
    return delete(StorageFinding).where(*conditions).execution_options(synchronize_session=False)
