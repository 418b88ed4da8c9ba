"""Structured logs: one line a request, with a request id a person can read out; never a body."""

import logging
import secrets
import sys
import time

import structlog
from flask import Flask, Response, g, request

# No letter or digit that is mistaken for another on the telephone.
READABLE = "23456789abcdefghjkmnpqrstuvwxyz"


def configure(level: str) -> None:
    """JSON lines on standard error, for our own events."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def new_request_id() -> str:
    """Ten readable characters, such as `k7m2-q9xd-4t`."""
    letters = "".join(secrets.choice(READABLE) for _ in range(10))
    return f"{letters[:4]}-{letters[4:8]}-{letters[8:]}"


def init_app(app: Flask) -> None:
    log = structlog.get_logger()

    @app.before_request
    def begin() -> None:
        g.request_id, g.began = new_request_id(), time.perf_counter()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=g.request_id)

    @app.after_request
    def end(response: Response) -> Response:
        response.headers["X-Request-Id"] = g.request_id
        route = request.url_rule.rule if request.url_rule else "(none)"
        ms = round((time.perf_counter() - g.began) * 1000, 1)
        if request.endpoint not in {"static", "health.healthz", "health.readyz"}:
            log.info("request", method=request.method, route=route, status=response.status_code, ms=ms)
        return response
