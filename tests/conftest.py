"""An application on a database of its own for every test, people to act as, and two clients.

A test runs on SQLite; one marked `every_database` runs on SQLite and on PostgreSQL.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from inspect_app import create_app
from inspect_app.core.clock import TAIPEI, FixedClock
from inspect_app.core.database import db, transaction
from tests import builders
from tests.clients import Api, Page
from tests.databases import Postgres, migrate_to_head, running_postgres, settings_for

MORNING = datetime(2026, 11, 23, 9, 0, tzinfo=TAIPEI).astimezone(UTC)
"""When every test begins: a Monday, a working day."""

DATABASES = ("sqlite", "postgresql")

Write = Callable[[], AbstractContextManager[Session]]
MakeApp = Callable[..., Flask]


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "every_database: runs on SQLite and on PostgreSQL")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if metafunc.definition.get_closest_marker("every_database"):
        metafunc.parametrize("database", DATABASES, indirect=True)


# -- databases ---------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One server a run, started when first asked for; nothing of it stays."""
    with running_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, copied for each test."""
    folder = tmp_path_factory.mktemp("template")
    path = folder / "template.sqlite3"
    migrate_to_head(f"sqlite:///{path}", folder)
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A migrated PostgreSQL database's name, copied for each test."""
    name = postgres.create()
    migrate_to_head(postgres.url(name), tmp_path_factory.mktemp("template"))
    return name


@pytest.fixture
def database(request: pytest.FixtureRequest) -> str:
    """Which database the test runs on."""
    return str(getattr(request, "param", "sqlite"))


@pytest.fixture
def database_url(database: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """A migrated database without rows, the test's own."""
    if database == "sqlite":
        copy = tmp_path / "chahe.sqlite3"
        shutil.copy(request.getfixturevalue("sqlite_template"), copy)
        yield f"sqlite:///{copy}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    name = server.create(request.getfixturevalue("postgres_template"))
    yield server.url(name)
    server.drop(name)


@pytest.fixture
def empty_database_url(database: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """A database without even a table, for migrations."""
    if database == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.sqlite3'}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    name = server.create()
    yield server.url(name)
    server.drop(name)


# -- the application -----------------------------------------------------------------------------------


@pytest.fixture
def fixed_clock() -> FixedClock:
    """The application's clock: it stands at MORNING until a test sets `instant`."""
    return FixedClock(MORNING)


@pytest.fixture
def make_app(tmp_path: Path, database_url: str, fixed_clock: FixedClock) -> Iterator[MakeApp]:
    """Makes an application on the test's database; settings may be varied by their variables' names."""
    made: list[Flask] = []

    def make(**variables: str) -> Flask:
        settings = settings_for(tmp_path, **({"DATABASE_URL": database_url} | variables))
        made.append(create_app(settings, fixed_clock))
        return made[-1]

    yield make
    for each in made:
        with each.app_context():
            db.engine.dispose()


@pytest.fixture
def app(make_app: MakeApp) -> Flask:
    """The application on a migrated database without rows."""
    return make_app()


@pytest.fixture
def write(app: Flask) -> Write:
    """`with write() as session:` is one committed transaction, for builders and services."""

    @contextmanager
    def one() -> Iterator[Session]:
        with app.app_context(), transaction() as session:
            yield session

    return one


@pytest.fixture
def people(write: Write) -> dict[str, UUID]:
    """The whole cast, added; ids by username."""
    with write() as session:
        return builders.people(session)


# -- clients -----------------------------------------------------------------------------------------------


@pytest.fixture
def client(app: Flask) -> Api:
    """The API without a token."""
    return Api(app.test_client())


@pytest.fixture
def as_user(app: Flask, write: Write, people: dict[str, UUID]) -> Callable[[str], Api]:
    """`as_user("staff")` is the API with that person's token."""

    def sign_in(username: str) -> Api:
        assert username in people
        with write() as session:
            return Api(app.test_client(), builders.token(session, username))

    return sign_in


@pytest.fixture
def page(app: Flask) -> Page:
    """A browser in which nobody is signed in."""
    return Page(app.test_client())
