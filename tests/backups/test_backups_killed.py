"""Power failures: a process killed at any stage leaves no half archive and no half city."""

import multiprocessing
import os
import signal
from collections.abc import Callable
from pathlib import Path

import flask_migrate
import pytest

from inspect_app.backups import making, place, restoring
from tests.backups.places import Acting, Place
from tests.clients import Api

PATIENCE_S = 60
FORK = multiprocessing.get_context("fork")


def die(*_: object, **__: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def killed(folder: Path, url: str | None, work: Callable[[Place], object]) -> int | None:
    """Do the work in a process of its own, which ends as it ends; how it did."""
    process = FORK.Process(target=lambda: work(Place.at(folder, url)))
    process.start()
    process.join(PATIENCE_S)
    return process.exitcode


def url_of(at: Place) -> str:
    return str(at.app.config["SQLALCHEMY_DATABASE_URI"]).replace("+psycopg", "")


# -- backup ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stage", ["讀取資料表", "複製照片", "核對備份檔"])
def test_a_killed_backup_leaves_nothing_under_the_files_name(city: Place, tmp_path: Path, stage: str) -> None:
    target = tmp_path / "out" / "city.zip"
    target.parent.mkdir()

    assert killed(city.folder, None, lambda at: at.back_up(target, progress=Acting(stage, die, True))) == -9
    assert [path.suffix for path in target.parent.iterdir()] == [".part"]


def test_a_backup_killed_before_it_is_named_keeps_the_old_one(
    city: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "city.zip"
    target.write_bytes(b"last week's")
    monkeypatch.setattr(making, "_publish", die)

    assert killed(city.folder, None, lambda at: at.back_up(target, force=True)) == -9
    assert target.read_bytes() == b"last week's"


def test_after_a_killed_backup_the_next_one_works_once_its_lease_has_run_out(
    city: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "out" / "city.zip"
    target.parent.mkdir()
    killed(city.folder, None, lambda at: at.back_up(target, progress=Acting("複製照片", die, True)))
    city.app.extensions["chahe.clock"].instant += city.app.extensions["chahe.pace"].lease * 2
    city.back_up(target)

    assert [path.name for path in target.parent.iterdir()] == ["city.zip"]


# -- restore -----------------------------------------------------------------------------------------------


def kill_at(stage: str, monkeypatch: pytest.MonkeyPatch) -> Acting:
    """Progress that kills at a stage; «migrations» are the moments before, «commit» those after the rows."""
    if stage == "before the tables":
        monkeypatch.setattr(restoring, "_migrate_to", die)
    if stage == "before the commit":
        monkeypatch.setattr(restoring, "_check_rows", die)
    if stage == "after the commit":
        true = flask_migrate.upgrade
        monkeypatch.setattr(flask_migrate, "upgrade", lambda **to: true(**to) if to else die())
    return Acting(stage, die, at_step=True)


STAGES = ["寫入照片", "before the tables", "寫入資料表", "before the commit", "after the commit"]


@pytest.mark.every_database
@pytest.mark.parametrize("stage", STAGES)
def test_a_killed_restore_leaves_no_city_and_the_next_one_makes_it_whole(
    empty: Place, demo_city: Place, demo_archive: Path, stage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    progress = kill_at(stage, monkeypatch)
    code = killed(empty.folder, url_of(empty), lambda at: at.restore(demo_archive, progress=progress))
    monkeypatch.undo()
    assert code == -9
    assert (empty.uploads / place.MARK).exists()
    assert Api(empty.app.test_client()).get("//readyz").status_code == 503

    done = empty.restore(demo_archive)

    assert done.resumed == (stage == "after the commit")
    assert empty.rows() == demo_city.rows()
    assert empty.objects() == demo_city.named_objects()
    assert Api(empty.app.test_client()).get("/me").status_code == 401
