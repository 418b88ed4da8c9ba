"""An S3-speaking server process for tests, which can be stopped, stalled, killed and started again."""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

BUCKET = "chahe-photos"
SERVER = Path(sys.executable).parent / "moto_server"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "a-key-for-tests", "AWS_SECRET_ACCESS_KEY": "a-secret-for-tests"}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Store:
    """moto's server on a port of its own. What it holds lives in its memory: killed, it forgets everything."""

    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """The STORAGE_URL."""
        return f"s3://{BUCKET}/city?endpoint={self.endpoint}&region=us-east-1"

    def start(self) -> None:
        command = [str(SERVER), "-H", "127.0.0.1", "-p", str(self.port)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(400):
            with contextlib.suppress(OSError):
                self.make_bucket()
                return
            time.sleep(0.05)
        raise TimeoutError("moto_server did not start")

    def make_bucket(self) -> None:
        self._ask("PUT", f"/{BUCKET}")

    def kill(self) -> None:
        """Refuse connections from now on, and forget."""
        if self.process is not None:
            os.kill(self.process.pid, signal.SIGCONT)
            self.process.kill()
            self.process.wait()
            self.process = None

    @contextmanager
    def stalled(self) -> Iterator[None]:
        """Take connections and answer nothing."""
        assert self.process is not None
        os.kill(self.process.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self.process.pid, signal.SIGCONT)

    def reset(self) -> None:
        """An empty bucket."""
        if self.process is None:
            self.start()
        self._ask("POST", "/moto-api/reset")
        self.make_bucket()

    def _ask(self, method: str, path: str) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request(method, path)
            connection.getresponse().read()
        finally:
            connection.close()


@contextmanager
def running() -> Iterator[Store]:
    store = Store(free_port())
    store.start()
    try:
        yield store
    finally:
        store.kill()
