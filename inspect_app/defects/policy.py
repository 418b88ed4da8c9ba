"""Who may answer and review a defect.

A party whom the issued papers do not name cannot sign in for the tender; the agency answers in its place.
"""

from uuid import UUID

from sqlalchemy.orm import Session

from inspect_app.core.auth import Actor
from inspect_app.core.problems import NotAllowed, NotFound
from inspect_app.defects import queries
from inspect_app.defects.models import Defect
from inspect_app.defects.words import PARTIES, answerers
from inspect_app.inspections import queries as inspections
from inspect_app.photos import queries as photos


def readable(session: Session, actor: Actor, defect_id: UUID, *, lock: bool = False) -> Defect:
    """The defect; NotFound for an absent one and for one the actor may not know of."""
    defect = queries.find(session, actor, defect_id, lock=lock)
    if defect is None:
        raise NotFound("沒有這項缺失，或不是您能查看的；請從缺失清單選取。")
    return defect


def answerable(session: Session, actor: Actor, defect_id: UUID) -> Defect:
    """The defect, locked; NotAllowed unless it is the actor's to answer."""
    defect = readable(session, actor, defect_id, lock=True)
    if actor.role.value not in answerers(defect.party, defect.also, named(session, defect)):
        raise NotAllowed(f"這項缺失由{PARTIES[defect.party]}回復；請通知該單位。")
    return defect


def named(session: Session, defect: Defect) -> frozenset[str]:
    """The parties that have the issued papers of the defect's inspection."""
    return inspections.parties_of(session, [defect.inspection_id])[defect.inspection_id]


def carries_photo(session: Session, actor: Actor, sha256: str) -> bool:
    """Whether a correction that the actor may read carries the photo: a rule for `photos.policy.READERS`."""
    carried = queries.correction_of_photo(actor, sha256)
    return session.scalar(photos.received_among(sha256, carried).limit(1)) is not None
