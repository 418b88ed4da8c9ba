"""Which codes come first for whom: those found on one's own visits, then those the team finds.

Only the team has favours. They are counted from visits that are issued and from one's own, so that no order tells
of somebody else's visit before its issue (作業辦法 art. 13).
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from flask import current_app

from inspect_app.core import clock
from inspect_app.core.auth import Actor
from inspect_app.core.database import session
from inspect_app.core.permissions import TEAM
from inspect_app.defects import queries as defects

COUNTED_FOR, KEPT_FOR = timedelta(days=730), timedelta(minutes=5)
MINE = 1_000_000
"""What one find on a visit of one's own weighs; the team's weigh 1, and there are fewer of them than this."""
MOST_KEPT = 500

Counts = Mapping[str, int]
Kept = dict[UUID | None, tuple[datetime, Counts]]


def of(actor: Actor) -> Counts:
    """A weight for each code that an actor's searches prefer; none for those outside the team."""
    if actor.role not in TEAM:
        return {}
    mine, team = _counted(actor.id), _counted(None)
    return {code: mine.get(code, 0) * MINE + team.get(code, 0) for code in sorted(mine.keys() | team.keys())}


def forget() -> None:
    """Count anew when next asked."""
    current_app.extensions["chahe.favours"] = {}


def _counted(person: UUID | None) -> Counts:
    """How often each code was found on a person's visits, or on all issued ones, as of some minutes ago."""
    kept: Kept = current_app.extensions.setdefault("chahe.favours", {})
    until, counts = kept.get(person, (None, {}))
    now = clock.now()
    if until is None or until <= now:
        counts = defects.codes_found(session(), clock.today() - COUNTED_FOR, person)
        if len(kept) >= MOST_KEPT:
            kept.clear()
        kept[person] = (now + KEPT_FOR, counts)
    return counts
