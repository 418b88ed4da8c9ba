"""One object that fails is no outage, and a bucket that is not there is one."""

import http.server
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from inspect_app.core.storage.address import S3Address
from inspect_app.core.storage.remote import Away, NotThere, Remote
from tests.stores import BUCKET, Store, free_port

NO_OBJECTS = b'<?xml version="1.0"?><ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>'
PATIENCE_S = 1
REST_S = 60


class Slow(http.server.BaseHTTPRequestHandler):
    """A store that answers at once, but for the object `large`."""

    def do_GET(self) -> None:
        if self.path.endswith("large"):
            time.sleep(PATIENCE_S * 2)
        body = NO_OBJECTS if "list-type" in self.path else b"bytes"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Last-Modified", "Mon, 03 Aug 2026 00:00:00 GMT")
        self.send_header("ETag", '"a"')
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@contextmanager
def slow_store() -> Iterator[S3Address]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", free_port()), Slow)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield S3Address(BUCKET, "city", f"http://127.0.0.1:{server.server_port}", "us-east-1")
    finally:
        server.shutdown()
        server.server_close()


def test_after_one_object_that_takes_too_long_the_others_are_still_asked_for(store: Store) -> None:
    with slow_store() as address:
        remote = Remote(address, PATIENCE_S, REST_S)

        with pytest.raises(Away):
            remote.read("large")

        assert remote.read("small") == b"bytes"


def test_a_store_that_does_not_answer_is_left_alone_for_a_while(store: Store) -> None:
    remote = Remote(S3Address(BUCKET, "city", store.endpoint, "us-east-1"), PATIENCE_S, REST_S)
    store.kill()
    with pytest.raises(Away):
        remote.read("any")

    with pytest.raises(Away, match="resting"):
        remote.read("any")


@pytest.mark.parametrize(("bucket", "meaning"), [(BUCKET, NotThere), ("no-such-bucket", Away)])
def test_a_bucket_that_is_not_there_is_no_absent_object(
    store: Store, bucket: str, meaning: type[Exception]
) -> None:
    with pytest.raises(meaning):
        Remote(S3Address(bucket, "city", store.endpoint, "us-east-1")).read("absent")
