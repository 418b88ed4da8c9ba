"""Whether an actor may read a tender: the team and the auditor all, the inspected their own."""

from uuid import UUID

from sqlalchemy.orm import Session

from inspect_app.core.auth import Actor
from inspect_app.core.permissions import INSPECTED, PERMISSIONS
from inspect_app.core.problems import FieldError, InvalidFields, NotFound
from inspect_app.tenders import queries
from inspect_app.tenders.models import Tender


def may_read(actor: Actor, tender: Tender) -> bool:
    if actor.role in INSPECTED:
        own = getattr(tender, queries.OWN_COLUMN[actor.role].key)
        return actor.organisation_id is not None and bool(own == actor.organisation_id)
    return actor.role in PERMISSIONS["tenders.read"]


def readable(session: Session, actor: Actor, tender_id: UUID, *, lock: bool = False) -> Tender:
    """The tender; NotFound for an absent one and for one that is not the actor's."""
    tender = queries.get(session, tender_id, lock=lock)
    if tender is None or not may_read(actor, tender):
        raise NotFound("沒有這件標案，或不是您的標案；請從標案清單選取。")
    return tender


def findable(session: Session, actor: Actor, tender_id: UUID, field: str) -> Tender:
    """The tender that a body names in `field`; InvalidFields when the actor cannot read it."""
    tender = queries.get(session, tender_id)
    if tender is None or not may_read(actor, tender):
        raise InvalidFields("請從標案清單選取。", errors=[FieldError(field, "沒有這件標案。")])
    return tender
