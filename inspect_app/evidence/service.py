"""The keys: which are published, writing down the one in use, and changing to a new one."""

from contextlib import nullcontext, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session

from inspect_app.core import clock, sealing
from inspect_app.core.chain import instant
from inspect_app.core.database import is_writing, session, transaction
from inspect_app.core.problems import Conflict, NotFound, Problem
from inspect_app.core.sealing import Key
from inspect_app.core.settings import current_settings
from inspect_app.evidence import queries
from inspect_app.evidence.models import EvidenceKey

log = structlog.get_logger()
Published = dict[str, Any]
"""A public key as it is published: id, public, since, endorsed_by, endorsement, withdrawn_at; plain JSON."""


def published(session: Session) -> list[Published]:
    """Every public key that was written down, as each is before it signs: the oldest first, the newest last."""
    return [_told(row) for row in queries.keys(session)]


def _told(row: EvidenceKey) -> Published:
    return {
        "id": row.id,
        "public": row.public,
        "since": instant(row.since),
        "endorsed_by": row.endorsed_by,
        "endorsement": row.endorsement,
        "withdrawn_at": instant(row.withdrawn_at) if row.withdrawn_at else None,
    }


def begin(path: Path) -> None:
    """Make the first key and write it down, unless another just did.

    FileNotFoundError where keys were in use: theirs is lost, not absent.
    """
    with nullcontext(session()) if is_writing(session()) else transaction() as current:
        if path.exists():  # another was quicker, while this one waited for its turn to write
            return
        if queries.keys(current):
            raise FileNotFoundError(f"{path} is missing, and keys were in use")
        sealing.write(path, sealing.generate(), new=True)
        write_down(current, clock.now())


def start() -> None:
    """When a process begins: the key in use is written down; where it cannot be used the log says why."""
    try:
        if queries.key(session(), sealing.key().id) is None:
            with transaction() as current:
                write_down(current, clock.now())
    except (Problem, SQLAlchemyError) as error:
        log.error("key_not_written_down", reason=str(error))


def write_down(session: Session, now: datetime) -> bool:
    """Keep the public half of the key in use, so that it outlives the key file; returns whether it was new."""
    used = sealing.key()
    if queries.key(session, used.id) is not None:
        return False
    if queries.keys(session):
        log.warning("key_without_endorsement", key=used.id)
    with suppress(IntegrityError), session.begin_nested():  # another process may write down the same one
        session.add(EvidenceKey(id=used.id, public=used.public, since=now))
    return True


def introduce(session: Session, new: Key, now: datetime) -> None:
    """Write down a new key, endorsed by the one in use; the caller lays it into the key file."""
    write_down(session, now)
    old = sealing.key()
    statement = {"kind": "key", "id": new.id, "public": new.public, "since": instant(now)}
    signature = old.seal(statement)["signature"]
    row = EvidenceKey(id=new.id, public=new.public, since=now, endorsed_by=old.id, endorsement=signature)
    session.add(row)
    session.flush()


def take_into_use(new: Key) -> None:
    """From now on every process signs with this key; the old one is gone."""
    sealing.write(current_settings().evidence_key_file, new)


def replace_lost(session: Session, new: Key, now: datetime) -> None:
    """Write down a new key that nobody endorses; Conflict while the old one's file is there."""
    if current_settings().evidence_key_file.exists():
        raise Conflict("金鑰檔還在；請改用 evidence rotate-key，由它為新金鑰背書。檔案壞了時，先把它移開。")
    session.add(EvidenceKey(id=new.id, public=new.public, since=now))
    session.flush()


def withdraw(session: Session, key_id: str, since: datetime) -> None:
    """Trust nothing that a leaked key signed from an instant on. NotFound; Conflict for the one in use."""
    row = queries.key(session, key_id)
    if row is None:
        raise NotFound("沒有這把金鑰；代號見 GET /api/v1/evidence/keys。")
    if queries.keys(session)[-1].id == key_id:
        raise Conflict("這是現用的金鑰；請先以 evidence rotate-key 更換。")
    row.withdrawn_at = since
    session.flush()
