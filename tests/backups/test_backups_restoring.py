"""Restoring: into an empty place only, all of it or nothing, and a place half restored does not serve."""

import fcntl
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from flask_migrate import downgrade, upgrade
from sqlalchemy import text

from inspect_app.backups import manifest, place, restoring
from inspect_app.backups.errors import BackupError, Damaged, NoSpace, NotEmpty, Refused, Unfinished
from inspect_app.core.database import transaction
from inspect_app.core.storage import storage
from tests.backups.places import Acting, Interrupted, MakePlace, Place
from tests.backups.test_backups_damage import flipped, rewritten
from tests.clients import Api


def interrupt() -> None:
    raise Interrupted


def leave_mark(at: Place, words: str = "an archive") -> None:
    """As a killed restore leaves a place."""
    at.uploads.mkdir(exist_ok=True)
    (at.uploads / place.MARK).write_text(words)


# -- only into an empty place ------------------------------------------------------------------------------


def test_a_place_with_rows_is_refused_and_stays_as_it_is(city: Place, small_archive: Path) -> None:
    rows, objects = city.rows(), city.objects()
    with pytest.raises(
        NotEmpty, match=r"資料庫的 .+ 等 \d+ 個資料表有資料；儲存區有檔案（例如 photos/"
    ) as caught:
        city.restore(small_archive)

    assert "請先停止服務" in str(caught.value)
    assert (city.rows(), city.objects()) == (rows, objects)


def test_an_occupied_place_is_refused_before_long_work(city: Place, small_archive: Path) -> None:
    with pytest.raises(NotEmpty):
        city.restore(small_archive, progress=Acting("核對備份檔", interrupt))


@pytest.mark.every_database
def test_one_row_is_enough_to_refuse(empty: Place, small_archive: Path) -> None:
    with empty.app.app_context():
        upgrade()
        with transaction() as session:
            session.execute(text("INSERT INTO worker_beats VALUES ('w', '2026-11-23 00:00:00.000000')"))

    with pytest.raises(NotEmpty, match="worker_beats"):
        empty.restore(small_archive)


def test_one_stored_object_is_enough_to_refuse(empty: Place, small_archive: Path) -> None:
    with empty.app.app_context():
        kept = storage().put("photos/original", "ab" * 32, b"a photo")
    with pytest.raises(NotEmpty, match="儲存區有檔案"):
        empty.restore(small_archive)

    assert kept.read_bytes() == b"a photo"


@pytest.mark.every_database
@pytest.mark.parametrize("revision", ["base", "0002", "head"])
def test_a_place_migrated_to_any_revision_is_empty(empty: Place, small_archive: Path, revision: str) -> None:
    with empty.app.app_context():
        upgrade()
        if revision != "head":
            downgrade(revision=revision)

    assert len(empty.restore(small_archive).manifest.tables) > 10
    assert len(empty.rows()["users"]) == 11


def test_too_little_space_is_said_and_nothing_written(empty: Place, small_archive: Path) -> None:
    with pytest.raises(NoSpace, match="磁碟空間不足"):
        empty.restore(small_archive, free=lambda _path: 1024)

    assert empty.is_empty()


# -- all of it or nothing ----------------------------------------------------------------------------------


