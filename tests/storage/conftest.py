"""An application with a spool and a real S3-speaking server, and photos in it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from inspect_app.core import clock
from inspect_app.core.clock import FixedClock
from inspect_app.core.database import session
from inspect_app.core.storage import remote, storage
from inspect_app.photos import queries
from inspect_app.photos.keeping import findings, ledger, objects, offloading, scrubbing
from inspect_app.photos.keeping.models import StorageFinding
from tests.api.photo_samples import picture, put, sha, visit
from tests.clients import Api
from tests.conftest import MakeApp, Write
from tests.stores import CREDENTIALS, Store, running

DATA = picture(0)
SHA = sha(DATA)
READER_S, WORKER_S, LOOK_S = 1, 2, 0.3
"""The tests' patience with a store that does not answer; the application's own is longer."""

AsUser = Callable[[str], Api]


def check() -> None:
    """Nobody else takes over."""


@pytest.fixture(scope="session")
def one_store() -> Iterator[Store]:
    with running() as store:
        yield store


@pytest.fixture
def store(one_store: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    """A store without objects; one that a test killed is started again."""
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    one_store.reset()
    return one_store


@pytest.fixture
def app(make_app: MakeApp, store: Store) -> Flask:
    """The application with a spool and S3."""
    return made_impatient(make_app(STORAGE_URL=store.url))


def made_impatient(app: Flask) -> Flask:
    kept = app.extensions["chahe.storage"]
    kept.remote.patience_s, kept.quick.patience_s = WORKER_S, READER_S
    kept.remote.rest_s = 0
    kept.remote.look_s = kept.quick.look_s = LOOK_S
    return app


@dataclass(frozen=True)
class Keeping:
    """What the worker does, and what lies where."""

    app: Flask
    clock: FixedClock

    def offload(self) -> Any:
        with self.app.app_context():
            return offloading.offload(clock.now(), check)

    def scrub(self) -> Any:
        with self.app.app_context():
            return scrubbing.scrub(clock.now(), check)

    def later(self, **span: float) -> None:
        self.clock.instant += timedelta(**span)

    def path(self, size: str, sha256: str = SHA) -> Path:
        with self.app.app_context():
            return queries.paths(sha256, size)

    def here(self) -> set[str]:
        """The sizes of DATA in the spool."""
        return {size for size in queries.SIZES if self.path(size).exists()}

    def there(self) -> list[str]:
        """What S3 holds, by name."""
        with self.app.app_context():
            return sorted(self._remote().names("photos/"))

    def flip_there(self, size: str) -> None:
        """One bit of an object in S3 is another."""
        with self.app.app_context():
            name = objects.Kept(SHA, size, None).name
            self._remote().put(name, flipped(self._remote().read(name)))

    def put_there(self, size: str, data: bytes) -> None:
        with self.app.app_context():
            self._remote().put(objects.Kept(SHA, size, None).name, data)

    def remove_there(self, size: str) -> None:
        with self.app.app_context():
            self._remote().remove(objects.Kept(SHA, size, None).name)

    def evict(self) -> int:
        """Make all the room there is, as if nothing had been used lately."""
        with self.app.app_context():
            return offloading.make_room(0, clock.now() + timedelta(days=36_500), check)

    def waiting(self) -> list[str]:
        with self.app.app_context():
            return [photo.sha256 for photo in ledger.waiting(session(), "", 100)]

    def findings(self) -> list[StorageFinding]:
        with self.app.app_context():
            return findings.every(session())

    def told(self) -> list[tuple[str, str, str, str | None]]:
        """Findings as (place, size or stray name, kind, healed from)."""
        return [
            (each.place, each.name.split("/")[1] if each.name else "", each.kind, each.healed_from)
            for each in self.findings()
        ]

    def _remote(self) -> remote.Remote:
        found = storage().remote
        assert found is not None
        return found


def flipped(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]


@pytest.fixture
def keeping(app: Flask, fixed_clock: FixedClock) -> Keeping:
    return Keeping(app, fixed_clock)


@pytest.fixture
def inspection(write: Write, people: object) -> UUID:
    return visit(write)


@pytest.fixture
def leader(as_user: AsUser) -> Api:
    return as_user("leader")


@pytest.fixture
def sent(leader: Api, inspection: UUID) -> UUID:
    """The inspection for which the leader has sent DATA."""
    assert put(leader, inspection, DATA).status_code == 201
    return inspection
