"""The worker process: the declared jobs, each looked after by itself, and one heart that beats beside them."""

import logging
import signal
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from threading import Event

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask

from inspect_app.core import clock, health, jobs, leases, rounds, runs
from inspect_app.core.clock import TAIPEI
from inspect_app.core.database import session, transaction
from inspect_app.core.jobs import Job
from inspect_app.core.working import attend

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
