"""An issued inspection with all that is told of it to the authority, read once."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from inspect_app.core.auth import Actor
from inspect_app.defects import queries as defects
from inspect_app.inspections import queries, submissions
from inspect_app.inspections.body import Indicators
from inspect_app.inspections.facts import TenderFacts
from inspect_app.inspections.queries import InspectionFilter
from inspect_app.inspections.words import CLOSED, PUBLISHED
from inspect_app.tenders import queries as tenders

if TYPE_CHECKING:
    from inspect_app.defects.models import Defect
    from inspect_app.inspections.models import Inspection, Mark, SiteTest, TeamMember
    from inspect_app.tenders.models import Progress


@dataclass(frozen=True, slots=True)
class Record:
    """One issued inspection; marks in the team's order.

    `progress` is the last month reported before the visit, None when there is none.
    """

    inspection: "Inspection"
    marks: Sequence["Mark"]
    tests: Sequence["SiteTest"]
    defects: Sequence["Defect"]
    indicators: Indicators
    merits: int
    progress: "Progress | None"

    @property
    def tender(self) -> TenderFacts:
        """The tender as the issue froze it."""
        return self.inspection.tender_facts

    @property
    def result(self) -> Mapping[str, Any]:
        return self.inspection.result or {}

    @property
    def team_name(self) -> str:
        """The team that issued."""
        frozen = self.inspection.frozen
        return frozen.issued_by if frozen else ""

    @property
    def is_closed(self) -> bool:
        return self.inspection.state == CLOSED

    def people(self, *, outside: bool) -> list["TeamMember"]:
        """The members beside the leader, outside experts (外聘) or not."""
        return [each for each in self.inspection.team if each.role != "leader" and each.outside == outside]


def records(session: Session, actor: Actor, wanted: InspectionFilter) -> Iterator[Record]:
    """The issued inspections that an actor may know of, by day; one is read after the other."""
    found = session.scalars(queries.listed(actor, wanted))
    return _by_day(session, [row for row in found if row.state in PUBLISHED])


def issued_between(session: Session, since: date, until: date) -> Iterator[Record]:
    """The issued inspections of some days, for what the worker builds without a reader."""
    return _by_day(session, queries.issued_between(session, since, until))


def _by_day(session: Session, found: Iterable["Inspection"]) -> Iterator[Record]:
    for row in sorted(found, key=lambda each: (each.on, str(each.id))):
        yield record(session, row)


def record(session: Session, inspection: "Inspection") -> Record:
    """All of one inspection."""
    body = submissions.current_body(session, inspection)
    months = tenders.progress_of(session, inspection.tender_id)
    before = [month for month in months if month.month < f"{inspection.on:%Y-%m}"]
    place = {person.user_id: person.position for person in inspection.team}
    return Record(
        inspection=inspection,
        marks=sorted(queries.marks_of(session, inspection.id), key=lambda mark: place[mark.member_id]),
        tests=queries.tests_of(session, inspection.id),
        defects=defects.of_inspection(session, inspection.id),
        indicators=(body.indicators if body else None) or Indicators(),
        merits=len(body.merits) if body else 0,
        progress=before[-1] if before else None,
    )
