"""Reading inspections: every list, count and search goes through `visible_to`."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    SQLColumnExpression,
    bindparam,
    exists,
    false,
    func,
    select,
    true,
)
from sqlalchemy.orm import Session, lazyload

from inspect_app.core.auth import Actor
from inspect_app.core.permissions import INSPECTED, INSPECTORS, Role
from inspect_app.inspections.models import (
    Inspection,
    Mark,
    NamedPhoto,
    PhotoWaiver,
    Recipient,
    SiteTest,
    Submission,
    TeamMember,
)
from inspect_app.inspections.words import CLOSED, INCOMPLETE, PLANNED, PUBLISHED, STARTED, SUBMITTED

S = TypeVar("S", bound=Select[Any])


@dataclass(frozen=True, slots=True)
class InspectionFilter:
    """What a list is narrowed to; None does not narrow."""

    state: str | None = None
    tender: UUID | None = None
    since: date | None = None
    until: date | None = None


def sees_all(actor: Actor) -> bool:
    """Whether an actor may know of every inspection."""
    return actor.role is Role.STAFF


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The condition on inspections an actor may know of.

    Before issue only staff and the visit's team do, in any list, count or search (作業辦法 art. 13);
    after it also the auditor, and of the inspected those who received its papers.
    """
    if sees_all(actor):
        return true()
    if actor.role in INSPECTORS:
        mine = select(TeamMember.inspection_id).where(TeamMember.user_id == actor.id)
        return Inspection.id.in_(mine)
    published = Inspection.state.in_(PUBLISHED)
    if actor.role is Role.AUDITOR:
        return published
    if actor.role in INSPECTED:
        return published & Inspection.id.in_(_received_by(actor))
    return false()


def _received_by(actor: Actor) -> Select[UUID]:
    """The inspections whose papers the actor's organisation has, in his role; none without organisation."""
    mine = select(Recipient.inspection_id).where(Recipient.organisation_id == actor.organisation_id)
    return mine.where(Recipient.party == actor.role.value)


def ids_visible_to(actor: Actor) -> Select[UUID]:
    """The ids of those inspections, as a subquery for other features' conditions."""
    return select(Inspection.id).where(visible_to(actor))


def published_ids() -> Select[UUID]:
    """The ids of all issued inspections, for counts that name no reader (operations, metrics)."""
    return select(Inspection.id).where(Inspection.state.in_(PUBLISHED))


def counted_since(day: date, person: UUID | None) -> Select[UUID]:
    """The ids of visits from a day on: of a person's own, at whatever state, or of all that are issued."""
    query = select(Inspection.id).where(Inspection.on >= day)
    if person is None:
        return query.where(Inspection.state.in_(PUBLISHED))
    mine = select(TeamMember.inspection_id).where(TeamMember.user_id == person)
    return query.where(Inspection.id.in_(mine))


def is_published(inspection_id: SQLColumnExpression[UUID]) -> ColumnElement[bool]:
    """Whether an inspection is issued, asked for each row of another table."""
    return exists().where(Inspection.id == inspection_id, Inspection.state.in_(PUBLISHED))


def unpublished_ids() -> Select[UUID]:
    """The ids of all others: planned, under way, submitted or cancelled."""
    return select(Inspection.id).where(Inspection.state.not_in(PUBLISHED))


def listed(actor: Actor, wanted: InspectionFilter) -> Select[Inspection]:
    """The inspections an actor may know of, newest day first."""
    return _narrowed(select(Inspection), actor, wanted).order_by(Inspection.on.desc(), Inspection.id)


def count(session: Session, actor: Actor, wanted: InspectionFilter) -> int:
    return session.scalar(_narrowed(select(func.count(Inspection.id)), actor, wanted)) or 0


