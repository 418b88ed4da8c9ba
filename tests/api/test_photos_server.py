"""Photos over a real server on loopback, with connections that break."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from inspect_app.core.clock import FixedClock
from inspect_app.core.settings import ROOT
from tests import builders
from tests.api.photo_samples import CHUNK, TUS, described, picture, sha, visit
from tests.conftest import Write

MIB = 2**20
PATIENCE = 20.0


@dataclass
class Server:
    """The application as it is served, and a tablet's token for it."""

    environ: dict[str, str]
    listener: socket.socket
    token: str
    process: subprocess.Popen[bytes] | None = None

    @property
    def port(self) -> int:
        return int(self.listener.getsockname()[1])

    def start(self) -> None:
        handle = self.listener.fileno()
        command = [sys.executable, "-m", "gunicorn", "-c", "deploy/gunicorn.conf.py", "-b", f"fd://{handle}"]
        self.process = subprocess.Popen(
            [*command, "wsgi:app"], cwd=ROOT, env=self.environ, pass_fds=[handle], start_new_session=True
        )

    def kill(self) -> None:
        """What a power failure does to the processes: no farewell."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(PATIENCE)

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)

    def send(
        self, method: str, path: str, body: bytes | Iterator[bytes] | None = None, **headers: str
    ) -> tuple[int, http.client.HTTPMessage]:
        with closing(self.connect()) as connection:
            told = self.signed(headers)
            connection.request(
                method, path, body=body, headers=told, encode_chunked="Transfer-Encoding" in told
            )
            answer = connection.getresponse()
            answer.read()
            return answer.status, answer.headers

    def signed(self, headers: dict[str, str]) -> dict[str, str]:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return TUS | named | {"Authorization": f"Bearer {self.token}"}

    def offset(self, url: str) -> int:
        return int(self.send("HEAD", url)[1]["Upload-Offset"])

    def patch_cut(self, url: str, start: int, data: bytes, declared: int) -> socket.socket:
        """A PATCH that says it has `declared` bytes and sends only `data`; its connection, still open."""
        told = {
            "Upload-Offset": str(start),
            "Content-Type": CHUNK,
            "Content-Length": str(declared),
            "Host": "x",
        }
        lines = [f"PATCH {url} HTTP/1.1", *(f"{name}: {value}" for name, value in self.signed(told).items())]
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)
        connection.sendall("\r\n".join([*lines, "", ""]).encode() + data)
        return connection


@pytest.fixture
def inspection(write: Write, people: object) -> UUID:
    return visit(write)


@pytest.fixture
def server(
    tmp_path: Path, database_url: str, fixed_clock: FixedClock, write: Write, inspection: UUID
) -> Iterator[Server]:
    fixed_clock.instant = datetime.now(UTC)
    with write() as session:
        token = builders.token(session, "leader")
    environ = os.environ | {
        "CHAHE_ENV": "test",
        "DATA_DIR": str(tmp_path),
        "DATABASE_URL": database_url,
        "SECRET_KEY": "a secret key for tests and for nothing else",
        "LOG_LEVEL": "WARNING",
    }
    with socket.create_server(("127.0.0.1", 0)) as listener:
        running = Server(environ, listener, token)
        running.start()
        yield running
        running.kill()


def begin(server: Server, inspection: UUID, data: bytes) -> str:
    named = described(sha256=sha(data), inspection=inspection)
    length = str(len(data))
    return server.send("POST", "/api/v1/photos/uploads", Upload_Metadata=named, Upload_Length=length)[1][
        "Location"
    ]


def resume(server: Server, url: str, data: bytes) -> tuple[int, int]:
    """Send what is missing; the status and the offset then."""
    at = server.offset(url)
    status, _ = server.send("PATCH", url, data[at:], Upload_Offset=str(at), Content_Type=CHUNK)
    return status, server.offset(url)


def until(server: Server, url: str, at_least: int) -> int:
    """The offset, once it has come so far."""
    end = time.monotonic() + PATIENCE
    while (at := server.offset(url)) < at_least and time.monotonic() < end:
        time.sleep(0.02)
    return at


def big_picture() -> bytes:
    """A photo of some megabytes."""
    return picture(1, (3000, 2000))


def test_a_connection_cut_in_mid_patch_keeps_what_arrived(server: Server, inspection: UUID) -> None:
    data = big_picture()
    url = begin(server, inspection, data)

    server.patch_cut(url, 0, data[:300_000], len(data)).close()
    kept = until(server, url, 200_000)

    assert 200_000 < kept <= 300_000
    assert resume(server, url, data) == (204, len(data))
    assert server.send("GET", f"/api/v1/photos/{sha(data)}")[0] == 200


def test_a_stalled_connection_does_not_keep_its_successor_out(server: Server, inspection: UUID) -> None:
    data = big_picture()
    url = begin(server, inspection, data)

    with server.patch_cut(url, 0, data[:300_000], len(data)) as stalled:
        until(server, url, 200_000)
        assert resume(server, url, data) == (204, len(data))
        stalled.sendall(data[300_000:])
        assert stalled.recv(1000).startswith(b"HTTP/1.1 409 ")

    assert server.send("GET", f"/api/v1/photos/{sha(data)}")[0] == 200


def test_a_killed_server_goes_on_where_it_was(server: Server, inspection: UUID) -> None:
    data = big_picture()
    url = begin(server, inspection, data)

    with server.patch_cut(url, 0, data[:300_000], len(data)):
        told = until(server, url, 200_000)
        server.kill()
    server.start()

    assert told <= server.offset(url) <= 300_000
    assert resume(server, url, data) == (204, len(data))


def test_a_refusal_reaches_a_client_that_sends_its_whole_body_first(server: Server, inspection: UUID) -> None:
    path = f"/api/v1/photos/{'0' * 64}?inspection="

    assert server.send("PUT", f"{path}{inspection}", bytes(26 * MIB))[0] == 413
    assert server.send("PUT", f"{path}{UUID(int=0)}", bytes(20 * MIB))[0] == 404
    assert server.send("PUT", f"/api/v1/photos/{sha(b'')}?inspection={inspection}")[0] == 415


def test_a_body_without_a_length_is_taken_and_limited(server: Server, inspection: UUID) -> None:
    data = big_picture()
    path = f"/api/v1/photos/{sha(data)}?inspection={inspection}"
    pieces = [data[start : start + 50_000] for start in range(0, len(data), 50_000)]

    assert server.send("PUT", path, iter([bytes(MIB)] * 26), Transfer_Encoding="chunked")[0] == 413
    assert server.send("PUT", path, iter(pieces), Transfer_Encoding="chunked")[0] == 201


def test_a_patch_without_a_length_stops_at_the_uploads_length(server: Server, inspection: UUID) -> None:
    data = big_picture()
    url = begin(server, inspection, data)
    headers = {"Upload_Offset": "0", "Content_Type": CHUNK, "Transfer_Encoding": "chunked"}

    assert server.send("PATCH", url, iter([data, b"more"]), **headers)[0] == 413
    assert server.offset(url) < len(data)
    assert resume(server, url, data) == (204, len(data))
