"""The queue of SQLite's writers: one at a time, first come, first served, across threads and processes.

SQLite lets one writer in and makes the others sleep and retry, so that the unlucky wait very long.
Here they stand in line before they ask: threads by a ticket, processes by file locks that die with them.
"""

import fcntl
import os
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Lock, get_ident

POLL_S = 0.0005


class QueueFull(Exception):  # noqa: N818 - said of the line, not of a mistake
    """The turn did not come within the limit; nothing was written."""


class WriterQueue:
    """A line before the database at `path`; `limit_s` is how long one waits at most.

    Two lock files stand beside the database. Who waits for «turn» holds «next»,
    so that the process which has just written cannot overtake another that waits.
    """

    def __init__(self, path: Path, limit_s: float = 20.0) -> None:
        self._next, self._turn = (path.with_name(f"{path.name}.{name}-lock") for name in ("next", "turn"))
        self._log = path.with_name(f"{path.name}-wal")
        self._limit_s = limit_s
        self._guard = Lock()
        self._line: deque[Event] = deque()
        self._holder: int | None = None

    @property
    def waiting(self) -> int:
        """How many threads of this process are in line, the one at work included."""
        return len(self._line)

    @contextmanager
    def turn(self, limit_s: float | None = None) -> Iterator[None]:
        """Wait for the turn and hold it. QueueFull after the limit; RuntimeError when this thread has it."""
        if self._holder == get_ident():
            raise RuntimeError(
                "a transaction inside a transaction: the service takes the session it is given"
            )
        deadline = time.perf_counter() + (self._limit_s if limit_s is None else limit_s)
        with self._thread_turn(deadline), self._process_turn(deadline):
            self._holder = get_ident()
            try:
                yield
            finally:
                self._holder = None

    def settle(self) -> None:
        """Wait until what was committed is on disk: after the turn, so that the disk holds up nobody else's.

        SQLite's own `synchronous=FULL` would do it within the turn. A log that is gone was carried over and synced.
        """
        with suppress(FileNotFoundError):
            handle = os.open(self._log, os.O_RDONLY | os.O_CLOEXEC)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)

    @contextmanager
    def _thread_turn(self, deadline: float) -> Iterator[None]:
        ticket = Event()
        with self._guard:
            self._line.append(ticket)
            if len(self._line) == 1:
                ticket.set()
        try:
            if not ticket.wait(deadline - time.perf_counter()):
                raise QueueFull
            yield
        finally:
            self._leave(ticket)

    def _leave(self, ticket: Event) -> None:
        with self._guard:
            self._line.remove(ticket)
            if self._line:
                self._line[0].set()

    @contextmanager
    def _process_turn(self, deadline: float) -> Iterator[None]:
        following = _take(self._next, deadline)
        try:
            held = _take(self._turn, deadline)
        finally:
            os.close(following)
        try:
            yield
        finally:
            os.close(held)


def _take(path: Path, deadline: float) -> int:
    """Lock a file; closing the returned descriptor, or the death of the process, frees it."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return handle
        except BlockingIOError:
            if time.perf_counter() > deadline:
                os.close(handle)
                raise QueueFull from None
            time.sleep(POLL_S)
        except BaseException:
            os.close(handle)
            raise
