"""The operations page and its data: for the administrator alone, and saying what to do."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from inspect_app.core import clock, health, jobs
from inspect_app.core.jobs import Daily, Job
from inspect_app.core.runs import JobRun
from inspect_app.operations import measuring, queries, settings_view
from inspect_app.photos.keeping import scrubbing
from tests import builders
from tests.clients import Api, Page
from tests.conftest import MORNING, MakeApp, Write
from tests.inspections_builders import AsUser, Ids, Visit, sha256, submission_body

SLOT = Daily(MORNING.replace(hour=6, minute=0).time())
"""At six o'clock in Taipei: three hours before the tests' morning."""

DUE = SLOT.latest(MORNING)
SWEEP = Job("attic.sweep", "打掃閣樓", SLOT, lambda _turn: {})
Read = Callable[[], dict[str, Any]]


@pytest.fixture
def read(as_user: AsUser) -> Read:
    admin = as_user("admin")

    def now() -> dict[str, Any]:
        found: dict[str, Any] = admin.get("/operations").get_json()
        return found

    return now


@pytest.fixture
def sweeping(app: Flask) -> None:
    """The application has one job."""
    app.extensions["chahe.jobs"] = (SWEEP,)


@pytest.fixture
def at_work(write: Write) -> None:
    with write() as session:
        health.beat(session, "this machine:1", MORNING - timedelta(seconds=5))


def run(write: Write, **columns: Any) -> None:
    """The job's run of the period that is due."""
    given = {"job": SWEEP.name, "period": DUE.period, "due_at": DUE.due_at, "not_before": DUE.due_at}
    with write() as session:
        session.add(JobRun(**(given | {"attempts": 1, "outcome": {"photos": 7}} | columns)))


# -- who -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("username", [who.username for who in builders.CAST if who.username != "admin"])
def test_only_the_administrator_reads_it(as_user: AsUser, username: str) -> None:
    api = as_user(username)

    assert api.get("/operations").status_code == 403
    assert api.send("GET", "//operations", headers={"Accept": "text/html"}).status_code == 403


def test_nobody_reads_it_without_signing_in(client: Api, page: Page) -> None:
    assert client.get("/operations").status_code == 401
    assert page.get("/operations").headers["Location"].startswith("/sign-in")


def test_the_menu_leads_the_administrator_there_and_nobody_else(people: Ids, app: Flask) -> None:
    shown = {}
    for username in ("admin", "staff"):
        page = Page(app.test_client())
        page.sign_in(username)
        shown[username] = 'href="/operations"' in page.get("/devices").text

    assert shown == {"admin": True, "staff": False}


# -- what --------------------------------------------------------------------------------------------------------


@pytest.mark.every_database
def test_it_names_versions_and_the_database_s_revision(read: Read, database: str) -> None:
    seen = read()

    kind = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[database]
    assert seen["database"]["kind"] == kind
    assert seen["database"]["version"][0].isdigit()
    assert seen["database"]["revision"] == seen["database"]["head"]
    assert seen["database"]["size_below_mib"] % 64 == 0
    assert (seen["database"]["wal_below_mib"] is None) == (database == "postgresql")
    assert seen["versions"]["sqlalchemy"].startswith("2.")


@pytest.mark.usefixtures("sweeping", "at_work")
def test_when_all_is_well_there_is_nothing_to_do(read: Read, write: Write) -> None:
    run(write, finished_at=MORNING - timedelta(hours=2), started_at=DUE.due_at)

    seen = read()

    assert (seen["state"], seen["findings"]) == ("good", [])


def test_a_database_left_behind_is_a_finding(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "head", lambda: "9999")

    assert "flask --app wsgi db upgrade" in str(read()["findings"][0])


@pytest.mark.usefixtures("sweeping")
def test_without_a_living_worker_it_says_so(read: Read, write: Write) -> None:
    run(write, finished_at=MORNING)
    with write() as session:
        health.beat(session, "this machine:1", MORNING - timedelta(seconds=61))
        health.beat(session, "long ago:2", MORNING - timedelta(days=2))

    seen = read()

    assert [(each["name"], each["alive"]) for each in seen["workers"]] == [("this machine:1", False)]
    assert [each["what"] for each in seen["findings"]] == ["沒有背景程序在運作。"]


# -- jobs ----------------------------------------------------------------------------------------------------------


