"""How much memory something takes at its peak, of this process or another."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psutil

MIB = 2**20


class Peak:
    """The most resident memory seen above the start, in MiB."""

    def __init__(self, process: psutil.Process) -> None:
        self.process = process
        self.idle = self._resident()
        self.most = self.idle

    @property
    def above_idle_mib(self) -> int:
        return (self.most - self.idle) // MIB

    @property
    def now_above_idle_mib(self) -> int:
        return (self._resident() - self.idle) // MIB

    def look(self) -> None:
        self.most = max(self.most, self._resident())

    def _resident(self) -> int:
        """Of the process and its children, such as a server's workers."""
        total = 0
        for each in (self.process, *self.process.children(recursive=True)):
            try:
                total += int(each.memory_info().rss)
            except psutil.NoSuchProcess:
                continue
        return total


@contextmanager
def watched(pid: int | None = None, every_s: float = 0.01) -> Iterator[Peak]:
    """Look at a process's memory again and again while it lasts."""
    peak, done = Peak(psutil.Process(pid)), threading.Event()

    def watch() -> None:
        while not done.wait(every_s):
            peak.look()

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield peak
    finally:
        peak.look()
        done.set()
        thread.join()
