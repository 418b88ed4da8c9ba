"""The worker process: declared jobs, one heart."""

import os
import signal
import socket
from types import FrameType

import structlog
from apscheduler.schedulers.blocking import BlockingScheduler
from flask import Flask

from inspect_app.core import clock, health
from inspect_app.core.database import transaction

log = structlog.get_logger()


def run(app: Flask) -> None:
    """Beat at once and then on time, until SIGTERM or SIGINT; the work in hand is finished first."""
    worker = f"{socket.gethostname()}:{os.getpid()}"
    scheduler = BlockingScheduler(timezone="Asia/Taipei")

    def beat() -> None:
        with app.app_context(), transaction() as session:
            health.beat(session, worker, clock.now())

    def stop(_signal: int, _frame: FrameType | None) -> None:
        scheduler.shutdown(wait=False)

    beat()
    scheduler.add_job(
        beat, "interval", seconds=health.BEAT_EVERY.total_seconds(), max_instances=1, coalesce=True
    )
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, stop)
    log.info("worker_started", worker=worker)
    scheduler.start()
    log.info("worker_stopped", worker=worker)