JOBS: dict[str, tuple[dict[str, Any] | None, str, str]] = {
    "never begun and long due": (None, "逾時未執行", "背景程序"),
    "yesterday's is the last": (
        {
            "period": "2026-11-22",
            "due_at": DUE.due_at - timedelta(days=1),
            "finished_at": MORNING - timedelta(days=1),
        },
        "逾時未執行",
        "背景程序",
    ),
    "to be tried again": (
        {"error": "OSError (No space left on device) at x.py:1"},
        "失敗，稍後再試",
        "自動再試",
    ),
    "given up": ({"error": "WorkerDied", "failed_at": MORNING}, "已停止重試", "attic.sweep"),
    "at work": ({"lease_until": MORNING + timedelta(minutes=1)}, "執行中", ""),
    "done": ({"finished_at": MORNING}, "已完成", ""),
}


@pytest.mark.usefixtures("sweeping", "at_work")
@pytest.mark.parametrize("case", JOBS)
def test_a_job_says_how_it_is_and_what_to_do(read: Read, write: Write, case: str) -> None:
    columns, label, todo = JOBS[case]
    if columns is not None:
        run(write, **columns)

    seen = read()
    (job,) = seen["jobs"]

    assert job["label"] == label
    assert todo in job["todo"]
    assert bool(job["todo"]) == bool(todo)
    assert [each["todo"] for each in seen["findings"]] == ([job["todo"]] if todo else [])


@pytest.mark.usefixtures("sweeping", "at_work")
@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("WorkerDied", "背景程序在執行中停止（WorkerDied）"),
        ("OSError (No space left on device) at inspect_app/x.py:12", "磁碟或檔案無法讀寫（OSError）"),
        ("SMTPServerDisconnected at x.py:3", "郵件伺服器拒絕或無法連線（SMTPServerDisconnected）"),
        ("ValueError: 明日查核示範護岸", "程式發生未預期的錯誤（ValueError）"),
        ("明日查核 示範護岸", "程式發生未預期的錯誤"),
    ],
)
def test_a_failure_is_told_in_words_by_its_kind_alone(
    read: Read, write: Write, error: str, words: str
) -> None:
    run(write, error=error, failed_at=MORNING)

    assert read()["jobs"][0]["cause"] == words


@pytest.mark.usefixtures("sweeping", "at_work")
def test_what_a_run_reports_is_not_told_for_it_may_count_visits(read: Read, write: Write) -> None:
    run(write, finished_at=MORNING)

    assert "outcome" not in read()["jobs"][0]


# -- photos and disks ----------------------------------------------------------------------------------------------


def read_all(app: Flask) -> None:
    """What the worker does each night."""
    with app.app_context():
        scrubbing.scrub(clock.now(), lambda: None)


@pytest.mark.every_database
def test_a_photo_whose_file_is_gone_or_empty_is_a_finding_once_its_inspection_is_issued(
    app: Flask, as_user: AsUser, people: Ids, read: Read
) -> None:
    visit = Visit.started(as_user, people)
    for number in (1, 2, 3):
        visit.send_photo(number)
    root = app.extensions["chahe.settings"].uploads_dir
    before = read()["storage"]

    (root / "photos" / "original" / sha256(1)[:2] / sha256(1)).unlink()
    (root / "photos" / "original" / sha256(2)[:2] / sha256(2)).write_bytes(b"")
    (root / "photos" / "thumb" / sha256(3)[:2] / sha256(3)).write_bytes(b"not the copy")
    read_all(app)

    assert read()["storage"] == before
    visit.submit(submission_body(people, photos=[{"sha256": sha256(number)} for number in (1, 2, 3)]))
    visit.issue()
    seen = read()
    told = [
        (each["what"], each["name"].split("/")[1], each["todo"][:7]) for each in seen["storage"]["damages"]
    ]
    assert sorted(told) == [
        ("內容與雜湊值不符", "thumb", "已自動由原檔重"),
        ("檔案是空的", "original", "請由備份取回："),
        ("檔案遺失", "original", "請由備份取回："),
    ]
    assert seen["storage"]["faulty"] == 2
    assert any("2 個照片檔案" in each["what"] and each["tone"] == "bad" for each in seen["findings"])


def test_the_page_names_each_file_with_something_wrong(app: Flask, as_user: AsUser, people: Ids) -> None:
    visit = Visit.started(as_user, people)
    visit.send_photo(1)
    visit.submit(submission_body(people, photos=[{"sha256": sha256(1)}]))
    visit.issue()
    (
        app.extensions["chahe.settings"].uploads_dir / "photos" / "original" / sha256(1)[:2] / sha256(1)
    ).unlink()
    read_all(app)
    admin = Page(app.test_client())
    admin.sign_in("admin")

    text = admin.get("/operations").text

    for words in ("照片檔案的異常", f"photos/original/{sha256(1)[:2]}/{sha256(1)}", "檔案遺失", "unzip -o"):
        assert words in text, words


