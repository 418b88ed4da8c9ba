"""Structured logs: one JSON line an event and a request, with a request id a person can read out; never a body.

Our own events and those of the libraries take the same way. What belongs to a withheld route (`withheld`) keeps
its request id and, when it failed, where in the code: no route, object, user or value.
"""

import logging
import re
import secrets
import sys
import time
from typing import Any, cast

import structlog
from flask import Flask, Response, g, request
from structlog.typing import EventDict, Processor

from inspect_app.core import faults, withheld

# No letter or digit that is mistaken for another on the telephone.
READABLE = "23456789abcdefghjkmnpqrstuvwxyz"
LIBRARY_LEVEL = logging.WARNING
"""Below it libraries write statements, addresses and names."""

KEPT = ("event", "level", "timestamp", "request_id", "logger", "status", "exception")
"""What stays of an event on a withheld route."""

SERVER_SPEAKS_OF_ADDRESSES = ("Error handling request", "Invalid request")
# Characters that end a line or steer a terminal, and that JSON leaves as they are.
UNSAFE = re.compile("[\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


class _Stderr:
    """Standard error as it is at the moment of writing."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


class LibraryHandler(logging.StreamHandler[Any]):
    """Brings the records of libraries (gunicorn, SQLAlchemy, APScheduler, Werkzeug) into our format."""

    def __init__(self) -> None:
        super().__init__(_Stderr())
        self.setFormatter(
            structlog.stdlib.ProcessorFormatter(
                foreign_pre_chain=[structlog.stdlib.add_logger_name, _server_words],
                processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_chain()],
            )
        )


def configure(level: str) -> None:
    """JSON lines on standard error: our own events from `level` up, those of libraries from warnings up."""
    structlog.configure(
        processors=_chain(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.WriteLoggerFactory(_Stderr()),  # type: ignore[arg-type]
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    if not any(isinstance(handler, LibraryHandler) for handler in root.handlers):
        root.addHandler(LibraryHandler())
        root.setLevel(LIBRARY_LEVEL)
    logging.getLogger("werkzeug").setLevel(LIBRARY_LEVEL)  # it sets its own where nobody has


def _chain() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _told_exception,
        _withhold,
        structlog.processors.JSONRenderer(ensure_ascii=False),
        cast(Processor, _one_line),
    ]


def _told_exception(_logger: object, _name: str, event: EventDict) -> EventDict:
    """An exception as kinds and places; its words only where they cannot hold a value."""
    given = event.pop("exc_info", None)
    error = sys.exc_info()[1] if given is True else given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        event["exception"] = faults.described(error, words=not event.get("withheld"))
    return event


def _withhold(_logger: object, _name: str, event: EventDict) -> EventDict:
    if not event.pop("withheld", False):
        return event
    kept = {name: event[name] for name in KEPT if name in event}
    if "logger" in kept:  # a library's sentence may hold values
        kept["event"] = "library"
    return kept | {"route": "withheld"}


def _server_words(_logger: object, _name: str, event: EventDict) -> EventDict:
    """What the web server says without the address it says it of."""
    for words in SERVER_SPEAKS_OF_ADDRESSES:
        if str(event["event"]).startswith(words):
            event["event"] = words
    return event


def _one_line(_logger: object, _name: str, line: str) -> str:
    """JSON escapes line feeds; this, whatever else somebody's reader takes for a line's end or a command."""
    return UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", line)


def new_request_id() -> str:
    """Ten readable characters, such as `k7m2-q9xd-4t`."""
    letters = "".join(READABLE[byte % len(READABLE)] for byte in secrets.token_bytes(10))
    return f"{letters[:4]}-{letters[4:8]}-{letters[8:]}"


def init_app(app: Flask) -> None:
    log = structlog.get_logger()

    @app.before_request
    def begin() -> None:
        g.request_id, g.began = new_request_id(), time.perf_counter()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=g.request_id)
        if withheld.is_withheld(request.endpoint):
            structlog.contextvars.bind_contextvars(withheld=True)

    @app.after_request
    def end(response: Response) -> Response:
        response.headers["X-Request-Id"] = g.request_id
        if request.endpoint not in withheld.UNCOUNTED and (line := _line(response.status_code)):
            log.info("request", **line)
        return response


def _line(status: int) -> dict[str, Any]:
    """What is written of the request at hand; of one withheld nothing, unless it was refused or failed.

    Even the number and the hours of lines would tell that a visit goes on.
    """
    if withheld.is_withheld(request.endpoint):
        return {"status": f"{status // 100}xx"} if status >= 400 else {}
    route = request.url_rule.rule if request.url_rule else "(none)"
    ms = round((time.perf_counter() - g.began) * 1000, 1)
    return {"method": request.method, "route": route, "status": status, "ms": ms}
