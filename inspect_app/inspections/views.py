"""One inspection as one actor may see it, for the API and the pages alike."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from inspect_app.core.auth import Actor
from inspect_app.core.permissions import INSPECTED
from inspect_app.deadlines.workdays import Calendar
from inspect_app.inspections import lateness, panel, policy, queries, submissions
from inspect_app.inspections.models import Inspection, Mark, PhotoWaiver, Recipient, SiteTest, Submission


@dataclass(frozen=True, slots=True)
class PersonView:
    id: UUID
    name: str
    role: str
    outside: bool
    declared: bool
    conflict: bool | None


@dataclass(frozen=True, slots=True)
class InspectionView:
    """An inspection with all its reader may know; empty where he may not."""

    id: UUID
    state: str
    tender: UUID
    on: date
    method: str
    kind: str
    team: tuple[PersonView, ...]
    started_at: datetime | None
    issued_at: datetime | None
    correct_by: date | None
    issue_document: str | None
    closed_at: datetime | None
    cancel_reason: str | None
    late_reason: str | None
    record_due_on: date | None
    outside_share: panel.OutsideShare | None
    marks: tuple[Mark, ...]
    tests: tuple[SiteTest, ...]
    submissions: tuple[Submission, ...]
    missing: tuple[str, ...]
    waived: tuple[PhotoWaiver, ...]
    recipients: tuple[Recipient, ...]


def view(session: Session, actor: Actor, inspection: Inspection) -> InspectionView:
    """What `actor` may know of an inspection he may know of."""
    inside = policy.sees_declarations(actor)
    plain: dict[str, Any] = {name: getattr(inspection, name) for name in PLAIN}
    marks = policy.marks_seen(actor, inspection, queries.marks_of(session, inspection.id))
    return InspectionView(
        **plain,
        record_due_on=lateness.due_on(inspection.on, Calendar.of(session)) if inspection.started_at else None,
        team=tuple(_person(person, inside) for person in inspection.team),
        outside_share=panel.outside_share(inspection.team, inspection.on) if inside else None,
        marks=tuple(marks),
        tests=tuple(queries.tests_of(session, inspection.id)),
        submissions=tuple(queries.submissions_of(session, inspection.id)) if inside else (),
        missing=submissions.missing_photos(session, inspection.id) if actor.role not in INSPECTED else (),
        waived=tuple(queries.waivers_of(session, inspection.id).values()) if inside else (),
        recipients=tuple(queries.recipients(session, inspection.id)),
    )


PLAIN = (
    "id",
    "state",
    "tender",
    "on",
    "method",
    "kind",
    "started_at",
    "issued_at",
    "correct_by",
    "issue_document",
    "closed_at",
    "cancel_reason",
    "late_reason",
)


def _person(person: Any, inside: bool) -> PersonView:
    declared = person.conflict is not None
    return PersonView(
        id=person.user_id,
        name=person.name,
        role=person.role,
        outside=person.outside,
        declared=declared and inside,
        conflict=person.conflict if inside else None,
    )
