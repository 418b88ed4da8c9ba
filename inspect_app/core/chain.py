"""The hash chain of an object's events: each holds the hash of the one before. Pure; the form never changes.

What is hashed is a text, so that whoever keeps the text can check it without knowing how it was put together.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

NOTHING = "0" * 64
"""What stands for the hash before the first event."""


@dataclass(frozen=True, slots=True)
class Link:
    """An event's place in its chain, from 1, and the SHA-256 (hex) of its text."""

    seq: int
    hash: str


START = Link(0, NOTHING)


def canonical(value: Any) -> str:
    """JSON with sorted keys, no spaces, and every character as itself."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def instant(at: datetime) -> str:
    """An aware instant in UTC, always with six places."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def text(previous: Link, event: Mapping[str, Any]) -> str:
    """What is hashed of an event that follows `previous`; `event` has the columns of an audit event.

    The actor's name stands in it as the record has it: who did what is what the chain is to prove.
    """
    actor: UUID | None = event["actor_id"]
    return canonical(
        {
            "previous": previous.hash,
            "seq": previous.seq + 1,
            "at": instant(event["at"]),
            "actor": {"id": str(actor) if actor else None, "name": event["actor_name"]},
            "action": event["action"],
            "subject": [event["subject_kind"], event["subject_id"]],
            "detail": event["detail"],
            "request": event["request_id"],
        }
    )


def following(previous: Link, event: Mapping[str, Any]) -> Link:
    """The link that an event is after `previous`."""
    return Link(previous.seq + 1, digest(text(previous, event)))


def digest(given: str) -> str:
    return hashlib.sha256(given.encode()).hexdigest()
