"""Who is written to about what is missing: one letter a recipient and month, whatever agencies are theirs."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import FromClause, Select, func, select
from sqlalchemy.orm import Session

from inspect_app.accounts import contacts
from inspect_app.accounts.queries import organisation_names
from inspect_app.core import leases
from inspect_app.core.database import table
from inspect_app.core.permissions import Role
from inspect_app.deadlines import workdays
from inspect_app.filings import flags, letters, queries
from inspect_app.filings.letters import Listed, Missing
from inspect_app.filings.models import Chase
from inspect_app.filings.months import FilingMonth, Moment, at
from inspect_app.messages import outbox
from inspect_app.messages.letters import Letter, Recipient
from inspect_app.tenders import monthly

CHASES = table(Chase)
Write = Callable[[Recipient, Sequence[Missing]], Letter]


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a month's chase: to which duty, from which day."""

    duty: str
    due_on: date


def steps(session: Session, month: FilingMonth) -> list[Step]:
    """The steps of a month's chase, counted from the day the flags bear; CalendarNotKnown beyond the known years."""
    found, day = [], month.overdue_on
    for level in month.chase.levels:
        day = workdays.after(session, day, level.working_days)
        found.append(Step(level.duty, day))
    return found


def notify(
    session: Session, month: FilingMonth, number: int, due_at: datetime, now: datetime
) -> dict[str, int]:
    """The friendly notice of this number (from 0), to the officers of those who have not filed yet."""
    query = queries.entries(month, Moment(now, now))
    missing = _missing(session, _not_filed(query), queries.missing_by_agency(session, query))
    told = _post(
        session,
        missing,
        contacts.OFFICER,
        lambda to, mine: letters.notice(number, month, to, mine, due_at),
        now,
    )
    return {"missing": _total(missing), "messages": told.messages, "unreachable": len(told.lacking)}


def flag(session: Session, month: FilingMonth, due_at: datetime, now: datetime) -> dict[str, int]:
    """Flag a month, once, and tell the officers and the staff; done before, only how many there were."""
    if not flags.close_month(session, month, now):
        known = queries.flagged_month(session, month.name)
        return {"flagged": known.flags if known else 0, "messages": 0, "unreachable": 0}
    found = flags.open_agencies(session, month.name)
    missing = _missing(session, _open(month), found)
    told = _post(
        session, missing, contacts.OFFICER, lambda to, mine: letters.flagged(month, to, mine, due_at), now
    )
    posted = told.messages + _tell_staff(session, month, missing, due_at, now)
    return {"flagged": _total(missing), "messages": posted, "unreachable": len(told.lacking)}


def chase(session: Session, month: FilingMonth, now: datetime) -> dict[str, int]:
    """Every step of a month's chase that is due by now and was not yet taken, where flags are open."""
    found, totals = flags.open_agencies(session, month.name), {"messages": 0, "unreachable": 0}
    for step in steps(session, month) if found else ():
        if at(step.due_on, month.chase.chase_at) <= now:
            told = _take(session, month, step, found, now)
            totals = {"messages": totals["messages"] + told.messages, "unreachable": len(told.lacking)}
    return totals


@dataclass(frozen=True, slots=True)
class Told:
    """What came of writing: new messages, how many are written to at each agency, agencies without anybody."""

    messages: int
    recipients: Mapping[UUID, int]
    lacking: Sequence[UUID]


def _take(session: Session, month: FilingMonth, step: Step, found: Mapping[UUID, int], now: datetime) -> Told:
    taken = {
        row.agency_id
        for row in queries.chases(session, month.name)
        if row.duty == step.duty and row.recipients
    }
    left = {agency: count for agency, count in found.items() if agency not in taken}
    due_at = at(step.due_on, month.chase.chase_at)
    missing = _missing(session, _open(month), left)
    told = _post(
        session, missing, step.duty, lambda to, mine: letters.chased(step.duty, month, to, mine, due_at), now
    )
    _note(session, month, step, told, now)
    return told


def _note(session: Session, month: FilingMonth, step: Step, told: Told, now: datetime) -> None:
    """That the step was taken; where there was nobody it is tried again, and the row says so till then."""
    for agency, recipients in told.recipients.items():
        changed = {"recorded_at": now, "recipients": recipients}
        key = {"month": month.name, "agency_id": agency, "duty": step.duty}
        insert = leases.upsert(session, Chase).values(key | {"due_on": step.due_on} | changed)
        session.execute(
            insert.on_conflict_do_update(
                index_elements=list(key), set_=changed, where=CHASES.c.recipients == 0
            )
        )


