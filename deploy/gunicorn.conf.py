"""One process, eight threads; WEB_PROCESSES adds more, which pays with PostgreSQL."""

import gc
import os
import secrets
import socket
import struct
from pathlib import Path

from gunicorn.arbiter import Arbiter
from gunicorn.workers.gthread import TConn, ThreadWorker

bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
patience_s = int(os.environ.get("WEB_PATIENCE_S", "20"))
workers = int(os.environ.get("WEB_PROCESSES", "1"))
threads = int(os.environ.get("WEB_THREADS", "8"))
timeout = 120
graceful_timeout = 20
keepalive = 5
accesslog = None
loglevel = "warning"
logconfig_dict = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"library": {"class": "inspect_app.core.logs.LibraryHandler"}},
    "root": {"handlers": ["library"], "level": "WARNING"},
    "loggers": {"gunicorn.error": {"level": "WARNING", "propagate": True}},
}

if workers > 1:  # several processes count into files, so that any of them tells the sums of all
    folder = Path(os.environ.get("DATA_DIR") or "instance").absolute() / "metrics"
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)


class PatientSocket(socket.socket):
    """A connection that counts as closed once its client has been silent, in mid-request, for `patience_s`."""

    def recv(self, *args: int) -> bytes:
        try:
            return super().recv(*args)
        except BlockingIOError:
            if self.gettimeout() == 0:
                raise  # not waited for at all
            return b""


class PatientWorker(ThreadWorker):
    """gunicorn waits for the rest of a request for ever: eight tablets that lost their network would take all threads."""

    def enqueue_req(self, conn: TConn) -> None:
        if not isinstance(conn.sock, PatientSocket):
            conn.sock = PatientSocket(fileno=conn.sock.detach())
            for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
                conn.sock.setsockopt(socket.SOL_SOCKET, option, struct.pack("ll", patience_s, 0))
        super().enqueue_req(conn)


worker_class = PatientWorker
first = secrets.randbelow(1024)  # two servers on one machine do not both begin with the same processor


def pre_fork(server: Arbiter, worker: ThreadWorker) -> None:
    """Give the worker the first place that no other holds: one that follows a dead one takes over its place."""
    held = {other.place for other in server.WORKERS.values()}
    worker.place = next(place for place in range(len(held) + 1) if place not in held)


def post_fork(_server: Arbiter, worker: ThreadWorker) -> None:
    """Take a processor of one's own, before any library starts threads, which would keep to no processor."""
    from inspect_app.core import processors  # here: the master keeps no code that an upgrade replaces

    processors.stay(first + worker.place)


def post_worker_init(worker: ThreadWorker) -> None:
    """Read what the first requests need before they come.

    What stands then stands as long as the process: the garbage collector need not look through it again.
    """
    extensions = getattr(worker.wsgi, "extensions", {})
    if warm := extensions.get("chahe.warm"):
        warm()
    gc.collect()
    gc.freeze()


def on_starting(_server: object) -> None:
    """Counting begins anew with the server."""
    if workers > 1:
        for old in folder.glob("*.db"):
            old.unlink(missing_ok=True)
