"""Doing what is due: one attempt after the other, each under its lease, its end written down."""

import sys
import traceback
from pathlib import Path
from threading import Event

import structlog
from flask import Flask

from inspect_app.core import clock, leases, runs
from inspect_app.core.database import session, transaction
from inspect_app.core.jobs import Job, LeaseLost, Turn
from inspect_app.core.settings import ROOT

log = structlog.get_logger()


def attend(app: Flask, job: Job, worker: str, stopping: Event | None = None) -> int:
    """Do every run of a job that is due and free, one after the other; returns how many attempts that took."""
    made = 0
    while not (stopping and stopping.is_set()) and (mine := _claimed(app, job, worker)) is not None:
        attempt(app, job, mine)
        made += 1
    return made


def attempt(app: Flask, job: Job, mine: runs.Claim) -> None:
    """Work, with the lease kept alive beside it, and write down how it went."""
    bound = log.bind(job=mine.job, period=mine.period, attempt=mine.attempt)
    bound.info("run_began")
    try:
        with (
            leases.renewing(app, lambda current, until: runs.renew(current, mine, until)) as check,
            app.app_context(),
        ):
            outcome = job.work(Turn(mine.period, mine.due_at, mine.began_at, mine.attempt, check))
    except LeaseLost:
        bound.warning("run_lost")
        return
    except Exception as error:
        bound.exception("run_failed")
        with app.app_context(), transaction() as current:
            runs.fail(current, mine, describe(error), clock.now())
        return
    with app.app_context(), transaction() as current:
        kept = runs.finish(current, mine, outcome, clock.now())
    bound.info("run_finished" if kept else "run_lost")  # what it reports may count unissued visits


def describe(error: Exception) -> str:
    """An error's kind and place, such as `OSError (No space left on device) at inspect_app/x.py:12`.

    Its message stays in the log: it may hold what people wrote.
    """
    told = f" ({error.strerror})" if isinstance(error, OSError) and error.strerror else ""
    return f"{type(error).__name__}{told}{_place(error)}"


def _place(error: Exception) -> str:
    """The last of our own lines it passed through, not an installed package's below it."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        path = Path(frame.filename)
        if path.is_relative_to(ROOT) and not path.is_relative_to(sys.prefix):
            return f" at {path.relative_to(ROOT)}:{frame.lineno}"
    return ""


def _claimed(app: Flask, job: Job, worker: str) -> runs.Claim | None:
    with app.app_context():
        now = clock.now()
        if not runs.is_due(session(), job, now):
            return None
        with transaction() as current:
            return runs.claim(current, job, worker, now)
