"""The keys: which are published, writing down the one in use, and changing to a new one."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from inspect_app.core import sealing
from inspect_app.core.chain import instant
from inspect_app.core.sealing import Key
from inspect_app.core.settings import current_settings
from inspect_app.evidence import queries
from inspect_app.evidence.models import EvidenceKey

Published = dict[str, Any]
"""A public key as it is published: id, public, since, endorsed_by, endorsement; plain JSON."""


def published(session: Session) -> list[Published]:
    """Every public key, the oldest first and the one in use last, be it written down yet or not."""
    used = sealing.key()
    kept = [_told(row) for row in queries.keys(session)]
    last = [each for each in kept if each["id"] == used.id]
    plain = {"id": used.id, "public": used.public, "since": None, "endorsed_by": None, "endorsement": None}
    return [*(each for each in kept if each["id"] != used.id), *(last or [plain])]


def _told(row: EvidenceKey) -> Published:
    return {
        "id": row.id,
        "public": row.public,
        "since": instant(row.since),
        "endorsed_by": row.endorsed_by,
        "endorsement": row.endorsement,
    }


def write_down(session: Session, now: datetime) -> bool:
    """Keep the public half of the key in use, so that it outlives the key file; returns whether it was new."""
    used = sealing.key()
    if queries.key(session, used.id) is not None:
        return False
    session.add(EvidenceKey(id=used.id, public=used.public, since=now))
    session.flush()
    return True


def introduce(session: Session, new: Key, now: datetime) -> None:
    """Write down a new key, endorsed by the one in use; the caller then lays it into the key file."""
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
