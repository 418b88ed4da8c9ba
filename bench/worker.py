"""What an idle worker costs: the processor's time of its process, and the statements of one look."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from bench import city as cities
from bench.harness import Line
from bench.load import ROOT

SETTLE_S, IDLE_S = 40, 30
LIMIT_PERCENT = 1.0


def lines() -> Iterator[Line]:
    """Every declared job, none due, on SQLite."""
    with tempfile.TemporaryDirectory() as folder:
        environ = cities.environment(cities.found(Path(folder)).folder)
        percent = _idle_percent(environ)
    yield Line("idle worker", percent, LIMIT_PERCENT, "% CPU", "at most", 1, "one processor's time")


def _idle_percent(environ: dict[str, str]) -> float:
    """Long after the start, when the first runs are done; the process and its threads."""
    command = [str(Path(sys.executable).with_name("flask")), "--app", "wsgi", "worker"]
    worker = subprocess.Popen(command, cwd=ROOT, env=environ, stderr=subprocess.DEVNULL)
    try:
        time.sleep(SETTLE_S)
        process = psutil.Process(worker.pid)
        before, began = process.cpu_times(), time.perf_counter()
        time.sleep(IDLE_S)
        after, wall_s = process.cpu_times(), time.perf_counter() - began
    finally:
        worker.terminate()
        worker.wait()
    return 100 * (after.user + after.system - before.user - before.system) / wall_s
