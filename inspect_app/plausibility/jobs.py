"""The room's regular work."""

from datetime import time

from inspect_app.core.jobs import Daily, Job, Outcome, Turn
from inspect_app.plausibility import keeping


def fill(turn: Turn) -> Outcome:
    """Look at photos that came before looks were kept, or whose look is of an older method."""
    made, lacking = keeping.fill(turn.check)
    return {"made": made, "lacking": lacking}


JOBS = (Job("plausibility.look", "補算照片相似度", Daily(time(3, 40)), fill),)
