"""How a visit stands when a submission comes: two statements tell all that is to be known, and hold its row."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, and_, bindparam, exists, func, select
from sqlalchemy.orm import Session

from inspect_app.catalogue.queries import counting_on
from inspect_app.core.audit import AuditEvent
from inspect_app.core.chain import START, Link
from inspect_app.core.database import table
from inspect_app.inspections.models import Inspection, Mark, Submission, TeamMember
from inspect_app.inspections.words import PARTS

VISITS, PEOPLE, MARKS, SENT = table(Inspection), table(TeamMember), table(Mark), table(Submission)
EVENTS = table(AuditEvent)
CHAINED = and_(EVENTS.c.subject_kind == "inspection", EVENTS.c.subject_id == bindparam("chain"))
LAST = select(func.max(EVENTS.c.seq)).where(CHAINED).scalar_subquery()

# A statement of its own: on PostgreSQL one that waited for the row would tell of the others as they were before.
TEAM = (
    select(
        *(PEOPLE.c[name] for name in ("user_id", "name", "role", "outside")),
        *(MARKS.c[name] for name in PARTS),
        SENT.c.inspection_id.label("sent_for"),
        *(SENT.c[name] for name in ("sha256", "reason", "received_at", "received_by")),
        exists().where(MARKS.c.inspection_id == bindparam("visit")).label("is_marked"),
        EVENTS.c.seq,
        EVENTS.c.hash,
    )
    .select_from(PEOPLE)
    .outerjoin(
        MARKS, and_(MARKS.c.inspection_id == PEOPLE.c.inspection_id, MARKS.c.member_id == PEOPLE.c.user_id)
    )
    .outerjoin(SENT, SENT.c.id == bindparam("submission"))
    .outerjoin(EVENTS, and_(CHAINED, EVENTS.c.seq == LAST))
    .where(PEOPLE.c.inspection_id == bindparam("visit"))
    .order_by(PEOPLE.c.position)
)


@cache
def _visit() -> Select[Any]:
    """The visit of one on whose team the person is, with its revision of the catalogue: kept, or of its day."""
    revision = func.coalesce(VISITS.c.code_revision, counting_on(VISITS.c.on)).label("code_revision")
    return (
        select(*(VISITS.c[name] for name in ("id", "on", "state", "submission_id")), revision)
        .where(
            VISITS.c.id == bindparam("visit"),
            exists().where(PEOPLE.c.inspection_id == VISITS.c.id, PEOPLE.c.user_id == bindparam("person")),
        )
        .with_for_update(of=VISITS)
    )


@dataclass(frozen=True, slots=True)
class Person:
    """One of the team; `marked` are the parts of the mark he gave himself so far."""

    user_id: UUID
    name: str
    role: str
    outside: bool
    marked: dict[str, int]


@dataclass(frozen=True, slots=True)
class Earlier:
    """What was said on receiving a submission of this id before, for whichever visit."""

    inspection_id: UUID
    sha256: str
    reason: str | None
    received_at: datetime
    by: UUID


@dataclass(frozen=True, slots=True)
class Standing:
    """A visit, held until the transaction ends, with its team and what was received under the submission's id.

    `is_marked`: somebody has marked it, be it one who is no longer on the team. `code_revision`: of the catalogue,
    kept since the first submission, before it the one that counts on the visit's day. `last`: of its chain of events.
    """

    id: UUID
    on: date
    state: str
    submission_id: UUID | None
    code_revision: str
    team: tuple[Person, ...]
    earlier: Earlier | None
    is_marked: bool
    last: Link

    @property
    def members(self) -> frozenset[UUID]:
        return frozenset(person.user_id for person in self.team)

    @property
    def leader(self) -> Person:
        return next(person for person in self.team if person.role == "leader")


def standing(session: Session, inspection_id: UUID, submission_id: UUID, person_id: UUID) -> Standing | None:
    """The visit as it stands, its row held; None when there is none on whose team the person was.

    Who is on the team now, `members` tells: one statement the more would tell an outsider that it exists.
    """
    connection = session.connection()
    visit = connection.execute(_visit(), {"visit": inspection_id, "person": person_id}).one_or_none()
    if visit is None:
        return None
    asked = {"visit": inspection_id, "submission": submission_id, "chain": str(inspection_id)}
    rows = connection.execute(TEAM, asked).all()
    team = tuple(_person(row) for row in rows)
    earlier, marked = _earlier(rows[0]), bool(rows[0].is_marked)
    seen = (visit.id, visit.on, visit.state, visit.submission_id, visit.code_revision)
    last = Link(rows[0].seq, rows[0].hash) if rows[0].seq else START
    return Standing(*seen, team, earlier, marked, last)


def _person(row: Row[*tuple[object, ...]]) -> Person:
    found = row._mapping
    marked = {name: found[name] for name in PARTS if found[name] is not None}
    return Person(found["user_id"], found["name"], found["role"], found["outside"], marked)


def _earlier(row: Row[*tuple[object, ...]]) -> Earlier | None:
    found = row._mapping
    if found["sent_for"] is None:
        return None
    names = ("sent_for", "sha256", "reason", "received_at", "received_by")
    return Earlier(*(found[name] for name in names))
