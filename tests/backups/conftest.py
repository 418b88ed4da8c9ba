"""The demonstration city, loaded once, and small cities and empty places for each test."""

import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from inspect_app.core.database import db, transaction
from inspect_app.core.storage import storage
from inspect_app.demo import loading
from tests import builders
from tests.backups.places import NOON, MakePlace, Place
from tests.databases import Postgres


@pytest.fixture(scope="session")
def demo_city(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """The demonstration city on SQLite; no test changes it."""
    folder = tmp_path_factory.mktemp("demo")
    shutil.copy(sqlite_template, folder / "chahe.sqlite3")
    place = Place.at(folder)
    with place.app.app_context():
        loading.load_if_empty()
    yield place
    place.close()


@pytest.fixture(scope="session")
def demo_archive(demo_city: Place, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its backup."""
    return demo_city.back_up(tmp_path_factory.mktemp("archive") / "demo.zip").path


@pytest.fixture
def make_place(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[MakePlace]:
    """`make_place("postgresql")` is an application on a new database without a table, and an empty storage."""
    made: list[tuple[Place, str | None]] = []

    def make(kind: str) -> Place:
        folder, name = tmp_path / f"place{len(made)}", None
        if kind == "postgresql":
            server: Postgres = request.getfixturevalue("postgres")
            name = server.create()
            place = Place.at(folder, server.url(name))
        else:
            place = Place.at(folder)
        made.append((place, name))
        return place

    yield make
    for place, name in made:
        place.close()
        if name:
            request.getfixturevalue("postgres").drop(name)


@pytest.fixture
def empty(make_place: MakePlace, database: str) -> Place:
    """An empty place on the test's kind of database."""
    return make_place(database)


def settle(place: Place) -> None:
    """People, one tender and two stored photos: the smallest city worth keeping."""
    with place.app.app_context(), transaction() as session:
        builders.people(session)
        builders.tender(session)
        for number in range(2):
            original = f"photo {number} ".encode() * 300
            sha256 = hashlib.sha256(original).hexdigest()
            row = {"sha256": sha256, "bytes": len(original), "mime": "image/jpeg", "width": 4, "height": 3}
            session.execute(db.metadata.tables["photos"].insert(), row | {"created_at": NOON})
            for size in ("original", "web", "thumb"):
                storage().put(f"photos/{size}", sha256, original if size == "original" else size.encode() * 9)


@pytest.fixture(scope="session")
def settled(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small city's folder, copied for each test."""
    folder = tmp_path_factory.mktemp("settled")
    shutil.copy(sqlite_template, folder / "chahe.sqlite3")
    place = Place.at(folder)
    settle(place)
    place.close()
    return folder


@pytest.fixture
def city(tmp_path: Path, settled: Path) -> Iterator[Place]:
    """A small city on SQLite, the test's own."""
    shutil.copytree(settled, tmp_path / "city")
    place = Place.at(tmp_path / "city")
    yield place
    place.close()


@pytest.fixture(scope="session")
def anywhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """An application for what touches neither database nor storage."""
    place = Place.at(tmp_path_factory.mktemp("anywhere"))
    yield place
    place.close()


@pytest.fixture(scope="session")
def small_archive(settled: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The small city's backup; no test changes it."""
    folder = tmp_path_factory.mktemp("small") / "city"
    shutil.copytree(settled, folder)
    place = Place.at(folder)
    yield place.back_up(folder / "small.zip").path
    place.close()
