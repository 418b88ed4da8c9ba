"""The application as it is served: a gunicorn process of its own on loopback, spoken to in raw bytes."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from inspect_app.core.settings import ROOT

PATIENCE = 30.0


@dataclass(frozen=True, slots=True)
class Served:
    """A running server, a token of its leader's, and a started inspection."""

    port: int
    pid: int
    token: str
    inspection: UUID
    storage: Path

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)

    def raw(self, sent: bytes) -> bytes:
        """What comes back for these bytes until the server closes or says no more."""
        found: list[bytes] = []
        with self.connect() as connection:
            with suppress(OSError):  # it may close before all is sent
                connection.sendall(sent)
                connection.shutdown(socket.SHUT_WR)
            with suppress(ConnectionError):
                found.extend(iter(lambda: connection.recv(65536), b""))
        return b"".join(found)

    def request(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, bytes]:
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)) as connection:
            told = {name.replace("_", "-"): value for name, value in headers.items()}
            chunked = "Transfer-Encoding" in told
            connection.request(method, path, body, told | self.authorization, encode_chunked=chunked)
            answer = connection.getresponse()
            return answer.status, answer.read()

    @property
    def authorization(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def photo(self, sha256: str, body: Any, **headers: str) -> int:
        """Send a photo whole; the status."""
        return self.request("PUT", f"/api/v1/photos/{sha256}?inspection={self.inspection}", body, **headers)[
            0
        ]

    def is_well(self) -> bool:
        """Whether an honest request is served at once."""
        return self.request("GET", "/api/v1/me")[0] == 200

    def unfinished(self) -> list[str]:
        """Files of bodies that were never taken."""
        return [path.name for path in self.storage.glob("incoming*/*") if path.is_file()]


@contextmanager
def serving(environ: dict[str, str], token: str, inspection: UUID) -> Iterator[Served]:
    """Start gunicorn as `make run` does, and end it."""
    with socket.create_server(("127.0.0.1", 0), backlog=2048) as listener:
        handle = listener.fileno()
        command = [sys.executable, "-m", "gunicorn", "-c", "deploy/gunicorn.conf.py", "-b", f"fd://{handle}"]
        process = subprocess.Popen(
            [*command, "wsgi:app"],
            cwd=ROOT,
            env=os.environ | environ,
            pass_fds=[handle],
            start_new_session=True,
        )
        port = int(listener.getsockname()[1])
        served = Served(port, process.pid, token, inspection, Path(environ["DATA_DIR"]) / "uploads")
        try:
            _wait(served)
            yield served
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(PATIENCE)


def _wait(served: Served) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if served.is_well():
            return
    raise TimeoutError("the server does not answer")
