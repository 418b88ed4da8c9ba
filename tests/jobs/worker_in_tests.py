"""A worker process with short waits, whose jobs tell in a file what they do. Started by test_worker_runs.py.

Arguments: the lease in seconds, then the jobs' names. `told` in DATA_DIR holds one word and a process id a line;
`slow` ends when the file `go` is there.
"""

import errno
import os
import signal
import sys
import time
from datetime import timedelta
from pathlib import Path

from inspect_app import create_app, scheduler
from inspect_app.core.jobs import Job, Outcome, Pace, Turn
from inspect_app.photos import jobs as photos
from inspect_app.photos.keeping import clearing
from tests.jobs.job_samples import Once

FOLDER = Path(os.environ["DATA_DIR"])
SHORT = timedelta(milliseconds=200)
PATIENCE_S = 60


def tell(word: str) -> None:
    with (FOLDER / "told").open("a", encoding="ascii") as file:
        file.write(f"{word} {os.getpid()}\n")


def slow(_: Turn) -> Outcome:
    tell("begun")
    for _ in range(PATIENCE_S * 50):
        if (FOLDER / "go").exists():
            break
        time.sleep(0.02)
    tell("ended")
    return {"done": 1}


def broken(_: Turn) -> Outcome:
    tell("broken")
    raise OSError(errno.ENOSPC, "No space left on device")


def cleared(turn: Turn) -> Outcome:
    """The real work on photos, killed when it is about to remove the first bytes."""
    clearing._remove = lambda _: os.kill(os.getpid(), signal.SIGKILL)  # type: ignore[assignment,return-value]
    return photos.clear(turn)


WORKS = {"slow": slow, "broken": broken, "killed_clearing": cleared, "clearing": photos.clear}


def main(lease_s: str, *names: str) -> None:
    app = create_app()
    # Both ways of clearing are one job: what the killed worker leaves, the other takes over.
    app.extensions["chahe.jobs"] = tuple(
        Job(f"test.{name.removeprefix('killed_')}", "測試工作", Once(), WORKS[name]) for name in names
    )
    lease = timedelta(seconds=float(lease_s))
    app.extensions["chahe.pace"] = Pace(SHORT, SHORT, lease, backoff=(SHORT, SHORT))
    scheduler.run(app)


if __name__ == "__main__":
    main(*sys.argv[1:])
