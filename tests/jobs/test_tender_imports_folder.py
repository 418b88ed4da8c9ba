"""The watched folder: finished files are imported once and moved away, whatever happens in between."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from inspect_app.core.clock import FixedClock
from inspect_app.core.database import session
from inspect_app.core.settings import SettingsError
from inspect_app.tenders.imports import folder, jobs, queries
from inspect_app.tenders.imports.models import TenderImport
from tests.clients import Api
from tests.conftest import MakeApp
from tests.databases import settings_for
from tests.import_samples import listed, turn, work, written

MINUTE = timedelta(minutes=1)
AsUser = Callable[[str], Api]


@pytest.fixture
def watched(tmp_path: Path) -> Path:
    place = tmp_path / "in"
    place.mkdir()
    return place


@pytest.fixture
def app(make_app: MakeApp, watched: Path) -> Flask:
    """The application with a watched folder."""
    return make_app(IMPORT_FOLDER=str(watched))


@pytest.fixture
def look(app: Flask, as_user: AsUser, fixed_clock: FixedClock) -> Callable[[int], None]:
    """`look(2)`: the worker looks twice, a minute apart, and does what waits. Its source is `月報*.csv`."""
    as_user("staff").post("/tenders/import-sources", {"name": "月報", "pattern": "月報*.csv"})

    def some(times: int) -> None:
        for _ in range(times):
            with app.app_context():
                jobs.watch(turn())
            work(app)
            fixed_clock.instant += MINUTE

    return some


Look = Callable[[int], None]


def findings(app: Flask) -> dict[str, str]:
    with app.app_context():
        return {name: reason for name, reason, _ in queries.findings(session())}


def states(app: Flask) -> list[str]:
    with app.app_context():
        return list(session().scalars(select(TenderImport.state).order_by(TenderImport.created_at)))


@pytest.mark.every_database
def test_a_file_that_lies_still_is_imported_and_moved_away(app: Flask, look: Look, watched: Path) -> None:
    (watched / "月報十月.csv").write_bytes(listed(3))
    look(1)
    first = written(app)
    look(2)

    assert (first, written(app)) == ((0, 0), (3, 1))
    assert sorted(path.name for path in watched.rglob("*")) == [
        "done",
        "月報十月.csv",
        "月報十月.csv.result.txt",
    ]
    assert "新增：3 列" in (watched / "done" / "月報十月.csv.result.txt").read_text("utf-8")


def test_a_file_that_still_grows_is_left_alone(app: Flask, look: Look, watched: Path) -> None:
    file = watched / "月報.csv"
    for rows in (1, 2, 3):
        file.write_bytes(listed(rows))
        look(1)
    before = written(app)
    look(1)

    assert (before, written(app)) == ((0, 0), (3, 1))


@pytest.mark.parametrize("name", [".月報.csv", "~$月報.csv", "月報.csv.part", "月報.csv~", "月報.csv.TMP"])
def test_hidden_and_unfinished_files_are_not_looked_at(
    app: Flask, look: Look, watched: Path, name: str
) -> None:
    (watched / name).write_bytes(listed(1))
    look(3)

    assert (written(app), findings(app), (watched / name).exists()) == ((0, 0), {}, True)


def test_a_link_is_not_followed(app: Flask, look: Look, watched: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_bytes(listed(1))
    (watched / "月報.csv").symlink_to(tmp_path / "elsewhere")
    look(3)

    assert written(app) == (0, 0)


def test_a_file_of_no_source_is_told_and_stays(
    app: Flask, look: Look, watched: Path, as_user: AsUser
) -> None:
    (watched / "季報.csv").write_bytes(listed(1))
    look(3)
    told = findings(app)
    as_user("staff").post("/tenders/import-sources", {"name": "季報", "pattern": "季*.csv"})
    look(2)

    assert "沒有來源" in told["季報.csv"]
    assert (written(app), findings(app)) == ((1, 1), {})


def test_a_file_of_two_sources_is_told_and_stays(
    app: Flask, look: Look, watched: Path, as_user: AsUser
) -> None:
    as_user("staff").post("/tenders/import-sources", {"name": "別的", "pattern": "*.csv"})
    (watched / "月報.csv").write_bytes(listed(1))
    look(3)

    assert "符合多個來源的檔名樣式：別的、月報" in findings(app)["月報.csv"]
    assert written(app) == (0, 0)


def test_the_same_bytes_again_are_noted_and_not_imported(app: Flask, look: Look, watched: Path) -> None:
    for name in ("月報甲.csv", "月報乙.csv"):
        (watched / name).write_bytes(listed(2))
        look(3)

    assert states(app) == ["done", "cancelled"]
    assert written(app) == (2, 1)
    assert "內容與" in (watched / "done" / "月報乙.csv.result.txt").read_text("utf-8")


def test_a_file_of_the_same_name_gets_another_name(app: Flask, look: Look, watched: Path) -> None:
    for rows in (2, 3):
        (watched / "月報.csv").write_bytes(listed(rows))
        look(3)

    assert (watched / "done" / "月報 (2).csv").exists()
    assert written(app) == (3, 2)


def test_what_cannot_be_read_goes_to_failed_with_the_reason(app: Flask, look: Look, watched: Path) -> None:
    (watched / "月報.csv").write_bytes(b"\0")
    look(3)

    assert states(app) == ["failed"]
    assert "不是文字檔" in (watched / "failed" / "月報.csv.result.txt").read_text("utf-8")


def test_a_worker_killed_before_the_file_is_moved_does_not_import_it_twice(
    app: Flask, look: Look, watched: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (watched / "月報.csv").write_bytes(listed(2))
    with monkeypatch.context() as killed:
        killed.setattr(folder, "_settle", lambda *_: None)
        look(4)
    left = (watched / "月報.csv").exists()
    look(1)

    assert (left, states(app), written(app)) == (True, ["done"], (2, 1))
    assert (watched / "done" / "月報.csv").exists()


def test_a_worker_killed_between_move_and_note_is_no_trouble(
    app: Flask, look: Look, watched: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (watched / "月報.csv").write_bytes(listed(2))
    with monkeypatch.context() as killed:
        killed.setattr(folder, "_settled", lambda _: None)
        look(4)
    look(1)
    (watched / "月報.csv").write_bytes(listed(2))
    look(3)

    assert states(app) == ["done", "cancelled"]


def test_a_folder_that_is_away_is_told_and_comes_back(app: Flask, look: Look, watched: Path) -> None:
    watched.rmdir()
    look(2)
    told = findings(app)
    watched.mkdir()
    (watched / "月報.csv").write_bytes(listed(1))
    look(3)

    assert "資料夾無法讀取" in told[""]
    assert (findings(app), written(app)) == ({}, (1, 1))


def test_findings_stand_above_the_list_of_imports(
    app: Flask, look: Look, watched: Path, as_user: AsUser
) -> None:
    (watched / "季報.csv").write_bytes(listed(1))
    look(3)
    text = as_user("staff").send("GET", "//tenders/imports", headers={"Accept": "text/html"}).text

    assert "沒有來源的檔名樣式符合" in text


def test_a_folder_is_named_by_its_whole_path(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="IMPORT_FOLDER"):
        settings_for(tmp_path, IMPORT_FOLDER="in")
