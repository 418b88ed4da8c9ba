"""The clock of corrections: whose turn an open defect is, and by when."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy.orm import Session

from inspect_app.core.auth import Actor
from inspect_app.deadlines import rhythms
from inspect_app.deadlines.clocks import NOBODY, Audience, Clock, Duty, Subject
from inspect_app.deadlines.workdays import Calendar
from inspect_app.defects import queries
from inspect_app.defects.pages_words import title_of
from inspect_app.defects.words import AGENCY, ANSWERED, OPENED, PARTIES, STATES, answerers
from inspect_app.inspections import queries as inspections

if TYPE_CHECKING:
    from inspect_app.defects.models import Defect

NAME = "defects.correction"
STAFF = "查核小組工作人員"
Pairs = frozenset[tuple[str, UUID]]


@dataclass(frozen=True, slots=True)
class OpenDefect:
    """An open defect with its visit, and who has the visit's papers as party and organisation."""

    defect: "Defect"
    visit: Any
    holders: Pairs
    title: str

    @property
    def answerers(self) -> Pairs:
        """Those who may answer it."""
        named = frozenset(party for party, _ in self.holders)
        parties = answerers(self.defect.party, self.defect.also, named)
        return frozenset(pair for pair in self.holders if pair[0] in parties)

    @property
    def agencies(self) -> Pairs:
        return frozenset(pair for pair in self.holders if pair[0] == AGENCY)


def opened(session: Session, actor: Actor | None = None) -> list[OpenDefect]:
    """The open defects that an actor may know of, or (None) all of the city, the earliest deadline first."""
    rows = queries.all_open(session, actor)
    ids = {row.inspection_id for row in rows}
    visits = {visit.id: visit for visit in inspections.of_ids(session, ids)}
    holders = inspections.organisations_of(session, ids)
    return [_opened(session, row, visits[row.inspection_id], holders[row.inspection_id]) for row in rows]


def _opened(session: Session, row: "Defect", visit: Any, holders: Pairs) -> OpenDefect:
    title = row.note or title_of(session, visit.code_revision, row.code) or ""
    return OpenDefect(row, visit, holders, f"{row.code} {title}".strip())


def duties(session: Session, _today: date, _calendar: Calendar, actor: Actor | None) -> Iterator[Duty]:
    """One duty an open defect: to correct, to review what was corrected, to take note of the review."""
    for each in opened(session, actor):
        row = each.defect
        who, informed, by, what = _turn(each)
        title = f"{each.visit.tender_facts.name}　{each.title}"
        subject = Subject("defect", str(row.id), title, f"/defects/{row.id}")
        yield Duty(NAME, f"defect:{row.id}", subject, what, by, row.correct_by, who, informed)


def _turn(each: OpenDefect) -> tuple[Audience, Audience, str, str]:
    """Who does what next: those who do it, those told in copy, and both in words."""
    agencies = Audience(organisations=each.agencies)
    if each.defect.state == OPENED:
        who = Audience(organisations=each.answerers)
        parties = [PARTIES[party] for party in PARTIES if party in {pair[0] for pair in each.answerers}]
        return who, agencies, "、".join(parties) or STAFF, "改善並回復"
    if each.defect.state == ANSWERED:
        return agencies, NOBODY, PARTIES[AGENCY], "審查改善結果"
    return Audience(staff=True), NOBODY, STAFF, f"備查改善結果（{STATES[each.defect.state]}）"


CLOCKS = (Clock(NAME, "缺失改善", "作業辦法第 9 條、第 10 條", duties, rhythms.of_corrections),)
