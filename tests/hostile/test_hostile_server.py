"""The server process itself: broken HTTP, slow clients, traps for its memory; it goes on serving honest ones."""

import re
import socket
import struct
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import psutil
import pytest

from tests.api.photo_samples import sha
from tests.hostile.memory import watched
from tests.hostile.pictures import PICTURES, encoded, heavy
from tests.hostile.served import PATIENCE, Served
from tests.inspections_builders import jpeg

MIB = 2**20
HOST = b"Host: x\r\n"
STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})")


@pytest.fixture
def well(served: Served) -> Iterator[None]:
    """After whatever came, honest requests are served by the same process, and nothing is left behind."""
    assert served.is_well()
    yield
    assert all(served.is_well() for _ in range(10))
    assert served.unfinished() == []


pytestmark = pytest.mark.usefixtures("well")


def statuses(answer: bytes) -> list[int]:
    return [int(found) for found in STATUS.findall(answer)]


def get(path: bytes, *headers: bytes) -> bytes:
    return b"GET " + path + b" HTTP/1.1\r\n" + HOST + b"Connection: close\r\n" + b"".join(headers) + b"\r\n"


def post(*headers: bytes, body: bytes = b"") -> bytes:
    line = b"POST /api/v1/auth/login HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\n"
    return line + b"Connection: close\r\n" + b"".join(each + b"\r\n" for each in headers) + b"\r\n" + body


