"""A process that has imported the application and forks servers from itself: a start in a fraction of the time.

Run as a program it reads orders from the socket that is its standard input; see `Forker`.
"""

import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from typing import NoReturn

from inspect_app.core.settings import ROOT

LONGEST = 1 << 16


class Forker:
    """Starts programs of gunicorn, each the leader of a process group of its own."""

    def __init__(self) -> None:
        self._orders, theirs = socket.socketpair()
        with theirs:
            command = [sys.executable, "-m", "tests.concurrency.forking"]
            self._process = subprocess.Popen(command, cwd=ROOT, stdin=theirs.fileno())

    def start(
        self, arguments: list[str], environ: dict[str, str], listener: int, alive: int, log: int
    ) -> int:
        """gunicorn with these arguments and `-b fd://` its listener; returns the group's number.

        `alive` stays open in every process of the group until it dies; standard error goes to `log`.
        """
        order = json.dumps({"arguments": arguments, "environ": environ}).encode()
        socket.send_fds(self._orders, [order], [listener, alive, log])
        return int(self._orders.recv(LONGEST))

    def close(self) -> None:
        self._orders.close()
        self._process.wait()


def main() -> None:
    """Fork for every order, until the other side closes or dies; then nothing of it stays."""

    import tests.concurrency.served  # noqa: F401 - so that every child has it

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    orders = socket.socket(fileno=os.dup(0))
    groups: list[int] = []
    while True:
        order, handles, _, _ = socket.recv_fds(orders, LONGEST, 3)
        if not order:
            return _kill(groups)
        if (child := os.fork()) == 0:
            os.setpgid(0, 0)
            orders.close()
            _serve(json.loads(order), *handles)
        with suppress(OSError):  # the child may have been first
            os.setpgid(child, child)
        for handle in handles:
            os.close(handle)
        groups.append(child)
        orders.send(str(child).encode())


def _kill(groups: list[int]) -> None:
    for group in groups:
        with suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)


def _serve(order: dict[str, dict[str, str]], listener: int, _alive: int, log: int) -> NoReturn:
    from gunicorn.app.wsgiapp import run  # type: ignore[import-untyped]

    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(log, 2)
    os.environ.clear()
    os.environ.update(order["environ"])
    sys.argv = ["gunicorn", "-b", f"fd://{listener}", *order["arguments"]]
    run()
    sys.exit()


if __name__ == "__main__":
    main()
