"""gunicorn as it is deployed, in processes of its own, on a socket that outlives them."""

import atexit
import os
import select
import signal
import socket
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from tests.concurrency.forking import Forker

PATIENCE_S = 30.0
FIRST_PORT, LAST_PORT = 8170, 8269


def listening() -> socket.socket:
    """A socket on a free port below those that outgoing connections use, so that none meets itself."""
    for port in range(FIRST_PORT, LAST_PORT + 1):
        candidate = socket.socket()
        candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            candidate.bind(("127.0.0.1", port))
            candidate.listen(128)
        except OSError:
            candidate.close()
            continue
        return candidate
    raise OSError(f"no free port from {FIRST_PORT} to {LAST_PORT}")


@dataclass
class Server:
    """The application on one database and one folder; `processes` times `threads` requests at once."""

    folder: Path
    database_url: str
    shift_s: float
    processes: int = 1
    threads: int = 8
    impatient: bool = False
    listener: socket.socket = field(default_factory=listening)
    group: int = 0
    alive: int = -1
    application: str = ""

    def __post_init__(self) -> None:
        served = f"tests.concurrency.served:app({self.shift_s}, impatient={self.impatient})"
        self.application = self.application or served

    @property
    def port(self) -> int:
        return int(self.listener.getsockname()[1])

    def start(self) -> None:
        """Start; a request that is sent before all is ready waits."""
        self.alive, theirs = os.pipe()
        with self.log.open("ab") as log:
            arguments = ["-c", "deploy/gunicorn.conf.py", self.application]
            handles = (self.listener.fileno(), theirs, log.fileno())
            self.group = forker().start(arguments, self.environ, *handles)
        os.close(theirs)

    def kill(self) -> None:
        """What a power failure does to the processes: no farewell."""
        if self.group:
            with suppress(ProcessLookupError):
                os.killpg(self.group, signal.SIGKILL)
        self.wait_for_end()

    def wait_for_end(self) -> None:
        """Until no process of the group lives."""
        if not self.group:
            return
        ended, _, _ = select.select([self.alive], [], [], PATIENCE_S)
        assert ended, "a process of the server outlived its group's end"
        os.close(self.alive)
        self.group = 0

    def stop(self) -> None:
        self.kill()
        self.listener.close()

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    @property
    def environ(self) -> dict[str, str]:
        """What the application is told."""
        return {
            "PATH": os.environ["PATH"],
            "CHAHE_ENV": "test",
            "DATA_DIR": str(self.folder),
            "DATABASE_URL": self.database_url,
            "SECRET_KEY": "a secret key for tests and for nothing else",
            "LOG_LEVEL": "WARNING",
            "WEB_PROCESSES": str(self.processes),
            "WEB_THREADS": str(self.threads),
        }


@cache
def forker() -> Forker:
    """One a run, ended at its end."""
    made = Forker()
    atexit.register(made.close)
    return made
