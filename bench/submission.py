"""A submission of 60 items at 16 connections, against a bare handler that inserts the same items."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

from bench import city as cities
from bench.harness import Line, middle
from bench.load import Load, hammer, served
from tests.databases import running_postgres

SECONDS, ROUNDS = 2, 7
MOST = 1000 * SECONDS
"""More than one run can send: ours starts as many visits, the floor gets four times as many bodies."""


def lines() -> Iterator[Line]:
    """Throughput and the tail of the waiting time, on both databases."""
    with tempfile.TemporaryDirectory() as folder:
        yield from _lines("SQLite", Path(folder), None)
    with running_postgres(durable=True) as server, tempfile.TemporaryDirectory() as folder:
        yield from _lines("PostgreSQL", Path(folder), server.url(server.create()))


def _lines(kind: str, folder: Path, url: str | None) -> Iterator[Line]:
    city = cities.found(folder, url)
    bare = {"DATABASE_URL": url or f"sqlite:///{folder / 'bare.sqlite3'}"}
    with (
        served("bench.servers.ours", cities.environment(folder, url)) as our_server,
        served("bench.servers.bare", bare) as bare_server,
    ):
        sides = (lambda: _ours(city, our_server)), (lambda: _bare(city, bare_server))
        ours, floor = middle(sides, lambda load: load.per_second, ROUNDS)
    per = "bare WSGI handler, raw inserts"
    yield Line(f"submission, {kind}", ours.per_second, floor.per_second, "1/s", "at least", 0.2, per)
    yield Line(f"submission p99, {kind}", ours.p99_ms, ours.median_ms, "ms", "at most", 4, "its own median")


def _ours(city: cities.City, address: str) -> Load:
    return hammer(address, _requests(city, cities.start_visits(city, MOST)), city.token, SECONDS)


def _bare(city: cities.City, address: str) -> Load:
    return hammer(address, _requests(city, [uuid4() for _ in range(4 * MOST)]), city.token, SECONDS)


def _requests(city: cities.City, visits: list[UUID]) -> Path:
    path = city.folder / "requests.tsv"
    cities.write_requests(city, visits, path)
    return path
