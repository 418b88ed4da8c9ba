"""Making a backup: under its name whole or not at all, and nothing that is missing goes unsaid."""

import errno
import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from flask import current_app
from sqlalchemy import text

from inspect_app.backups import container, making, progress
from inspect_app.backups.errors import BackupError, Incomplete, NoSpace, Refused
from inspect_app.core import jobs, leases, runs
from inspect_app.core.database import transaction
from tests.backups.places import Acting, Place


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """Where a backup goes: a folder of its own, so that what else is left there is seen."""
    folder = tmp_path / "backups"
    folder.mkdir()
    return folder / "city.zip"


def originals(place: Place) -> list[Path]:
    return sorted(path for path in (place.uploads / "photos/original").rglob("*") if path.is_file())


def name_of(place: Place, path: Path) -> str:
    return str(path.relative_to(place.uploads))


# -- the file ----------------------------------------------------------------------------------------------


def test_an_archive_is_for_its_owner_alone(city: Place, target: Path) -> None:
    city.back_up(target)

    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert list(target.parent.iterdir()) == [target]


def test_an_existing_file_is_overwritten_only_when_told(city: Place, target: Path) -> None:
    target.write_bytes(b"last week's")
    refused = city.flask("backup", str(target))
    kept = target.read_bytes()
    forced = city.flask("backup", "--force", str(target))

    assert (refused.exit_code, forced.exit_code) == (1, 0)
    assert "已存在，沒有覆寫" in refused.output
    assert kept == b"last week's"
    assert target.read_bytes().startswith(b"PK")


def test_a_file_that_appears_meanwhile_is_not_overwritten(city: Place, target: Path) -> None:
    with pytest.raises(BackupError, match="已存在"):
        city.back_up(target, progress=Acting("複製照片", lambda: target.write_bytes(b"another's")))

    assert target.read_bytes() == b"another's"


def test_a_folder_that_is_missing_is_named(city: Place, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="nowhere 不存在"):
        city.back_up(tmp_path / "nowhere" / "city.zip")
    with pytest.raises(BackupError, match="是資料夾"):
        city.back_up(tmp_path)


def test_too_little_space_is_said_before_anything_is_written(city: Place, target: Path) -> None:
    with pytest.raises(NoSpace, match=r"需要 .+iB，目前可用 1.0 KiB"):
        city.back_up(target, free=lambda _path: 1024)

    assert list(target.parent.iterdir()) == []


def test_a_disk_that_fills_up_leaves_no_file(
    city: Place, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_self: object, _data: bytes) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(container.Sink, "write", full)
    with pytest.raises(BackupError, match="No space left on device"):
        city.back_up(target)

    assert list(target.parent.iterdir()) == []


def test_what_a_killed_backup_left_is_swept_and_what_another_writes_is_not(city: Place, target: Path) -> None:
    dead, alive = (target.with_name(f".city.zip.{word}.part") for word in ("dead", "alive"))
    dead.touch()
    with alive.open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        city.back_up(target)

    assert sorted(target.parent.iterdir()) == [alive, target]


def test_a_database_that_was_never_migrated_has_nothing_to_back_up(empty: Place, target: Path) -> None:
    with pytest.raises(Refused, match="資料庫尚未建立"):
        empty.back_up(target)

    assert list(target.parent.iterdir()) == []


def test_a_value_that_its_column_cannot_have_is_said_by_table(city: Place, target: Path) -> None:
    with city.app.app_context(), transaction() as session:
        session.execute(text("UPDATE users SET created_at = 'last spring' WHERE username = 'staff'"))
    with pytest.raises(Refused, match="資料表 users 有無法讀取的值"):
        city.back_up(target)

    assert list(target.parent.iterdir()) == []


