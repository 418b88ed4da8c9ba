"""A worker of the simulated year: the scheduler as it is, with the file's clock and short waits."""

import os
import threading
from datetime import timedelta
from pathlib import Path

from inspect_app import create_app, scheduler
from inspect_app.core import leases
from inspect_app.core.jobs import Pace
from inspect_app.messages import kinds
from tests.simulation import stand_ins
from tests.simulation.clocks import FileClock
from tests.simulation.oracle import LEASE
from tests.simulation.sending import send_for_ever

PACE = Pace(look_every=timedelta(seconds=0.05), beat_every=timedelta(seconds=5), lease=LEASE)


def main(clock: Path, environ: dict[str, str], port: int, log: Path) -> None:
    """Started in a process of its own, which is killed rather than told to stop."""
    os.environ.clear()
    os.environ.update(environ)
    os.dup2(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND), 2)
    app = create_app(None, FileClock(clock))
    kinds.declare(*stand_ins.KINDS)
    app.extensions["chahe.jobs"] = stand_ins.JOBS
    app.extensions["chahe.pace"] = PACE
    arguments = (app, leases.new_holder(leases.process_name()), port)
    threading.Thread(target=send_for_ever, args=arguments, daemon=True).start()
    scheduler.run(app)
