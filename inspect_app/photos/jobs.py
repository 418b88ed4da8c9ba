"""The photos room's regular work."""

from datetime import time

from inspect_app.core.jobs import Daily, Job, Outcome, Turn
from inspect_app.photos.keeping import clearing


def clear(turn: Turn) -> Outcome:
    """Photos named by nothing for 30 days, expired uploads, bytes without a row; each part bears being done again."""
    return {
        "photos": clearing.clear_photos(turn.now, turn.check),
        "uploads": clearing.clear_uploads(turn.now, turn.check),
        "stray_files": clearing.clear_strays(turn.now, turn.check),
    }


JOBS = (Job("photos.expire", "清除逾期未引用的照片", Daily(time(3, 10)), clear),)
