"""Alive and ready: what a supervisor is told."""

from datetime import timedelta

import pytest
from flask import Flask

from inspect_app.core import health
from inspect_app.core.clock import FixedClock
from tests.clients import Api
from tests.conftest import MORNING, MakeApp, Write


@pytest.fixture
def worker_beat(write: Write) -> None:
    with write() as session:
        health.beat(session, "this machine:1", MORNING)


def test_the_process_is_alive_whatever_else_fails(client: Api) -> None:
    answer = client.get("//healthz")

    assert (answer.status_code, answer.get_json()) == (200, {"status": "ok"})


def test_without_a_worker_it_is_not_ready_and_says_so(client: Api) -> None:
    answer = client.get("//readyz")

    assert answer.status_code == 503
    assert answer.get_json() == {
        "status": "not_ready",
        "checks": {"database": "ok", "storage": "ok", "worker": "failing"},
    }


@pytest.mark.every_database
def test_with_a_worker_it_is_ready(client: Api, worker_beat: None) -> None:
    answer = client.get("//readyz")

    assert (answer.status_code, answer.get_json()["status"]) == (200, "ready")


@pytest.mark.parametrize(("seconds", "status"), [(60, 200), (61, 503)])
def test_a_worker_silent_for_a_minute_is_missed(
    client: Api, worker_beat: None, fixed_clock: FixedClock, seconds: int, status: int
) -> None:
    fixed_clock.instant += timedelta(seconds=seconds)

    assert client.get("//readyz").status_code == status


def test_one_living_worker_is_enough(client: Api, write: Write, worker_beat: None) -> None:
    with write() as session:
        health.beat(session, "that machine:2", MORNING - timedelta(hours=1))

    assert client.get("//readyz").status_code == 200


def test_a_worker_that_beats_again_is_still_one(app: Flask, write: Write, worker_beat: None) -> None:
    with write() as session:
        health.beat(session, "this machine:1", MORNING + timedelta(seconds=10))
        assert session.query(health.WorkerBeat).count() == 1


def test_storage_that_cannot_be_written_is_named(make_app: MakeApp, app: Flask) -> None:
    in_the_way = app.extensions["chahe.settings"].data_dir / "file"
    in_the_way.write_text("not a folder")
    client = Api(make_app(STORAGE_URL=f"file://{in_the_way}/uploads").test_client())

    assert client.get("//readyz").get_json()["checks"]["storage"] == "failing"


def test_a_disk_nearly_full_takes_nobody_away_who_reads(make_app: MakeApp) -> None:
    client = Api(make_app(MIN_FREE_BYTES=str(2**50)).test_client())

    assert client.get("//readyz").get_json()["checks"]["storage"] == "ok"


def test_a_database_that_is_not_there_is_named(make_app: MakeApp, tmp_path: object) -> None:
    client = Api(make_app(DATABASE_URL=f"sqlite:///{tmp_path}/unmigrated.sqlite3").test_client())

    checks = client.get("//readyz").get_json()["checks"]

    assert checks == {"database": "ok", "storage": "ok", "worker": "failing"}
