"""Objects in an S3-compatible store: put, got, listed and removed by name, each within a stated time.

What fails is Away (the store does not answer, or refuses), never an error of the library: its messages hold
addresses. Credentials come from the usual AWS_* variables, which the library reads itself.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from inspect_app.core.storage.address import S3Address

if TYPE_CHECKING:
    from obstore.store import ClientConfig, S3Config

CONNECT_S = 3
READER_S = 8
"""How long a person's request waits for one object, connecting included; when it failed, `LOOK_S` more."""

WORKER_S = 60
RETRIES = 4
"""How often who waits for no person asks again, within some seconds: a connection that breaks off is no outage."""

LOOK_S = 1
REST_S = 20
"""When the store does not answer, a process asks again only then: not every photo waits as long as the first."""

FAILURES = (BaseError, OSError)
NO_BUCKET = "NoSuchBucket"
NOTHING = "nothing-is-called-so/"


class Away(Exception):  # noqa: N818 - says what happened
    """The store did not answer in time, refused, or failed; the message is the failure's kind alone."""


class NotThere(Exception):  # noqa: N818 - says what happened
    """The store answers and has no such object."""


@dataclass
class Remote:
    """One store with one patience, in seconds. Made without a connection, so that a process may fork before."""

    address: S3Address
    patience_s: int = WORKER_S
    rest_s: int = REST_S
    retries: int = 0
    look_s: float = LOOK_S
    resting_until: float = 0.0

    @cached_property
    def _store(self) -> S3Store:
        return self._made(timedelta(seconds=self.patience_s), self.retries)

    @cached_property
    def _prompt(self) -> S3Store:
        return self._made(timedelta(seconds=self.look_s), 0)

    def _made(self, patience: timedelta, retries: int) -> S3Store:
        client: ClientConfig = {
            "connect_timeout": timedelta(seconds=CONNECT_S),
            "timeout": patience,
            "allow_http": self.address.is_plain,
        }
        config: S3Config = {"region": self.address.region, "checksum_algorithm": "SHA256"}
        if self.address.endpoint:
            config["endpoint"] = self.address.endpoint
        return S3Store(
            self.address.bucket,
            prefix=self.address.prefix or None,
            config=config,
            client_options=client,
            retry_config={"max_retries": retries, "retry_timeout": patience},
        )

    def put(self, name: str, data: bytes) -> None:
        """Store bytes under a name, whole or not at all; the store checks them against their SHA-256."""
        with self._asking(), _with_bucket():
            obstore.put(self._store, name, data, use_multipart=False)

    def read(self, name: str) -> bytes:
        """An object's bytes, not yet checked; NotThere, Away."""
        with self._asking():
            return bytes(obstore.get(self._store, name).bytes())

    def names(self, prefix: str) -> Iterator[str]:
        """The names below a prefix that ends at a `/`."""
        with self._asking():
            for page in obstore.list(self._store, prefix=prefix):
                yield from (each["path"] for each in page)

    def remove(self, name: str) -> None:
        """Remove an object; one that is not there is no harm."""
        with self._asking():
            obstore.delete(self._store, name)

    def look(self) -> None:
        """Ask the smallest question; Away."""
        with self._asking(about_one=False):
            _look(self._store)

    def _answers(self) -> bool:
        """Whether the store answers soon."""
        try:
            _look(self._prompt)
        except FAILURES:
            return False
        return True

    @contextmanager
    def _asking(self, *, about_one: bool = True) -> Iterator[None]:
        """Translate the library's failures, and rest after one when the store does not answer at all."""
        if time.perf_counter() < self.resting_until:
            raise Away("resting")
        try:
            yield
        except FileNotFoundError as error:
            if NO_BUCKET in str(error):
                raise Away(NO_BUCKET) from None
            raise NotThere from None
        except FAILURES as error:
            if not (about_one and self._answers()):
                self.resting_until = time.perf_counter() + self.rest_s
            raise Away(type(error).__name__) from None


def _look(store: S3Store) -> None:
    with _with_bucket():
        for _ in obstore.list(store, prefix=NOTHING):
            break


@contextmanager
def _with_bucket() -> Iterator[None]:
    """Where no object is asked for, what is not found is the bucket."""
    try:
        yield
    except FileNotFoundError:
        raise OSError("no such bucket") from None
