"""A photo's bytes checked at each reading, against hashing the same bytes in memory."""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench import city as cities
from bench.harness import Line, paired, seconds
from inspect_app.core.database import db
from inspect_app.core.storage import storage
from inspect_app.photos import queries
from inspect_app.photos.keeping import objects
from inspect_app.photos.keeping.objects import Kept

BYTES = 3_000_000
TIMES = 20


def lines() -> Iterator[Line]:
    with tempfile.TemporaryDirectory() as folder:
        city = cities.found(Path(folder))
        with city.app.app_context():
            data = os.urandom(BYTES)
            kept = Kept(sha256 := hashlib.sha256(data).hexdigest(), queries.ORIGINAL, sha256)
            storage().put(kept.kind, sha256, data)
            ours, bare = paired(lambda: _read(kept), lambda: _hash(data))
            yield Line(
                "photo checked at reading, 3 MB", ours, bare, "s", "at most", 3, "hashing them in memory"
            )
            db.engine.dispose()


def _read(kept: Kept) -> float:
    return seconds(lambda: [objects.state(kept) for _ in range(TIMES)])


def _hash(data: bytes) -> float:
    return seconds(lambda: [hashlib.sha256(data).digest() for _ in range(TIMES)])
