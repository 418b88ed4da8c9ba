"""One tender's months: how each stands and what it held, judged in plain words.

The same rules as `queries.entries`, which asks the database for all tenders of one month; a test compares both.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from inspect_app.filings import queries
from inspect_app.filings.models import Excuse, Flag
from inspect_app.filings.months import FilingMonth, current
from inspect_app.filings.queries import EXCUSED, EXEMPT, LATE, MISSING, ON_TIME
from inspect_app.tenders import history

if TYPE_CHECKING:
    from inspect_app.tenders.models import ProgressVersion, Tender, TenderStatusChange

SHOWN = 24
"""Months without progress are shown as far back as this."""


@dataclass(frozen=True, slots=True)
class OwnMonth:
    """A month of one tender: its present values are the last of `versions`; none when nothing was filed."""

    month: FilingMonth
    state: str
    filed_at: datetime | None
    versions: Sequence["ProgressVersion"]
    excuse: Excuse | None
    flag: Flag | None

    @property
    def last(self) -> "ProgressVersion | None":
        return self.versions[-1] if self.versions else None

    @property
    def first_seen_at(self) -> datetime | None:
        """When we first had it, if the tender system does not tell when it was filed."""
        last = self.last
        return self.versions[0].recorded_at if last and last.filed_at is None else None


def months(session: Session, tender: "Tender", now: datetime) -> list[OwnMonth]:
    """A tender's months, newest first: those with progress, and those that are due till now."""
    versions = history.of_tender(session, tender.id)
    changes = history.statuses_of(session, tender.id)
    excuses, flags = queries.excuses_of(session, tender.id), queries.flags_of(session, tender.id)
    return [
        _judged(FilingMonth(name), versions, changes, excuses.get(name), flags.get(name), now)
        for name in sorted(versions.keys() | _due(tender, versions, now) | excuses.keys(), reverse=True)
    ]


def _due(tender: "Tender", versions: Mapping[str, object], now: datetime) -> set[str]:
    """The last months from the first that counts to the one whose filing is due."""
    found: set[str] = set()
    month = current(now)
    for _ in range(SHOWN):
        if not (tender.created_at < month.ends_at or any(name <= month.name for name in versions)):
            break
        found.add(month.name)
        month = month.before
    return found


def _judged(
    month: FilingMonth,
    versions: Mapping[str, Sequence["ProgressVersion"]],
    changes: Sequence["TenderStatusChange"],
    excuse: Excuse | None,
    flag: Flag | None,
    now: datetime,
) -> OwnMonth:
    own = versions.get(month.name, ())
    filed_at = (own[-1].filed_at or own[0].recorded_at) if own else None
    status, name = _standing(month, versions, changes)
    if not month.duty.must_file(status, name):
        state = EXEMPT
    elif excuse:
        state = EXCUSED
    elif filed_at is None or filed_at > now:
        state = MISSING
    else:
        state = ON_TIME if filed_at < month.overdue_from else LATE
    return OwnMonth(month, state, filed_at, own, excuse, flag)


def _standing(
    month: FilingMonth,
    versions: Mapping[str, Sequence["ProgressVersion"]],
    changes: Sequence["TenderStatusChange"],
) -> tuple[str | None, str]:
    """The status and the name at a month's end."""
    by_then = [change for change in changes if change.recorded_at < month.ends_at]
    name = by_then[-1].name if by_then else changes[-1].name
    own = versions.get(month.name, ())
    if own and own[-1].status is not None:
        return own[-1].status, name
    if by_then:
        return by_then[-1].status, name
    earlier = [
        each.status for key in sorted(versions) if key < month.name for each in versions[key] if each.status
    ]
    return (earlier[-1] if earlier else changes[0].status), name


def state_of(found: Sequence[OwnMonth], month: str) -> str | None:
    """How a month stands, or None when it does not count."""
    return next((each.state for each in found if each.month.name == month), None)