def _post(session: Session, missing: Mapping[UUID, Missing], duty: str, write: Write, now: datetime) -> Told:
    """One letter to each of those with a duty, about all agencies where it is theirs."""
    mine: dict[str, tuple[Recipient, list[Missing]]] = {}
    recipients: dict[UUID, int] = {}
    for agency, what in missing.items():
        people = contacts.of_organisation(session, agency, duty)
        recipients[agency] = len(people)
        for person in people:
            mine.setdefault(person.key, (person, []))[1].append(what)
    posted = sum(outbox.post(session, write(person, what), now) for person, what in mine.values())
    return Told(posted, recipients, [agency for agency, count in recipients.items() if not count])


def _tell_staff(
    session: Session, month: FilingMonth, missing: Mapping[UUID, Missing], due_at: datetime, now: datetime
) -> int:
    """The list of the city, and at which of these agencies nobody is known for a duty, before it is asked for."""
    if not missing:
        return 0
    counts = {each.agency: each.count for each in missing.values()}
    duties = (contacts.OFFICER, *(level.duty for level in month.chase.levels))
    lacking = [
        (missing[agency].agency, contacts.DUTIES[duty])
        for agency in missing
        for duty in duties
        if not contacts.of_organisation(session, agency, duty)
    ]
    staff, posted = contacts.with_role(session, Role.STAFF), 0
    for person in staff:
        posted += outbox.post(session, letters.flagged_city(month, person, counts, due_at), now)
        if lacking:
            posted += outbox.post(session, letters.unreachable(month, person, lacking, due_at), now)
    return posted


def lacking(session: Session, agencies: Iterable[UUID], duties: Iterable[str]) -> dict[UUID, list[str]]:
    """For each agency the duties for which nobody is known, in words."""
    told = list(duties)
    found = {
        agency: [
            contacts.DUTIES[duty] for duty in told if not contacts.of_organisation(session, agency, duty)
        ]
        for agency in agencies
    }
    return {agency: words for agency, words in found.items() if words}


def _missing(session: Session, rows: FromClause, counts: Mapping[UUID, int]) -> dict[UUID, Missing]:
    """What is missing at each of these agencies: all of it counted, the first of it listed; by the agency's name."""
    names = organisation_names(session, counts)
    listed: dict[UUID, list[Listed]] = {agency: [] for agency in counts}
    for agency, *told in session.execute(_first(rows)) if counts else ():
        listed.get(agency, []).append(Listed(*told))
    ordered = sorted(counts, key=lambda agency: names[agency])
    return {agency: Missing(names[agency], counts[agency], listed[agency]) for agency in ordered}


def _first(rows: FromClause) -> Select[Any]:
    """The first of each agency's rows, by number: as many as a message shows."""
    place = func.row_number().over(partition_by=rows.c.agency_id, order_by=rows.c.number).label("place")
    columns = [rows.c[name] for name in ("agency_id", *Listed._fields)]
    placed = select(*columns, place).subquery("placed")
    shown = select(*(placed.c[column.name] for column in columns)).where(placed.c.place <= letters.SHOWN)
    return shown.order_by(placed.c.agency_id, placed.c.number)


def _not_filed(query: Select[Any]) -> FromClause:
    """Of a month's entries those that are missing."""
    rows = query.subquery("entries")
    return select(*rows.c).where(rows.c.state == queries.MISSING).subquery("missing")


def _open(month: FilingMonth) -> FromClause:
    """The tenders whose flags are open: flagged, and neither filed nor excused since."""
    found, tenders = queries.FLAGS, monthly.TENDERS
    columns = [tenders.c[name] for name in Listed._fields]
    joined = found.join(tenders, tenders.c.id == found.c.tender_id)
    query = select(found.c.agency_id, *columns).select_from(joined)
    return query.where(found.c.month == month.name, found.c.cleared_at.is_(None)).subquery("open")


def _total(missing: Mapping[UUID, Missing]) -> int:
    return sum(each.count for each in missing.values())