def test_a_damaged_archive_changes_nothing(empty: Place, small_archive: Path, tmp_path: Path) -> None:
    size = small_archive.stat().st_size
    with pytest.raises(Damaged, match="沒有還原任何資料。損壞處："):
        empty.restore(flipped(small_archive, size // 2, 1, tmp_path / "x.zip"))

    assert empty.is_empty()


def test_checking_only_reads(empty: Place, small_archive: Path) -> None:
    result = empty.flask("restore", "--check", str(small_archive))

    assert (result.exit_code, result.output.splitlines()[-1][:7]) == (0, "備份檔完好：1")
    assert empty.is_empty()


@pytest.mark.every_database
def test_rows_that_refer_to_nothing_undo_everything(
    empty: Place, small_archive: Path, tmp_path: Path
) -> None:
    """An archive well sealed, but without the organisations that its tenders name."""

    def without(told: manifest.Manifest) -> manifest.Manifest:
        tables = tuple(
            manifest.Table(each.name, each.columns) if each.name == "organisations" else each
            for each in told.tables
        )
        return msgspec.structs.replace(told, tables=tables)

    path = rewritten(small_archive, tmp_path / "x.zip", without, **{"tables/organisations/0001.jsonl": None})
    with pytest.raises(Refused):
        empty.restore(path)

    assert empty.is_empty()


@pytest.mark.every_database
@pytest.mark.parametrize("stage", ["寫入照片", "寫入資料表"])
def test_a_restore_that_fails_leaves_the_place_empty(empty: Place, small_archive: Path, stage: str) -> None:
    with pytest.raises(Interrupted):
        empty.restore(small_archive, progress=Acting(stage, interrupt, at_step=True))
    assert empty.is_empty()

    empty.restore(small_archive)
    assert len(empty.rows()["users"]) == 11


def test_a_member_that_decays_between_check_and_use_undoes_everything(
    empty: Place, small_archive: Path, tmp_path: Path
) -> None:
    path = tmp_path / "decaying.zip"
    path.write_bytes(small_archive.read_bytes())
    photo = path.read_bytes().index(b"photo 1 photo 1")

    def decay() -> None:
        with path.open("r+b") as file:
            file.seek(photo)
            file.write(b"P")

    with pytest.raises(Damaged, match="photos/original/"):
        empty.restore(path, progress=Acting("寫入照片", decay))

    assert empty.is_empty()


# -- half restored -----------------------------------------------------------------------------------------


def test_a_half_restored_place_does_not_serve(city: Place) -> None:
    leave_mark(city)
    api = Api(city.app.test_client())

    assert api.get("//healthz").status_code == 200
    for path in ("//readyz", "/me", "//sign-in"):
        answer = api.get(path)
        assert (answer.status_code, "restore_unfinished" in answer.text) == (503, path != "//sign-in")


@pytest.mark.parametrize("command", ["demo", "worker"])
def test_no_worker_and_no_demonstration_begin_in_a_half_restored_place(empty: Place, command: str) -> None:
    with empty.app.app_context():
        upgrade()
        leave_mark(empty)
        result = empty.flask(command)

    assert result.exit_code == 1
    assert "還原尚未完成" in result.output


def test_what_a_broken_off_restore_left_is_cleared_by_the_next(empty: Place, small_archive: Path) -> None:
    with empty.app.app_context():
        storage().put("photos/original", "ab" * 32, b"of another archive")
    leave_mark(empty)
    done = empty.restore(small_archive)

    assert not done.resumed
    assert not [name for name in empty.objects() if "abab" in name]
    assert Api(empty.app.test_client()).get("//healthz").status_code == 200


def test_a_restore_broken_off_after_its_rows_is_completed(
    empty: Place, demo_archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(restoring.flask_migrate, "upgrade", _failing_at_last(restoring.flask_migrate.upgrade))
    with pytest.raises(BackupError):
        empty.restore(demo_archive)
    monkeypatch.undo()
    assert (empty.uploads / place.MARK).exists()

    assert empty.restore(demo_archive).resumed
    assert len(empty.rows()["users"]) == 9
    assert not (empty.uploads / place.MARK).exists()


def test_another_archive_does_not_complete_it(empty: Place, demo_archive: Path, small_archive: Path) -> None:
    empty.restore(demo_archive)
    leave_mark(empty, "the identity of another")
    with pytest.raises(Unfinished, match="另一份備份"):
        empty.restore(small_archive)

    assert len(empty.rows()["users"]) == 9


def test_two_restores_into_one_place_do_not_mix(empty: Place, small_archive: Path) -> None:
    leave_mark(empty)
    with (empty.uploads / place.MARK).open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with pytest.raises(BackupError, match="另一個還原正在"):
            empty.restore(small_archive)

    assert (empty.uploads / place.MARK).exists()


def test_a_database_newer_than_the_program_is_refused(make_place: MakePlace, small_archive: Path) -> None:
    newer = make_place("sqlite")
    with newer.app.app_context():
        upgrade()
        with transaction() as session:
            session.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(BackupError, match="比本程式新"):
        newer.restore(small_archive)


def test_the_output_says_what_to_do_next(empty: Place, small_archive: Path) -> None:
    result = empty.flask("restore", str(small_archive))

    assert result.exit_code == 0
    assert "還原完成：115年11月23日 12:00 的 sqlite 資料庫" in result.output
    assert "請啟動背景程序與網頁，確認 /readyz 回 200" in result.output


def _failing_at_last(true: Callable[..., None]) -> Callable[..., None]:
    """Migrates to a named revision, but not to the newest."""

    def migrate(**to: str) -> None:
        if not to:
            raise SystemExit(1)
        true(**to)

    return migrate


def test_a_place_serves_only_when_its_last_migration_is_on_disk(
    empty: Place, small_archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    upgrade_, sync = restoring.flask_migrate.upgrade, restoring.os.sync

    def upgrading(**to: str) -> None:
        upgrade_(**to)
        done.append("migrated")

    def syncing() -> None:
        sync()
        done.append("on disk, half restored" if place.is_half_restored() else "on disk, too late")

    monkeypatch.setattr(restoring.flask_migrate, "upgrade", upgrading)
    monkeypatch.setattr(restoring.os, "sync", syncing)
    empty.restore(small_archive)

    assert done[-2:] == ["migrated", "on disk, half restored"]
