"""What an inspection's page says of its evidence: the chain in short, and the reader's own receipts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from inspect_app.core import sealing
from inspect_app.core.audit import AuditEvent
from inspect_app.core.auth import Actor
from inspect_app.core.permissions import INSPECTED
from inspect_app.inspections.keeping import AMENDED, SUBMITTED
from inspect_app.inspections.pages_history import ISSUED, PHOTO

KINDS = {PHOTO: "照片", SUBMITTED: "送件", AMENDED: "更正送件"}


@dataclass(frozen=True, slots=True)
class Receipt:
    """A line of the reader's receipts; `sha256` is empty for older submissions."""

    kind: str
    sha256: str
    received_at: datetime
    seq: int


@dataclass(frozen=True, slots=True)
class Proof:
    """The chain in short. For the inspected `root` is what the papers carry, for others the last link."""

    links: int
    root: str
    last_at: datetime
    issued: str
    key: str
    receipts: tuple[Receipt, ...]
    packed: bool


def proof(actor: Actor, events: Sequence[AuditEvent]) -> Proof | None:
    """From the chained events, in order; None while the reader has nothing to see."""
    outside = actor.role in INSPECTED
    issued = next((event for event in events if event.action == ISSUED), None)
    last = issued if outside else (events[-1] if events else None)
    if last is None:
        return None
    links, root = last.seq or 0, last.hash or ""
    said = issued.hash if issued and issued.hash else ""
    return Proof(links, root, last.at, said, _key(), _receipts(actor, events), packed=not outside)


def _receipts(actor: Actor, events: Sequence[AuditEvent]) -> tuple[Receipt, ...]:
    own = (event for event in events if event.actor_id == actor.id and event.action in KINDS)
    return tuple(
        Receipt(KINDS[event.action], event.detail.get("sha256", ""), event.at, event.seq or 0)
        for event in own
    )


def _key() -> str:
    try:
        return sealing.key().id
    except sealing.KeyUnusable:
        return ""
