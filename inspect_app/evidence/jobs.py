"""The evidence room's regular work."""

from datetime import time

from inspect_app.core.database import transaction
from inspect_app.core.jobs import Daily, Job, Outcome, Turn
from inspect_app.evidence import service


def write_down_key(turn: Turn) -> Outcome:
    """The public half of the key in use, into the database and so into the backups."""
    with transaction() as session:
        return {"new": int(service.write_down(session, turn.now))}


JOBS = (Job("evidence.key", "登錄簽章公鑰", Daily(time(1, 5)), write_down_key),)
