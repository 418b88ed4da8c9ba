"""The worker process: declared jobs, one heart."""

import os
import signal
import socket

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask

from inspect_app.core import clock, health
from inspect_app.core.database import transaction

log = structlog.get_logger()
STOP = (signal.SIGTERM, signal.SIGINT)


def run(app: Flask) -> None:
    """Beat at once and then on time, until SIGTERM or SIGINT; the work in hand is finished first."""
    worker = f"{socket.gethostname()}:{os.getpid()}"
    # Held back here and in the threads begun below, a signal is met by sigwait alone, however early it comes.
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP)
    scheduler = BackgroundScheduler(timezone="Asia/Taipei")

    def beat() -> None:
        with app.app_context(), transaction() as session:
            health.beat(session, worker, clock.now())

    beat()
    every = health.BEAT_EVERY.total_seconds()
    scheduler.add_job(beat, "interval", seconds=every, max_instances=1, coalesce=True)
    scheduler.start()
    log.info("worker_started", worker=worker)
    signal.sigwait(STOP)
    scheduler.shutdown(wait=True)
    log.info("worker_stopped", worker=worker)