def test_photos_are_counted_once_their_inspection_is_issued(as_user: AsUser, people: Ids, read: Read) -> None:
    visit = Visit.started(as_user, people)
    visit.send_photo(1)
    visit.submit(submission_body(people, photos=[{"sha256": sha256(1)}]))
    assert read()["storage"]["photos"] == 0

    visit.issue()

    assert read()["storage"]["photos"] == 1


@pytest.mark.parametrize(
    ("free", "state"), [(21, "good"), (20, "good"), (19, "warn"), (10, "warn"), (9, "bad"), (0, "bad")]
)
def test_a_disk_that_fills_is_a_finding(
    read: Read, monkeypatch: pytest.MonkeyPatch, free: int, state: str
) -> None:
    usage = type("Usage", (), {"total": 10_000, "used": 100 * (100 - free), "free": 100 * free})
    monkeypatch.setattr(measuring.psutil, "disk_usage", lambda _path: usage)

    seen = read()

    assert [each["state"] for each in seen["disks"]] == [state, state]
    told = [each["tone"] for each in seen["findings"] if "磁碟" in each["what"]]
    assert told == ([] if state == "good" else [state, state])


def test_a_disk_without_room_for_new_photos_is_a_finding(
    make_app: MakeApp, app: Flask, as_user: AsUser
) -> None:
    in_the_way = app.extensions["chahe.settings"].data_dir / "file"
    in_the_way.write_text("not a folder")
    full = make_app(MIN_FREE_BYTES=str(2**50), STORAGE_URL=f"file://{in_the_way}/uploads")

    found = Api(full.test_client(), as_user("admin").token).get("/operations").get_json()["findings"]

    assert [each["tone"] for each in found if "MIN_FREE_BYTES" in each["what"]] == ["bad"]


def test_free_space_moves_in_steps_of_five_percent(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def percent(free: int) -> int:
        usage = type("Usage", (), {"total": 10_000, "used": 10_000 - free, "free": free})
        monkeypatch.setattr(measuring.psutil, "disk_usage", lambda _path: usage)
        return measuring.disk("data", "資料", tmp_path / "not" / "yet").free_percent

    assert [percent(free) for free in (2499, 2500, 2999, 3000, 10_000)] == [20, 25, 25, 30, 100]


def test_sizes_are_told_as_the_step_they_lie_below() -> None:
    mib = 2**20

    assert [measuring.below(size) for size in (0, 1, 64 * mib - 1, 64 * mib, 65 * mib)] == [
        64,
        64,
        64,
        128,
        128,
    ]


# -- requests and settings -------------------------------------------------------------------------------------------


def test_failures_since_the_start_are_told(
    app: Flask, read: Read, as_user: AsUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ValueError

    monkeypatch.setattr("inspect_app.tenders.queries.listed", fail)
    assert as_user("staff").get("/tenders").status_code == 500

    seen = read()

    assert (seen["requests"]["requests"], seen["requests"]["failures"]) == (1, 1)
    assert any("1 次請求失敗" in each["what"] for each in seen["findings"])


def test_every_setting_is_shown_and_no_secret(make_app: MakeApp, app: Flask) -> None:
    settings = app.extensions["chahe.settings"]
    url = "postgresql+psycopg://chahe:hidden-one@db.example:5432/chahe?sslmode=require&password=hidden-two"
    given = replace(
        settings, database_url=url, secret_key="hidden-three" * 4, metrics_token="hidden-four" * 4
    )

    shown = {each.name: each.value for each in settings_view.in_force(given)}

    assert "hidden" not in str(shown)
    assert shown["DATABASE_URL"] == "postgresql+psycopg://chahe:***@db.example:5432/chahe?sslmode=require"
    assert (shown["SECRET_KEY"], shown["METRICS_TOKEN"]) == ("已設定", "已設定")
    assert shown["SESSION_HOURS"] == "12"
    assert len(shown) == len(settings.__slots__)


def test_the_page_shows_what_the_data_says(app: Flask, write: Write, people: Ids, sweeping: None) -> None:
    run(write, error="OSError at x.py:1", failed_at=MORNING)
    admin = Page(app.test_client())
    admin.sign_in("admin")

    text = admin.get("/operations").text

    for words in (
        "系統狀態",
        "打掃閣樓",
        "已停止重試",
        "磁碟或檔案無法讀寫",
        "沒有背景程序在運作",
        "SECRET_KEY",
        "已設定",
    ):
        assert words in text, words


def test_the_jobs_shown_are_those_declared(app: Flask, read: Read) -> None:
    with app.app_context():
        declared = [job.name for job in jobs.declared()]

    assert [each["name"] for each in read()["jobs"]] == declared
