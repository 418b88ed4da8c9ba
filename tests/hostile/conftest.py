"""The world that is attacked: one a process, put back before every test."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from inspect_app import create_app
from inspect_app.core.clock import FixedClock
from inspect_app.core.database import db
from tests import builders
from tests.api.photo_samples import visit
from tests.conftest import MORNING
from tests.databases import settings_for
from tests.hostile.served import Served, serving
from tests.hostile.world import World, build


@pytest.fixture(scope="session")
def built(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("hostile")
    path = folder / "chahe.sqlite3"
    shutil.copy(sqlite_template, path)
    settings = settings_for(folder, DATABASE_URL=f"sqlite:///{path}", IMPORT_HOSTS="data.example")
    app = create_app(settings, FixedClock(MORNING))
    app.config["PROPAGATE_EXCEPTIONS"] = False
    world = World(app, path, settings.uploads_dir)
    build(world)
    yield world
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="module")
def served(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A real server with the cast, and an inspection that its leader has started."""
    folder = tmp_path_factory.mktemp("served")
    shutil.copy(sqlite_template, folder / "chahe.sqlite3")
    environ = {
        "CHAHE_ENV": "test",
        "DATA_DIR": str(folder),
        "DATABASE_URL": f"sqlite:///{folder / 'chahe.sqlite3'}",
        "SECRET_KEY": "a secret key for tests and for nothing else",
        "LOG_LEVEL": "ERROR",
        "WEB_PATIENCE_S": "2",
    }
    app = create_app(settings_for(folder, DATABASE_URL=environ["DATABASE_URL"]))
    world = World(app, folder / "chahe.sqlite3", folder / "uploads")
    with world.write() as session:
        builders.people(session)
        token = builders.token(session, "leader")
    inspection = visit(world.write)
    with app.app_context():
        db.engine.dispose()
    with serving(environ, token, inspection) as running:
        yield running


@pytest.fixture
def world(built: World) -> World:
    """Everything as it was built."""
    built.restore()
    return built
