"""The photos room's regular work."""

from datetime import time, timedelta

from inspect_app.core.database import session
from inspect_app.core.jobs import Daily, Every, Job, Outcome, Turn
from inspect_app.photos import erasing, retaining, viewing
from inspect_app.photos.keeping import clearing, offloading, scrubbing


def clear(turn: Turn) -> Outcome:
    """Photos named by nothing for 30 days, expired uploads, bytes without a row; each part bears being done again."""
    return {
        "photos": clearing.clear_photos(turn.now, turn.check),
        "uploads": clearing.clear_uploads(turn.now, turn.check),
        "stray_files": clearing.clear_strays(turn.now, turn.check),
    }


def offload(turn: Turn) -> Outcome:
    """From the spool to S3, if there is one."""
    return offloading.offload(turn.now, turn.check)


def scrub(turn: Turn) -> Outcome:
    """Read every stored byte here, and a portion of those in S3."""
    return scrubbing.scrub(turn.now, turn.check)


def retain(turn: Turn) -> Outcome:
    """What is past its period: counted where a person decides, gone where none does; and erasures made whole."""
    viewing.carry_over()  # how many is not told: it would speak of visits under way
    return {
        "proposed": len(retaining.proposals(session(), turn.now)),
        "views": retaining.purge_views(turn.now, turn.check),
        "erased_again": erasing.finish(session(), turn.check),
    }


JOBS = (
    Job("photos.expire", "清除逾期未引用的照片", Daily(time(3, 10)), clear),
    Job("photos.offload", "將照片移存至 S3", Every(minutes=5), offload, keep=timedelta(days=2)),
    Job("photos.scrub", "讀取全部照片並核對雜湊", Daily(time(4, 10)), scrub),
    Job("photos.retain", "檢查照片與查看紀錄的保存期限", Daily(time(3, 40)), retain),
)
