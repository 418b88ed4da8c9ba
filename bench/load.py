"""A real server under load: gunicorn with the project's own settings, wrk with 16 connections."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parents[1]
CONNECTIONS = 16


@dataclass(frozen=True, slots=True)
class Load:
    """What the load generator saw."""

    per_second: float
    median_ms: float
    p99_ms: float


@contextmanager
def served(module: str, environ: Mapping[str, str]) -> Iterator[str]:
    """`module` behind gunicorn on a free port of loopback; its address. Ended at the end."""
    port = _free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", f"{module}:app"],
        cwd=ROOT,
        env=os.environ | dict(environ) | {"PORT": str(port)},
    )
    try:
        _wait(port, process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def hammer(address: str, requests: Path, token: str, seconds: int) -> Load:
    """Send the prepared requests, each once, for at most `seconds`; RuntimeError when one fails."""
    script = ROOT / "bench" / "servers" / "requests.lua"
    command = [
        "wrk",
        "-t1",
        f"-c{CONNECTIONS}",
        f"-d{seconds}s",
        "--timeout",
        "20s",
        "-s",
        str(script),
        address,
    ]
    environ = os.environ | {"BENCH_REQUESTS": str(requests), "BENCH_TOKEN": token}
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=True)
    seen = json.loads(done.stdout.strip().splitlines()[-1])
    if seen["failed"]:
        raise RuntimeError(f"{seen['failed']} of {seen['requests']} requests failed")
    return Load(seen["requests"] / seen["seconds"], seen["median_ms"], seen["p99_ms"])


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2).close()
        except HTTPError:
            return  # the bare handler knows no such page, but it is there
        except (URLError, TimeoutError):
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"the server on port {port} did not start")
