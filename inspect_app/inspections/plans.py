"""Planning a visit, declaring interests, cancelling, starting: all that happens before the submission."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from inspect_app.accounts import queries as accounts
from inspect_app.core import audit
from inspect_app.core.auth import Actor
from inspect_app.core.permissions import Role
from inspect_app.core.problems import Conflict, FieldError, InvalidFields
from inspect_app.inspections import policy, queries
from inspect_app.inspections.models import Inspection, TeamMember
from inspect_app.inspections.words import CANCELLED, PLANNED, STARTED, STATES
from inspect_app.tenders import policy as tenders


@dataclass(frozen=True, slots=True)
class Plan:
    """A visit to be: which tender, on which legal day, how, and who goes."""

    tender: UUID
    on: date
    method: str
    kind: str
    leader: UUID
    members: tuple[UUID, ...]


def plan(session: Session, wanted: Plan, by: Actor, now: datetime) -> Inspection:
    """Plan a visit; InvalidFields for a wrong team or tender, Conflict when that day has one already."""
    inspection = Inspection(id=uuid4(), state=PLANNED, created_at=now, version=1)
    _fill(session, inspection, wanted, by)
    session.add(inspection)
    session.flush()
    audit.record(session, by, "inspection.planned", ("inspection", inspection.id), now, on=str(wanted.on))
    session.refresh(inspection)
    return inspection


def replan(session: Session, inspection: Inspection, wanted: Plan, by: Actor, now: datetime) -> Inspection:
    """Change a planned visit; declarations of those who stay are kept unless the tender changes."""
    _require(inspection, (PLANNED,), "只有已排定而未開始的查核可以更改。")
    _fill(session, inspection, wanted, by)
    inspection.touch()
    session.flush()
    audit.record(session, by, "inspection.replanned", ("inspection", inspection.id), now, on=str(wanted.on))
    session.refresh(inspection)
    return inspection


def _fill(session: Session, inspection: Inspection, wanted: Plan, by: Actor) -> None:
    tender = tenders.findable(session, by, wanted.tender, field="tender")
    twin = queries.on_day(session, tender.id, wanted.on)
    if twin is not None and twin.id != inspection.id:
        raise Conflict("這件標案當日已排定一次查核（同案同日僅一筆）；請改日期，或更改原有的那一次。")
    same_tender = inspection.tender_id == tender.id
    inspection.tender_id, inspection.on = tender.id, wanted.on
    inspection.method, inspection.kind = wanted.method, wanted.kind
    inspection.team = _team(session, inspection, wanted, keep=same_tender)


def _team(session: Session, inspection: Inspection, wanted: Plan, *, keep: bool) -> list[TeamMember]:
    ids = (wanted.leader, *wanted.members)
    found = {person.id: person for person in accounts.inspectors(session, ids)}
    errors = _team_errors(wanted, {id_: person.role for id_, person in found.items()})
    if errors:
        raise InvalidFields("請更正查核人員。", errors=errors)
    before = {person.user_id: person for person in inspection.team}
    team = []
    for position, id_ in enumerate(ids):
        row = before.get(id_) or TeamMember(user_id=id_)
        if not keep:
            row.conflict, row.reason, row.declared_at = None, None, None
        row.position, row.role = position, "member" if position else "leader"
        row.name, row.outside = found[id_].name, found[id_].outside
        team.append(row)
    return team


def _team_errors(wanted: Plan, roles: dict[UUID, str]) -> list[FieldError]:
    errors = []
    if roles.get(wanted.leader) != Role.LEADER:
        errors.append(FieldError("leader", "應為在職的領隊。"))
    for index, id_ in enumerate(wanted.members):
        if id_ not in roles:
            errors.append(FieldError(f"members[{index}]", "應為在職的查核委員。"))
        elif id_ == wanted.leader or id_ in wanted.members[:index]:
            errors.append(FieldError(f"members[{index}]", "同一人只能列一次。"))
    return errors


def declare(
    session: Session, inspection_id: UUID, by: Actor, now: datetime, *, conflict: bool, reason: str | None
) -> Inspection:
    """A team member's own declaration of interest (組織準則 art. 8), until the visit starts."""
    inspection = policy.joined(session, by, inspection_id)
    _require(inspection, (PLANNED,), "查核開始後不能更改迴避聲明；如有利益關係請立即告知工作人員。")
    if conflict and not reason:
        raise InvalidFields("請說明應迴避的事由。", errors=[FieldError("reason", "應迴避時必填。")])
    own = next(person for person in inspection.team if person.user_id == by.id)
    own.conflict, own.reason, own.declared_at = conflict, reason, now
    inspection.touch()
    session.flush()
    audit.record(session, by, "inspection.declared", ("inspection", inspection_id), now, conflict=conflict)
    return inspection


def cancel(session: Session, inspection: Inspection, reason: str, by: Actor, now: datetime) -> Inspection:
    """Cancel a planned visit, with the reason."""
    _require(inspection, (PLANNED,), "只有已排定而未開始的查核可以取消。")
    inspection.state, inspection.cancel_reason = CANCELLED, reason
    session.flush()
    audit.record(session, by, "inspection.cancelled", ("inspection", inspection.id), now, reason=reason)
    return inspection


def start(
    session: Session, inspection: Inspection, started_at: datetime, by: Actor, now: datetime
) -> Inspection:
    """Start a planned visit; again: unchanged. Conflict while a declaration is missing or in conflict."""
    if inspection.started_at is not None:
        return inspection
    _require(inspection, (PLANNED,), "這件查核已取消，不能開始。")
    _require_declarations(inspection.team)
    inspection.state, inspection.started_at = STARTED, started_at.astimezone(UTC)
    session.flush()
    audit.record(
        session,
        by,
        "inspection.started",
        ("inspection", inspection.id),
        now,
        started_at=started_at.isoformat(),
    )
    return inspection


def _require_declarations(team: Sequence[TeamMember]) -> None:
    missing = [person.name for person in team if person.conflict is None]
    if missing:
        raise Conflict(f"{'、'.join(missing)}尚未聲明有無應迴避情事；請各自聲明後再開始。")
    conflicted = [person.name for person in team if person.conflict]
    if conflicted:
        raise Conflict(f"{'、'.join(conflicted)}聲明應迴避；請工作人員改派後再開始。")


def _require(inspection: Inspection, states: tuple[str, ...], detail: str) -> None:
    if inspection.state not in states:
        raise Conflict(f"{detail}目前狀態：{STATES[inspection.state]}。")
