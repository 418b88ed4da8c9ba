"""Refusing a large body so that the client learns why.

Many clients send their whole body before they read the answer; a server that closes on them leaves them
with a broken connection instead. So the answer goes out at once, and what the client still sends is read
away behind it.
"""

from collections.abc import Callable
from typing import IO

from flask import Response, request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wsgi import get_input_stream

PIECE = 1 << 16
MAX_DRAIN = 64 * 2**20
"""What is read away at most, in bytes; who sends more meets a closed connection."""


def drain_behind(response: Response) -> Response:
    """Read the rest of the request's body away once a refusal has been sent."""
    if response.status_code >= 400 and request.method in {"PUT", "PATCH", "POST"}:
        response.call_on_close(_drain(_unread()))
    return response


def _unread() -> IO[bytes]:
    try:
        return request.stream
    except RequestEntityTooLarge:  # so nothing of it was read
        return get_input_stream(request.environ)


def _drain(stream: IO[bytes]) -> Callable[[], None]:
    def drain() -> None:
        left = MAX_DRAIN
        try:
            while left > 0 and (piece := stream.read(PIECE)):
                left -= len(piece)
        except Exception:  # the client has gone, or the rest is no HTTP: nobody is left to be told
            return

    return drain
