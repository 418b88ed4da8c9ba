"""The table of clocks: what runs against people, by when, and on which days they are reminded.

Each room gives its own rows, collected in `rooms.py`; a later feature adds a row and is done. Whoever reads the table
sees his own duties alone: what is secret (a visit before issue) is so by the audience its row names.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from inspect_app.core.auth import Actor
from inspect_app.core.permissions import Role
from inspect_app.deadlines.workdays import Calendar
from inspect_app.messages.letters import DueDay
from scoring.types import Step


@dataclass(frozen=True, slots=True)
class Subject:
    """What a duty is about; `path` is its page."""

    kind: str
    id: str
    title: str
    path: str


@dataclass(frozen=True, slots=True)
class Audience:
    """Staff, single people, and organisations in a role (`("contractor", id)`)."""

    staff: bool = False
    people: frozenset[UUID] = frozenset()
    organisations: frozenset[tuple[str, UUID]] = frozenset()

    def holds(self, actor: Actor) -> bool:
        """Whether an actor is one of them."""
        if self.staff and actor.role is Role.STAFF:
            return True
        if actor.organisation_id and (actor.role.value, actor.organisation_id) in self.organisations:
            return True
        return actor.id in self.people


NOBODY = Audience()


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing that is due.

    `uid` stays the same as long as the duty does. `due_on` is None where a calendar of that year is not known yet.
    `who` does it, in words `by`; `informed` are told in copy. `secret`: it hangs on a visit before issue and stands
    in no feed and in nobody's calendar. `ledger` is the engine's step that counted the days.
    """

    clock: str
    uid: str
    subject: Subject
    what: str
    by: str
    due_on: date | None
    who: Audience
    informed: Audience = NOBODY
    secret: bool = False
    ledger: Step | None = None

    def is_for(self, actor: Actor) -> bool:
        """Whether an actor may know of it: staff of every duty, others of theirs."""
        return actor.role is Role.STAFF or self.who.holds(actor) or self.informed.holds(actor)


Source = Callable[[Session, date, Calendar, Actor | None], Iterable[Duty]]
Reminds = Callable[[Duty, date, Calendar], bool]


@dataclass(frozen=True, slots=True)
class Clock:
    """A row: `name` is `room.what` and never changes, `title` is zh-Hant, `article` what it rests on.

    `source` gives the duties open on a day, those that an actor may know of or (None) everybody's; it asks the
    database for no more, so that not even its statements tell of the rest. `reminds` says whether one is told of a duty on a day.
    """

    name: str
    title: str
    article: str
    source: Source
    reminds: Reminds


CLOCKS: dict[str, Clock] = {}


def declare(*clocks: Clock) -> None:
    """Add rows; ValueError for a name given twice."""
    for clock in clocks:
        if CLOCKS.get(clock.name, clock) != clock:
            raise ValueError(f"clock {clock.name} declared twice; give each a name of its own")
        CLOCKS[clock.name] = clock


def duties(
    session: Session, today: date, calendar: Calendar | None = None, actor: Actor | None = None
) -> list[Duty]:
    """What is due on a day, the earliest first: to anybody, for the system's own steps, or as an actor may know."""
    known = calendar or Calendar.of(session)
    found = [duty for clock in CLOCKS.values() for duty in clock.source(session, today, known, actor)]
    mine = found if actor is None else [duty for duty in found if duty.is_for(actor)]
    return sorted(mine, key=lambda duty: (duty.due_on or date.max, duty.clock, duty.uid))


def due_days(session: Session, actor: Actor, today: date) -> list[DueDay]:
    """An actor's own duties for a calendar feed, which is read by programs without signing in: nothing secret."""
    mine = (duty for duty in duties(session, today, actor=actor) if duty.who.holds(actor))
    return [day for duty in mine if (day := due_day(duty))]


def due_day(duty: Duty) -> DueDay | None:
    """A duty as an entry of a calendar; None for a secret one, and where the day is not known."""
    if duty.secret or duty.due_on is None:
        return None
    return DueDay(duty.uid, duty.due_on, f"{duty.what}：{duty.subject.title}", duty.subject.path)


def reminded(session: Session, today: date, calendar: Calendar) -> list[Duty]:
    """The duties of which one is told on a day."""
    return [
        duty for duty in duties(session, today, calendar) if CLOCKS[duty.clock].reminds(duty, today, calendar)
    ]
