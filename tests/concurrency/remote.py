"""A client over the network that the tests' `Api` can stand on, and many of them at the same moment."""

import http.client
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Barrier
from typing import Any, TypeVar, cast

from flask.testing import FlaskClient
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder, TestResponse

from tests.clients import Api

T = TypeVar("T")
TIMEOUT_S = 60.0


class NoAnswer(Exception):  # noqa: N818 - says what happened
    """The connection ended before an answer came: whether the request was done is not known."""


@dataclass(frozen=True, slots=True)
class Remote:
    """Sends what a test client would be given to a port of this machine, each request on its own connection."""

    port: int

    def open(self, url: str, **options: Any) -> TestResponse:
        """One request and its whole answer; NoAnswer when there is none."""
        request = EnvironBuilder(path=url, **options).get_request()
        headers = {name: value for name, value in request.headers.items() if name != "Host"}
        address = request.full_path if request.query_string else request.path
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT_S)
        try:
            connection.request(request.method, address, request.get_data(), headers)
            answer = connection.getresponse()
            told = f"{answer.status} {answer.reason}"
            return TestResponse([answer.read()], told, Headers(answer.getheaders()), request)
        except (OSError, http.client.HTTPException) as error:
            raise NoAnswer(f"{request.method} {address}: {error!r}") from error
        finally:
            connection.close()


def api(port: int, token: str | None) -> Api:
    """The API of the server on a port, with a token."""
    return Api(cast(FlaskClient, Remote(port)), token)


def together(asks: Sequence[Callable[[], T]]) -> list[T]:
    """All at the same moment, each in a thread of its own; answers in the order asked."""
    gate = Barrier(len(asks))

    def ask(one: Callable[[], T]) -> T:
        gate.wait()
        return one()

    with ThreadPoolExecutor(len(asks)) as pool:
        return list(pool.map(ask, asks))


def statuses(answers: Iterable[Any]) -> Counter[int]:
    """How often each status was answered."""
    return Counter(answer.status_code for answer in answers)
