"""Who may do what with one inspection; what is not one's to know is not found."""

from uuid import UUID

from sqlalchemy.orm import Session

from inspect_app.core.auth import Actor
from inspect_app.core.permissions import INSPECTED, Role
from inspect_app.core.problems import Conflict, NotAllowed, NotFound
from inspect_app.inspections import queries
from inspect_app.inspections.models import Inspection, Mark
from inspect_app.inspections.standing import Standing, standing
from inspect_app.inspections.words import CANCELLED

LEADER_ONLY = "只有本次查核的領隊能開始、送出或更正；請由領隊操作。"
ABSENT = "沒有這件查核，或不是您能查看的；請從清單選取。"


def readable(session: Session, actor: Actor, inspection_id: UUID, *, lock: bool = False) -> Inspection:
    """The inspection; NotFound for an absent one and for one the actor may not know of."""
    inspection = queries.find(session, actor, inspection_id, lock=lock)
    if inspection is None:
        raise NotFound(ABSENT)
    return inspection


def led(session: Session, actor: Actor, inspection_id: UUID) -> Inspection:
    """The inspection, locked; NotAllowed unless the actor leads this very visit."""
    inspection = joined(session, actor, inspection_id)
    if inspection.leader.user_id != actor.id:
        raise NotAllowed(LEADER_ONLY)
    return inspection


def leads(session: Session, actor: Actor, inspection_id: UUID, submission_id: UUID) -> Standing:
    """As `led`, in plain columns and with what was received under the submission's id: for the hot route."""
    visit = standing(session, inspection_id, submission_id, actor.id)
    if visit is None or actor.id not in visit.members:
        raise NotFound(ABSENT)
    if visit.leader.user_id != actor.id:
        raise NotAllowed(LEADER_ONLY)
    return visit


def joined(session: Session, actor: Actor, inspection_id: UUID) -> Inspection:
    """The inspection, locked; NotFound unless the actor is on its team."""
    inspection = queries.held(session, inspection_id, actor.id)
    if inspection is None or all(person.user_id != actor.id for person in inspection.team):
        raise NotFound(ABSENT)
    return inspection


def sees_all_marks(actor: Actor, inspection: Inspection) -> bool:
    """Marks by member: that visit's leader, staff, auditor."""
    return actor.role in {Role.STAFF, Role.AUDITOR} or inspection.leader.user_id == actor.id


def marks_seen(actor: Actor, inspection: Inspection, marks: list[Mark]) -> list[Mark]:
    """Those of the marks an actor may see: each member his own, the inspected none."""
    if sees_all_marks(actor, inspection):
        return marks
    return [mark for mark in marks if mark.member_id == actor.id]


def sees_declarations(actor: Actor) -> bool:
    """Declarations of interest stay with the team and the auditor."""
    return actor.role not in INSPECTED


def read_inside(session: Session, actor: Actor, inspection_id: UUID) -> Inspection:
    """The inspection for those who read what the tablet sent: staff, its team, the auditor once issued."""
    inspection = readable(session, actor, inspection_id)
    if actor.role in INSPECTED:
        raise NotFound("送件內容只供查核小組查看；請看查核紀錄與改善通知。")
    return inspection


def letter_of(session: Session, actor: Actor, inspection_id: UUID) -> Inspection:
    """The inspection whose letter the actor may print: staff and its team; the auditor once it is issued."""
    return _printed_by_team(session, actor, inspection_id, "書面通知")


def paper_of(session: Session, actor: Actor, inspection_id: UUID) -> Inspection:
    """The inspection for which the actor may print a paper form; those who may print its letter."""
    return _printed_by_team(session, actor, inspection_id, "紙本檢查表")


def _printed_by_team(session: Session, actor: Actor, inspection_id: UUID, what: str) -> Inspection:
    inspection = readable(session, actor, inspection_id)
    if actor.role in INSPECTED:
        raise NotFound(f"{what}只供查核小組列印；請查看改善通知。")
    if inspection.state == CANCELLED:
        raise Conflict(f"這件查核已取消，沒有{what}。")
    return inspection


def published(session: Session, actor: Actor, inspection_id: UUID) -> Inspection:
    """The issued inspection whose papers the actor may read; Conflict before issue for those who know of it."""
    inspection = readable(session, actor, inspection_id)
    if not inspection.is_published:
        raise Conflict("尚未發文，還沒有這份文件；請由工作人員發文後再下載。")
    return inspection