def test_an_archive_that_the_disk_gives_back_otherwise_is_not_kept(
    city: Place, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a failing disk or memory would have it: the photo's bytes change on their way."""
    true = container.Sink.write

    def wrong(sink: container.Sink, data: bytes) -> None:
        true(sink, data)
        sink.digest.update(b"!" if data.startswith(b"photo 0") else b"")

    monkeypatch.setattr(container.Sink, "write", wrong)
    with pytest.raises(BackupError, match="讀回不符，沒有留下檔案：photos/original/"):
        city.back_up(target)

    assert list(target.parent.iterdir()) == []


def test_progress_is_told_in_lines_where_nobody_watches(city: Place, target: Path) -> None:
    lines = city.flask("backup", str(target)).output.splitlines()

    assert isinstance(progress.for_terminal(), progress.Lines)
    assert lines[0] == "讀取資料表"
    assert {"複製照片 100 %", "核對備份檔 100 %"} <= set(lines)
    assert lines[-2].startswith(f"備份完成：{target}（")


# -- stored bytes ------------------------------------------------------------------------------------------


def test_a_photo_that_is_gone_is_named_and_the_archive_kept_and_marked(city: Place, target: Path) -> None:
    gone = originals(city)[0]
    gone.unlink()
    result = city.flask("backup", str(target))
    checked = city.flask("restore", "--check", str(target))

    assert result.exit_code == 3
    assert f"{name_of(city, gone)}：找不到檔案" in result.output
    assert checked.exit_code == 0
    assert f"{name_of(city, gone)}：找不到檔案" in checked.output


def test_a_photo_whose_bytes_changed_is_named(city: Place, target: Path) -> None:
    changed = originals(city)[0]
    changed.write_bytes(b"not what it was")
    faults = city.back_up(target).manifest.faults

    assert [(fault.name, fault.reason) for fault in faults] == [
        (name_of(city, changed), "內容與檔名所載的 SHA-256 不符")
    ]


def test_a_photo_that_cannot_be_read_is_named(city: Place, target: Path) -> None:
    lost = originals(city)[0]
    lost.unlink()
    lost.mkdir()
    faults = city.back_up(target).manifest.faults

    assert [(fault.name, fault.reason) for fault in faults] == [
        (name_of(city, lost), "無法讀取（Is a directory）")
    ]


def test_a_marked_archive_is_restored_only_when_told(city: Place, empty: Place, target: Path) -> None:
    gone, changed = originals(city)
    gone.unlink()
    changed.write_bytes(b"not what it was")
    city.back_up(target)
    rest = {name: data for name, data in city.objects().items() if "original" not in name}
    with pytest.raises(Incomplete, match=r"2 個檔案遺失或損壞.*--incomplete"):
        empty.restore(target)
    assert empty.is_empty()

    empty.restore(target, incomplete=True)

    assert empty.objects() == rest
    assert empty.rows() == city.rows()


# -- others at work ----------------------------------------------------------------------------------------


def test_photos_are_not_cleared_while_they_are_copied(city: Place, target: Path) -> None:
    tried: list[str] = []

    def clear() -> None:
        try:
            with runs.holding(city.app, making.REMOVAL):
                tried.append("cleared")
        except leases.LeaseTaken:
            tried.append("waited")

    for stage in ("讀取資料表", "複製照片"):
        city.back_up(target, force=True, progress=Acting(stage, clear))
    clear()

    assert tried == ["waited", "waited", "cleared"]


def test_the_job_that_is_kept_from_running_is_the_one_that_clears_photos(city: Place) -> None:
    with city.app.app_context():
        assert current_app.extensions["chahe.jobs"]
        assert making.REMOVAL in {job.name for job in jobs.declared()}


def test_a_backup_that_cannot_keep_the_clearing_off_is_not_kept(
    city: Place, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def lost(*_: object, **__: object) -> Iterator[making.Check]:
        def check() -> None:
            raise jobs.LeaseLost

        yield check

    monkeypatch.setattr(runs, "holding", lost)
    with pytest.raises(BackupError, match="無法持續阻止照片清除"):
        city.back_up(target)

    assert list(target.parent.iterdir()) == []


def test_a_backup_waits_for_the_clearing_and_then_gives_up(
    city: Place, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "PATIENCE", timedelta(0))
    with runs.holding(city.app, making.REMOVAL), pytest.raises(BackupError, match="請稍後再執行"):
        city.back_up(target)

    assert list(target.parent.iterdir()) == []