def _narrowed(query: S, actor: Actor, wanted: InspectionFilter) -> S:
    query = query.where(visible_to(actor))
    if wanted.state is not None:
        query = query.where(Inspection.state == wanted.state)
    if wanted.tender is not None:
        query = query.where(Inspection.tender_id == wanted.tender)
    if wanted.since is not None:
        query = query.where(Inspection.on >= wanted.since)
    if wanted.until is not None:
        query = query.where(Inspection.on <= wanted.until)
    return query


def issued_between(session: Session, since: date, until: date) -> list[Inspection]:
    """The issued inspections of some days, by day; for what is told to the authority, which asks no reader."""
    query = select(Inspection).where(Inspection.state.in_(PUBLISHED), Inspection.on.between(since, until))
    return list(session.scalars(query.order_by(Inspection.on, Inspection.id)))


def to_fill_in(session: Session, actor: Actor) -> list[Inspection]:
    """The inspections an actor leads that still await their submission, the next day first."""
    led = exists().where(
        TeamMember.inspection_id == Inspection.id,
        TeamMember.user_id == actor.id,
        TeamMember.role == Role.LEADER.value,
    )
    query = select(Inspection).where(visible_to(actor), Inspection.state.in_((PLANNED, STARTED)), led)
    return list(session.scalars(query.order_by(Inspection.on, Inspection.id)))


def count_published(session: Session) -> int:
    """How many inspections are issued, closed ones included."""
    return session.scalar(select(func.count(Inspection.id)).where(Inspection.state.in_(PUBLISHED))) or 0


def find(session: Session, actor: Actor, inspection_id: UUID, *, lock: bool = False) -> Inspection | None:
    """The inspection if the actor may know of it; `lock` holds its row until the transaction ends."""
    query = select(Inspection).where(Inspection.id == inspection_id, visible_to(actor))
    if lock:
        query = query.with_for_update(of=Inspection).execution_options(populate_existing=True)
    return session.scalar(query)


@cache
def _held() -> Select[Inspection]:
    return (
        select(Inspection)
        .where(
            Inspection.id == bindparam("id"),
            exists().where(
                TeamMember.inspection_id == Inspection.id, TeamMember.user_id == bindparam("person")
            ),
        )
        .options(lazyload(Inspection.tender_row))
        .with_for_update(of=Inspection)
        .execution_options(populate_existing=True)
    )


def held(session: Session, inspection_id: UUID, person_id: UUID) -> Inspection | None:
    """The inspection on whose team a person is, held until the transaction ends.

    Its team is read by a second statement: on PostgreSQL one that waited for the row would tell of the team as it
    was before the wait.
    """
    return session.execute(_held(), {"id": inspection_id, "person": person_id}).scalar_one_or_none()


def locked(session: Session, inspection_id: UUID) -> Inspection | None:
    """The row, held until the transaction ends; for the system's own steps, which ask no reader."""
    query = select(Inspection).where(Inspection.id == inspection_id).with_for_update(of=Inspection)
    return session.scalar(query.execution_options(populate_existing=True))


def hold(session: Session, inspection_id: str) -> None:
    """Hold the row until the transaction ends; references to it may still be made."""
    query = select(Inspection.id).where(Inspection.id == UUID(inspection_id))
    session.execute(query.with_for_update(key_share=True, of=Inspection)).all()


def on_day(session: Session, tender_id: UUID, on: date) -> Inspection | None:
    """The live inspection of a tender on a day (同案同日僅一筆)."""
    query = select(Inspection).where(Inspection.tender_id == tender_id, Inspection.on == on)
    return session.scalar(query.where(Inspection.state != "cancelled"))


def submission(session: Session, submission_id: UUID) -> Submission | None:
    return session.get(Submission, submission_id)


def submissions_of(session: Session, inspection_id: UUID) -> list[Submission]:
    """Every version, oldest first."""
    query = select(Submission).where(Submission.inspection_id == inspection_id).order_by(Submission.version)
    return list(session.scalars(query))


