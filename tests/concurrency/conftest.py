"""Served applications, one for each database and number of processes, kept for the whole run."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.concurrency.arena import Arena
from tests.databases import Postgres

OpenArena = Callable[..., Arena]


@pytest.fixture(scope="session")
def open_arena(
    request: pytest.FixtureRequest, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OpenArena]:
    """`open_arena("sqlite", processes=2, threads=4)` is a new one; all are closed at the end of the run."""
    arenas: list[Arena] = []

    def opened(database: str, **server: object) -> Arena:
        folder = tmp_path_factory.mktemp("arena")
        if database == "sqlite":
            shutil.copy(sqlite_template, folder / "chahe.sqlite3")
            url = f"sqlite:///{folder / 'chahe.sqlite3'}"
        else:
            postgres: Postgres = request.getfixturevalue("postgres")
            url = postgres.url(postgres.create(request.getfixturevalue("postgres_template")))
        arenas.append(Arena.opened(folder, url, **server))
        return arenas[-1]

    yield opened
    for arena in arenas:
        arena.close()


@pytest.fixture(scope="session")
def arenas(open_arena: OpenArena) -> dict[str, Arena]:
    """Those opened so far, by database: two processes of four threads each."""
    return {}


@pytest.fixture
def arena(database: str, arenas: dict[str, Arena], open_arena: OpenArena) -> Arena:
    """The running one of the test's database; its rows stay from test to test."""
    if database not in arenas:
        arenas[database] = open_arena(database, processes=2, threads=4)
    return arenas[database]
