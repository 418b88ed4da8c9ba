"""The worker process: the declared jobs, each looked after by itself, and one heart that beats beside them."""

import logging
import signal
import sys
import traceback
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Event

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask

from inspect_app.core import clock, health, jobs, leases, rounds, runs
from inspect_app.core.clock import TAIPEI
from inspect_app.core.database import session, transaction
from inspect_app.core.jobs import Job, LeaseLost, Turn
from inspect_app.core.settings import ROOT

log = structlog.get_logger()
STOP = (signal.SIGTERM, signal.SIGINT)
Task = Callable[[], object]


def run(app: Flask) -> None:
    """Beat and look at once and then on time, until SIGTERM or SIGINT; the work in hand is finished first."""
    worker, stopping = leases.process_name(), Event()
    # Held back here and in the threads begun below, a signal is met by sigwait alone, however early it comes.
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP)
    # That a look is left out while the last one still waits for the database is no news.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    heart, hands = _heart(app, worker), _Hands(app, worker, stopping)
    looking = [_eyes(app, hands), *_feet(app, worker, stopping)]
    for each in (heart, *looking):
        each.start()
    log.info("worker_started", worker=worker)
    signal.sigwait(STOP)
    stopping.set()
    for each in looking:
        each.shutdown(wait=True)
    hands.rest()
    heart.shutdown(wait=True)
    log.info("worker_stopped", worker=worker)


def attend(app: Flask, job: Job, worker: str, stopping: Event | None = None) -> int:
    """Do every run of a job that is due and free, one after the other; returns how many attempts that took."""
    made = 0
    while not (stopping and stopping.is_set()) and (mine := _claimed(app, job, worker)) is not None:
        _attempt(app, job, mine)
        made += 1
    return made


def _heart(app: Flask, worker: str) -> BackgroundScheduler:
    """In a scheduler of its own, so that it goes on while long work ends after a signal."""

    def beat() -> None:
        with app.app_context(), transaction() as current:
            health.beat(current, worker, clock.now())

    _carefully("heart", beat)()
    with app.app_context():
        return _regularly("heart", beat, jobs.pace().beat_every)


def _eyes(app: Flask, hands: "_Hands") -> BackgroundScheduler:
    """One look for all jobs: while nothing is due a worker costs next to nothing."""

    def look() -> None:
        with app.app_context():
            due = runs.due(session(), jobs.declared(), clock.now())
        hands.take_up(due)

    with app.app_context():
        return _regularly("look", look, jobs.pace().look_every)


def _feet(app: Flask, worker: str, stopping: Event) -> list[BackgroundScheduler]:
    """Each round on feet of its own, so that none waits for another."""
    with app.app_context():
        pace = jobs.pace().look_every
    walks = ((each.name, partial(each.walk, app, worker, stopping)) for each in rounds.declared(app))
    return [_regularly(name, walk, pace) for name, walk in walks]


class _Hands:
    """A thread for each job at work, so that none waits for another; a job at work is not begun again."""

    def __init__(self, app: Flask, worker: str, stopping: Event) -> None:
        self._app, self._worker, self._stopping = app, worker, stopping
        with app.app_context():
            self._threads = ThreadPoolExecutor(max(len(jobs.declared()), 1), "job")
        self._at_work: dict[str, Future[None]] = {}

    def take_up(self, due: list[Job]) -> None:
        for job in due:
            if job.name not in self._at_work or self._at_work[job.name].done():
                task = _carefully(job.name, partial(attend, self._app, job, self._worker, self._stopping))
                self._at_work[job.name] = self._threads.submit(task)

    def rest(self) -> None:
        """Wait until what is in hand has ended."""
        self._threads.shutdown(wait=True)


def _regularly(name: str, task: Task, every: timedelta) -> BackgroundScheduler:
    """A task at once and then on time, never twice at the same time."""
    scheduler = BackgroundScheduler(timezone=TAIPEI)
    scheduler.add_job(
        _carefully(name, task),
        "interval",
        seconds=every.total_seconds(),
        next_run_time=clock.SystemClock().now(),
        max_instances=1,
        coalesce=True,
        misfire_grace_time=None,
    )
    return scheduler


def _carefully(name: str, task: Task) -> Callable[[], None]:
    def guarded() -> None:
        try:
            task()
        except Exception:  # the database may be away; the next time comes
            log.exception("task_failed", task=name)

    return guarded


def _claimed(app: Flask, job: Job, worker: str) -> runs.Claim | None:
    with app.app_context():
        now = clock.now()
        if not runs.is_due(session(), job, now):
            return None
        with transaction() as current:
            return runs.claim(current, job, worker, now)


def _attempt(app: Flask, job: Job, mine: runs.Claim) -> None:
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
