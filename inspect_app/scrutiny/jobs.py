"""The room's regular work."""

from datetime import time

from inspect_app.core.database import session, transaction
from inspect_app.core.jobs import Daily, Job, Outcome, Turn
from inspect_app.scrutiny import service
from inspect_app.tenders import queries as tenders

BATCH, WRITTEN = 2000, 200
"""Tenders looked at together, and tenders written in one transaction."""


def look(turn: Turn) -> Outcome:
    """Look at every tender; where the notes are no longer what is filed, look again under lock and write."""
    looked, written, last = 0, 0, None
    while ids := tenders.ids_after(session(), last, BATCH):
        turn.check()
        wrong = service.outdated(session(), ids, turn.now)
        session().rollback()
        for start in range(0, len(wrong), WRITTEN):
            with transaction() as current:
                written += service.refresh(current, wrong[start : start + WRITTEN], turn.now)
            turn.check()
        looked, last = looked + len(ids), ids[-1]
        session().expunge_all()
    return {"tenders": looked, "notes": written}


JOBS = (Job("scrutiny.look", "檢視填報資料", Daily(time(2, 10)), look),)