def last_version(session: Session, inspection_id: UUID) -> int:
    """The number of the newest version; 0 when there is none."""
    query = select(func.max(Submission.version)).where(Submission.inspection_id == inspection_id)
    return session.scalar(query) or 0


def marks_of(session: Session, inspection_id: UUID) -> list[Mark]:
    return list(session.scalars(select(Mark).where(Mark.inspection_id == inspection_id)))


def tests_of(session: Session, inspection_id: UUID) -> list[SiteTest]:
    query = select(SiteTest).where(SiteTest.inspection_id == inspection_id).order_by(SiteTest.test)
    return list(session.scalars(query))


def named_photos(session: Session, inspection_id: UUID) -> list[NamedPhoto]:
    """The photos and signatures the current submission names, in its order."""
    query = select(NamedPhoto).where(NamedPhoto.inspection_id == inspection_id).order_by(NamedPhoto.position)
    return list(session.scalars(query))


def namings(session: Session, actor: Actor, shas: Iterable[str]) -> list[tuple[UUID, str]]:
    """Where these photos are named, as pictures and not as signatures: inspections the actor may know of, and which."""
    query = select(NamedPhoto.inspection_id, NamedPhoto.sha256).where(
        NamedPhoto.sha256.in_(list(shas)),
        NamedPhoto.signature.is_(None),
        NamedPhoto.inspection_id.in_(ids_visible_to(actor)),
    )
    return list(session.execute(query.order_by(NamedPhoto.inspection_id, NamedPhoto.position)).tuples())


def waivers_of(session: Session, inspection_id: UUID) -> dict[str, PhotoWaiver]:
    """The waivers of photos that the current submission names, by SHA-256 in its order."""
    named = (NamedPhoto.inspection_id == PhotoWaiver.inspection_id) & (
        NamedPhoto.sha256 == PhotoWaiver.sha256
    )
    query = select(PhotoWaiver).join(NamedPhoto, named).where(PhotoWaiver.inspection_id == inspection_id)
    return {row.sha256: row for row in session.scalars(query.order_by(NamedPhoto.position))}


def waived(session: Session, inspection_id: UUID) -> frozenset[str]:
    """The SHA-256s of every photo that need not come for an inspection, whether its submission names it or not."""
    query = select(PhotoWaiver.sha256).where(PhotoWaiver.inspection_id == inspection_id)
    return frozenset(session.scalars(query))


def names_photo(actor: Actor, sha256: str) -> Select[UUID]:
    """The inspections an actor may read whose current submission names this photo."""
    named = select(NamedPhoto.inspection_id).where(NamedPhoto.sha256 == sha256)
    return ids_visible_to(actor).where(Inspection.id.in_(named))


def naming(session: Session, sha256: str) -> list[UUID]:
    """The inspections whose current submission names a photo, whoever asks."""
    query = select(NamedPhoto.inspection_id).where(NamedPhoto.sha256 == sha256)
    return list(session.scalars(query))


def closed_before(session: Session, instant: datetime) -> list[Inspection]:
    """The inspections closed before an instant, the earliest first."""
    query = select(Inspection).where(Inspection.closed_at < instant, Inspection.state == CLOSED)
    return list(session.scalars(query.order_by(Inspection.closed_at, Inspection.id)))


def submission_names(
    sha256: SQLColumnExpression[str], inspection_id: SQLColumnExpression[UUID]
) -> ColumnElement[bool]:
    """Whether a submission names a photo: any current one, or an earlier version of this inspection's."""
    earlier = (Submission.inspection_id == inspection_id) & Submission.body.contains(sha256)
    return exists().where(NamedPhoto.sha256 == sha256) | exists().where(earlier)


def recipients(session: Session, inspection_id: UUID) -> list[Recipient]:
    """Who has the issued papers, in the order they received them."""
    query = select(Recipient).where(Recipient.inspection_id == inspection_id)
    later = Recipient.document.is_not(None)
    return list(session.scalars(query.order_by(Recipient.given_at, later, Recipient.party)))


