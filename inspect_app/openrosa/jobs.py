"""The room's regular work."""

from datetime import time

from inspect_app.core.database import transaction
from inspect_app.core.jobs import Daily, Job, Outcome, Turn
from inspect_app.openrosa import service


def expire(turn: Turn) -> Outcome:
    """Forget the files' names of forms that never became whole, or did so long ago."""
    turn.check()
    with transaction() as current:
        return {"attachments": service.expire(current, turn.now)}


# Before photos.expire: no name is left without its photo.
JOBS = (Job("openrosa.expire", "清除逾期的表單附件名稱", Daily(time(3, 0)), expire),)
