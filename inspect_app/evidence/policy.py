"""Who may take an inspection's evidence away, and who may have a photo's receipt."""

from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy.orm import Session

from inspect_app.core.auth import Actor
from inspect_app.core.permissions import INSPECTED
from inspect_app.core.problems import NotFound
from inspect_app.inspections import policy as inspections
from inspect_app.inspections import queries as inspection_queries
from inspect_app.photos import queries as photos

if TYPE_CHECKING:
    from inspect_app.inspections.models import Inspection
    from inspect_app.photos.models import PhotoReceipt

NO_RECEIPT = "沒有這張照片的收據，或不是您能查看的；請核對照片與查核。"


def packed(session: Session, actor: Actor, inspection_id: UUID) -> "Inspection":
    """The inspection whose package the actor may have: staff, its team, the auditor once it is issued."""
    return inspections.read_inside(session, actor, inspection_id)


def receipt(session: Session, actor: Actor, sha256: str, inspection_id: UUID) -> "PhotoReceipt":
    """The actor's own receipt; for staff, the team and the auditor otherwise the first. NotFound."""
    # One statement, the same whether there is nothing or nothing for this actor.
    readable, own = inspection_queries.ids_visible_to(actor), actor.role in INSPECTED
    found = photos.receipt_for(session, sha256, inspection_id, readable, actor.id, own=own)
    if found is None:
        raise NotFound(NO_RECEIPT)
    return found