def parties_of(session: Session, ids: Iterable[UUID]) -> dict[UUID, frozenset[str]]:
    """The parties that have each inspection's papers; an unissued one has none."""
    found: dict[UUID, set[str]] = {id_: set() for id_ in ids}
    query = select(Recipient.inspection_id, Recipient.party).where(Recipient.inspection_id.in_(list(found)))
    for id_, party in session.execute(query).tuples() if found else ():
        found[id_].add(party)
    return {id_: frozenset(parties) for id_, parties in found.items()}


def counts_by_state(session: Session, actor: Actor) -> dict[str, int]:
    """How many inspections an actor may know of, by state."""
    query = select(Inspection.state, func.count()).where(visible_to(actor)).group_by(Inspection.state)
    return {state: number for state, number in session.execute(query)}  # noqa: C416 - a Result is not a mapping


def of_ids(session: Session, ids: Iterable[UUID]) -> list[Inspection]:
    return list(session.scalars(select(Inspection).where(Inspection.id.in_(list(ids)))))


def _known_to(actor: Actor | None) -> ColumnElement[bool]:
    """`visible_to`, or every inspection for the system's own steps (None)."""
    return true() if actor is None else visible_to(actor)


def unrecorded(session: Session, actor: Actor | None) -> list[Inspection]:
    """The visits, known to an actor or all, that began and whose record is not issued."""
    query = select(Inspection).where(Inspection.state.in_((STARTED, INCOMPLETE, SUBMITTED)), _known_to(actor))
    return list(session.scalars(query.order_by(Inspection.on, Inspection.id)))


def unexplained(session: Session, actor: Actor | None) -> list[tuple[UUID, date, datetime, str]]:
    """The issued visits without a reason for a late record: id, day, when issued, the tender's name; as above."""
    query = select(Inspection).where(
        Inspection.state.in_(PUBLISHED), Inspection.late_reason.is_(None), _known_to(actor)
    )
    rows = session.scalars(query.options(lazyload(Inspection.team)).order_by(Inspection.on, Inspection.id))
    return [(row.id, row.on, row.issued_at, row.tender_facts.name) for row in rows if row.issued_at]


def undecided_tests(session: Session, actor: Actor | None) -> list[tuple[Inspection, str]]:
    """The pending tests of visits before issue, with their visits; as above."""
    query = select(Inspection, SiteTest.test).join(SiteTest, SiteTest.inspection_id == Inspection.id)
    query = query.where(
        SiteTest.result.is_(None), Inspection.state.in_((INCOMPLETE, SUBMITTED)), _known_to(actor)
    )
    return list(session.execute(query.order_by(Inspection.on, Inspection.id, SiteTest.test)).tuples())


def organisations_of(session: Session, ids: Iterable[UUID]) -> dict[UUID, frozenset[tuple[str, UUID]]]:
    """Who has each inspection's papers, as party and organisation; an unissued one has nobody."""
    found: dict[UUID, set[tuple[str, UUID]]] = {id_: set() for id_ in ids}
    query = select(Recipient.inspection_id, Recipient.party, Recipient.organisation_id)
    query = query.where(Recipient.inspection_id.in_(list(found)))
    for id_, party, organisation in session.execute(query).tuples() if found else ():
        found[id_].add((party, organisation))
    return {id_: frozenset(pairs) for id_, pairs in found.items()}


def counting_in(session: Session, year: int, until: date, *, unissued: bool) -> list[tuple[UUID, date, str]]:
    """The visits of a year until a day, for counts: tender, day, kind. Issued ones, or all that were submitted."""
    states = (INCOMPLETE, SUBMITTED, *PUBLISHED) if unissued else PUBLISHED
    query = select(Inspection.tender_id, Inspection.on, Inspection.kind).where(
        Inspection.state.in_(states), Inspection.on.between(date(year, 1, 1), until)
    )
    return list(session.execute(query.order_by(Inspection.on, Inspection.id)).tuples())