BROKEN: dict[str, bytes] = {
    "nothing": b"",
    "garbage": bytes(range(256)) * 10,
    "a TLS hello": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200),
    "HTTP/0.9": b"GET /\r\n",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "HTTP/9.9": b"GET / HTTP/9.9\r\n\r\n",
    "no method": b" / HTTP/1.1\r\n\r\n",
    "half a line": b"GET /api",
    "half the headers": b"GET /healthz HTTP/1.1\r\nHost: x",
    "10,000 bytes of a header": get(b"/healthz", b"X-Long: " + b"a" * 10_000 + b"\r\n"),
    "1,000 headers": get(b"/healthz", *(b"X-%d: a\r\n" % at for at in range(1000))),
    "a line of 100,000 bytes": get(b"/" + b"a" * 100_000),
    "a header without a name": get(b"/healthz", b": a\r\n"),
    "a header with a blank": get(b"/healthz", b"X Y: a\r\n"),
    "a folded header": get(b"/healthz", b"X: a\r\n b\r\n"),
    "NUL in a header": get(b"/healthz", b"X: a\0b\r\n"),
    "two lengths": post(b"Content-Length: 2", b"Content-Length: 3", body=b"{} "),
    "the same length twice": post(b"Content-Length: 2", b"Content-Length: 2", body=b"{}"),
    "a list of lengths": post(b"Content-Length: 2, 2", body=b"{}"),
    "a negative length": post(b"Content-Length: -1", body=b"{}"),
    "a length with a plus": post(b"Content-Length: +2", body=b"{}"),
    "a length of digits": post(b"Content-Length: " + b"9" * 30, body=b"{}"),
    "a hexadecimal length": post(b"Content-Length: 0x2", body=b"{}"),
    "length and chunks": post(b"Content-Length: 2", b"Transfer-Encoding: chunked", body=b"0\r\n\r\n"),
    "unknown encoding": post(b"Transfer-Encoding: xchunked", body=b"0\r\n\r\n"),
    "chunks of rubbish": post(b"Transfer-Encoding: chunked", body=b"zz\r\n{}\r\n0\r\n\r\n"),
    "a photo of broken chunks": (
        b"PUT /api/v1/photos/"
        + b"0" * 64
        + b" HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"
    ),
    "a chunk of 16 exabytes": post(b"Transfer-Encoding: chunked", body=b"ffffffffffffffff\r\n{}"),
    "less than it said": post(b"Content-Length: 100", body=b"{}"),
    "no body": post(b"Content-Length: 100"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_http_is_refused_or_dropped(served: Served, name: str) -> None:
    answer = served.raw(BROKEN[name])

    assert all(400 <= status < 500 or status in {501, 505} for status in statuses(answer)), answer[:300]
    assert b"Traceback" not in answer


PATHS = (
    b"/api/v1/%00", b"/api/v1/tenders/%00", b"/%00", b"/../../etc/passwd", b"/static/../../wsgi.py",
    b"/static/..%2f..%2fwsgi.py", b"/static/%2e%2e/%2e%2e/wsgi.py", b"/static/%c0%ae%c0%ae/wsgi.py",
    b"/static/%252e%252e/wsgi.py", b"/static/..\\..\\wsgi.py", b"/static//etc/passwd", b"/static/%00.css",
    b"/api/v1/photos/..%2f..%2fsecret_key", b"/api/v1/photos/%2fetc%2fpasswd", b"/%ff%fe", b"/%ed%a0%80", b"*",
    b"/tenders/import/..%2f..%2fsecret_key", b"http://evil.example/api/v1/me", b"//evil.example/%2e%2e",
    b"/static/tablet/..%2f..%2f..%2fcli.py", b"/\xe6\x9f\xa5", b"/" + b"../" * 300, b"/;x=1", b"/?" + b"&" * 3000,
)  # fmt: skip


@pytest.mark.parametrize("path", PATHS, ids=[path[:40].decode("latin-1") for path in PATHS])
def test_no_address_leaves_the_application(served: Served, path: bytes) -> None:
    answer = served.raw(get(path))

    (status,) = statuses(answer)
    assert status < 500
    assert status != 200
    for inside in (b"create_app", b"root:", b"secret key for tests", b"Traceback"):
        assert inside not in answer


@pytest.mark.parametrize("method", [b"HEAD", b"OPTIONS", b"TRACE", b"CONNECT", b"BREW", b"get", b"G" * 100])
@pytest.mark.parametrize("path", [b"/healthz", b"/api/v1/me", b"/sign-in", b"/static/app.css", b"/nothing"])
def test_no_method_breaks_an_address(served: Served, method: bytes, path: bytes) -> None:
    sent = method + get(path, b"Cookie: chahe_session=secret\r\n")[3:]

    answer = served.raw(sent)

    assert all(status < 500 or status == 501 for status in statuses(answer)), answer[:200]
    assert b"chahe_session=secret" not in answer


def test_two_requests_on_one_connection_are_two(served: Served) -> None:
    """What stands behind a body is a request of its own, never part of another's."""
    first = post(b"Content-Length: 2", body=b"{}").replace(b"Connection: close\r\n", b"")

    assert statuses(served.raw(first + get(b"/healthz"))) == [422, 200]


def test_clients_that_fall_silent_in_mid_request_keep_nobody_out(served: Served) -> None:
    """More of them than the server has threads, in their headers and in their bodies."""
    silent = [served.connect() for _ in range(24)]
    for at, connection in enumerate(silent):
        whole = post(b"Content-Length: 100", body=b"{")
        connection.sendall(whole if at % 2 else whole[:40])

    began = time.monotonic()
    assert served.is_well()

    assert time.monotonic() - began < PATIENCE / 2
    for connection in silent:
        connection.close()


def test_a_slow_client_is_served_beside_the_others(served: Served) -> None:
    with served.connect() as slow:
        for piece in re.findall(rb"(?s).{1,12}", get(b"/healthz")):
            slow.sendall(piece)
            assert served.is_well()

        assert statuses(slow.recv(65536)) == [200]


def test_half_requests_that_are_cut_leave_nothing(served: Served) -> None:
    path = f"/api/v1/photos/{'0' * 64}?inspection={served.inspection}"
    head = f"PUT {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {served.token}\r\nContent-Length: 90000\r\n\r\n"
    for at in range(60):
        with served.connect() as connection:
            connection.sendall(head.encode()[: 40 + at * 5] if at % 2 else head.encode() + bytes(30_000))

    assert served.is_well()
    end = time.monotonic() + PATIENCE
    while served.unfinished() and time.monotonic() < end:
        time.sleep(0.05)


def test_a_thousand_connections_in_turn_leave_no_descriptor_open(served: Served) -> None:
    worker = psutil.Process(served.pid).children()[0]
    before = worker.num_fds()

    answers = [statuses(served.raw(get(b"/healthz"))) for _ in range(1000)]

    assert answers == [[200]] * 1000
    end = time.monotonic() + PATIENCE
    while worker.num_fds() > before + 8 and time.monotonic() < end:
        time.sleep(0.05)
    assert worker.num_fds() <= before + 8


# -- memory -----------------------------------------------------------------------------------------------------


def test_a_body_of_200_mb_is_refused_without_taking_it_in(served: Served) -> None:
    size = 200 * MIB
    with watched(served.pid) as memory:
        with suppress(ConnectionError):  # closed on a client that goes on sending after its refusal
            assert (
                served.photo("0" * 64, (bytes(MIB) for _ in range(200)), Transfer_Encoding="chunked") == 413
            )
        began = time.monotonic()
        head = f"PUT /api/v1/photos/{'0' * 64}?inspection={served.inspection} HTTP/1.1\r\nHost: x\r\n"
        signed = f"Authorization: Bearer {served.token}\r\nContent-Length: {size}\r\n\r\n"
        with served.connect() as connection:
            connection.sendall((head + signed).encode())
            answer = connection.recv(65536)
        seconds = time.monotonic() - began

    assert statuses(answer) == [413]
    assert seconds < 5
    assert memory.above_idle_mib < 40


@pytest.mark.parametrize(
    "path", ["/api/v1/tenders", "/api/v1/auth/login", "/api/v1/tenders/imports", "/sign-in"]
)
def test_a_form_of_200_mb_is_refused_without_taking_it_in(served: Served, path: str) -> None:
    sent = b"POST " + path.encode() + b" HTTP/1.1\r\n" + HOST + b"Content-Length: 209715200\r\n"
    kind = b"Content-Type: application/json\r\n" if "api" in path else b""
    with watched(served.pid) as memory, served.connect() as connection:
        connection.sendall(sent + kind + f"Authorization: Bearer {served.token}\r\n\r\n".encode())
        answer = connection.recv(65536)

    assert 400 <= statuses(answer)[0] < 500
    assert memory.above_idle_mib < 40


def test_traps_for_a_decoder_take_no_more_memory_than_a_picture(served: Served) -> None:
    with watched(served.pid) as memory:
        for data, status in PICTURES.values():
            assert served.photo(sha(data), data) == status

    assert memory.above_idle_mib < 200


def test_the_costliest_pictures_within_the_limits_take_a_known_amount(served: Served) -> None:
    """Eight at once take what the one takes that is held whole at a time, 17 bytes a pixel, and it is given back."""
    behind = [b"", struct.pack(">I4sI", 12, b"skip", 1)]
    sent = [data + more for more in behind for data in heavy().values()][:8]
    with watched(served.pid) as memory, ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda data: served.photo(sha(data), data), sent))
        assert served.is_well()

    assert answers == [201] * 8
    assert memory.above_idle_mib < (17 * 24_000_000 + 20_000_000) // MIB + 60
    assert memory.now_above_idle_mib < 200


def test_a_thousand_tiny_bodies_at_once_leave_nothing(served: Served) -> None:
    bodies = [b"%d" % at for at in range(1000)]
    with watched(served.pid) as memory, ThreadPoolExecutor(16) as threads:
        answers = set(threads.map(lambda body: served.photo(sha(body), body), bodies))

    assert answers == {415}
    assert memory.above_idle_mib < 40
    assert served.photo(sha(jpeg(50)), jpeg(50)) == 201
    assert served.photo(sha(encoded()), encoded()) in {200, 201}


def test_a_client_that_does_not_read_keeps_nobody_out(served: Served) -> None:
    """Twelve ask for the API's document again and again and take nothing."""
    deaf = [served.connect() for _ in range(12)]
    for connection in deaf:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
        connection.sendall(get(b"/api/v1/openapi.json").replace(b"Connection: close\r\n", b"") * 20)

    assert served.is_well()
    for connection in deaf:
        connection.close()
