"""A worker process that imports, with short waits. Started by test_tender_imports_killed.py.

Arguments: the lease in seconds, and where it kills itself: `reading`, `writing` (rows are in, nothing committed),
`committed`, `waits` (it tells in the file `writing` that it is about to write, and waits for `go`), or `nowhere`.
"""

import os
import signal
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from inspect_app import create_app, scheduler
from inspect_app.core.jobs import Pace
from inspect_app.tenders import importer
from inspect_app.tenders.imports import jobs, looking, working

FOLDER = Path(os.environ["DATA_DIR"])
SHORT = timedelta(milliseconds=200)
PATIENCE_S = 60


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def wait() -> None:
    (FOLDER / "writing").touch()
    for _ in range(PATIENCE_S * 50):
        if (FOLDER / "go").exists():
            return
        time.sleep(0.02)


def before(place: Any, name: str, act: Any) -> None:
    real = getattr(place, name)

    def instead(*given: Any, **named: Any) -> Any:
        act()
        return real(*given, **named)

    setattr(place, name, instead)


def arrange(where: str) -> None:
    if where == "reading":
        before(looking.Plan, "__init__", die)
    elif where == "writing":
        before(importer.audit, "record_each", die)
    elif where == "committed":
        before(working, "_state", die)
    elif where == "waits":
        before(importer.audit, "record_each", wait)


def main(lease_s: str, where: str) -> None:
    app = create_app()
    app.extensions["chahe.jobs"] = tuple(job for job in jobs.JOBS if job.name == "tenders.import")
    app.extensions["chahe.pace"] = Pace(
        SHORT, SHORT, timedelta(seconds=float(lease_s)), backoff=(SHORT, SHORT)
    )
    arrange(where)
    scheduler.run(app)


if __name__ == "__main__":
    main(*sys.argv[1:])
