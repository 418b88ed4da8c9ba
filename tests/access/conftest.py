"""The world of the matrix, built once a process and put back after every request that changed it."""

from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.access import objects, stages
from tests.access.stages import Stages
from tests.access.world import World, opened


@pytest.fixture(scope="session")
def built(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world with every kind of object, saved as `whole`."""
    with opened(sqlite_template, tmp_path_factory.mktemp("access")) as world:
        objects.build(world)
        world.save("whole")
        yield world


@pytest.fixture
def world(built: World) -> World:
    """That world as it was built, whatever an earlier test did to it."""
    if built.changed:
        built.restore("whole")
    return built


@pytest.fixture(scope="session")
def staged(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stages]:
    """A city with and without a secret visit, saved at every stage; its disks are always equally full."""
    usage = psutil.disk_usage("/")
    with (
        pytest.MonkeyPatch.context() as patch,
        opened(sqlite_template, tmp_path_factory.mktemp("stages")) as world,
    ):
        patch.setattr(psutil, "disk_usage", lambda _: usage)
        yield stages.build(world)
