"""Photos go to the spool at once and to S3 later; whatever S3 does, receiving goes on."""

import http.server
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from uuid import UUID, uuid4

import pytest
from flask import Flask

from inspect_app.core.clock import FixedClock
from inspect_app.core.database import session
from inspect_app.core.storage import storage
from inspect_app.core.storage.address import S3Address
from inspect_app.core.storage.remote import Away, Remote
from inspect_app.photos import erasing, queries
from inspect_app.photos.keeping import reading
from tests.api.photo_samples import become, picture, put, sha
from tests.clients import Api
from tests.conftest import MORNING, Write
from tests.storage.conftest import DATA, READER_S, SHA, WORKER_S, AsUser, Keeping, flipped
from tests.stores import BUCKET, Store, free_port

SIZES = set(queries.SIZES)
NAMES = sorted(f"photos/{size}/{SHA[:2]}/{SHA}" for size in SIZES)
SLACK_S = 1.5


@pytest.mark.every_database
def test_a_photo_lies_in_the_spool_first_and_then_in_s3(keeping: Keeping, sent: UUID) -> None:
    assert (keeping.here(), keeping.there(), keeping.waiting()) == (SIZES, [], [SHA])

    assert keeping.offload()["photos"] == 1

    assert (keeping.here(), keeping.there(), keeping.waiting()) == (SIZES, NAMES, [])


def test_a_photo_in_s3_may_leave_the_spool_and_comes_back_when_it_is_read(
    keeping: Keeping, leader: Api, sent: UUID
) -> None:
    keeping.offload()
    assert (keeping.evict(), keeping.here()) == (3, set())

    answer = leader.get(f"/photos/{SHA}", size="original")

    assert (answer.status_code, answer.data, keeping.here()) == (200, DATA, {"original"})


def test_what_is_not_in_s3_never_leaves_the_spool(keeping: Keeping, sent: UUID) -> None:
    assert (keeping.evict(), keeping.here()) == (0, SIZES)


def test_the_spool_keeps_what_was_used_last(
    keeping: Keeping, leader: Api, inspection: UUID, app: Flask
) -> None:
    for number in range(4):
        put(leader, inspection, picture(number))
    keeping.offload()
    keeping.later(days=1)
    leader.get(f"/photos/{sha(picture(2))}", size="original")
    with app.app_context():
        all_ = sum(path.stat().st_size for path in (storage().root / "photos").rglob("*") if path.is_file())
    app.extensions["chahe.settings"] = _keeping_bytes(app, all_ // 8)
    keeping.later(hours=1)

    keeping.offload()

    left = [
        path.name
        for path in (app.extensions["chahe.settings"].uploads_dir / "photos").rglob("*")
        if path.is_file()
    ]
    assert left == [sha(picture(2))]


def _keeping_bytes(app: Flask, number: int) -> object:
    from dataclasses import replace

    return replace(app.extensions["chahe.settings"], spool_keep_bytes=number)


def test_a_reader_of_ten_at_once_fetches_and_all_have_it(
    keeping: Keeping, app: Flask, sent: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeping.offload()
    keeping.evict()
    fetched = []
    plain = Remote.read

    def counted(self: Remote, name: str) -> bytes:
        fetched.append(name)
        time.sleep(0.2)
        return plain(self, name)

    monkeypatch.setattr(Remote, "read", counted)

    def read(_number: int) -> bytes:
        with app.app_context():
            photo = queries.get(session(), SHA)
            assert photo is not None
            return reading.path(photo, "original").read_bytes()

    with ThreadPoolExecutor(10) as pool:
        found = list(pool.map(read, range(10)))

    assert (set(found), len(fetched)) == ({DATA}, 1)


def test_a_photo_cleared_here_is_removed_there(keeping: Keeping, app: Flask, sent: UUID) -> None:
    from inspect_app.photos.keeping import clearing

    keeping.offload()
    keeping.later(days=31)
    with app.app_context():
        clearing.clear_photos(keeping.clock.now(), lambda: None)
    assert keeping.there() == NAMES

    assert keeping.offload()["removed"] == 1
    assert keeping.there() == []


def test_an_erased_photo_leaves_s3_too_and_nothing_brings_it_back(
    keeping: Keeping, app: Flask, sent: UUID
) -> None:
    keeping.offload()
    told = erasing.Erasure(SHA, keeping.clock.now(), uuid4(), "工作人員", "當事人請求刪除")
    with app.app_context():
        assert erasing.again(told, keeping.clock.now())
    assert (keeping.here(), keeping.there()) == (set(), NAMES)

    keeping.scrub()
    assert (keeping.here(), keeping.told()) == (set(), [])
    assert keeping.offload()["removed"] == 1
    assert (keeping.there(), keeping.waiting()) == ([], [])
    keeping.scrub()
    assert (keeping.here(), keeping.told()) == (set(), [])


# -- outages -----------------------------------------------------------------------------------------------


def test_while_s3_refuses_connections_photos_are_received_and_go_there_afterwards(
    keeping: Keeping, store: Store, leader: Api, inspection: UUID
) -> None:
    store.kill()
    began = time.perf_counter()
    assert put(leader, inspection, DATA).status_code == 201
    assert leader.get(f"/photos/{SHA}", size="web").status_code == 200
    assert time.perf_counter() - began < SLACK_S
    assert keeping.offload() == {"away": 1}
    assert keeping.told() == [("s3", "", "away", None)]

    store.start()

    assert keeping.offload()["photos"] == 1
    assert keeping.there() == NAMES
    assert keeping.told() == [("s3", "", "away", "outside")]


def test_while_s3_stalls_nobody_who_sends_waits_and_a_reader_only_so_long(
    keeping: Keeping, store: Store, leader: Api, sent: UUID
) -> None:
    keeping.offload()
    keeping.evict()
    with store.stalled():
        began = time.perf_counter()
        assert put(leader, sent, picture(1)).status_code == 201
        received = time.perf_counter()
        answer = leader.get(f"/photos/{SHA}", size="web")
        refused = time.perf_counter()
        again = leader.get(f"/photos/{SHA}", size="thumb")
        at_once = time.perf_counter()
        assert keeping.offload() == {"away": 1}

    assert received - began < SLACK_S
    assert READER_S <= refused - received < READER_S + SLACK_S
    assert at_once - refused < READER_S / 2
    assert (answer.status_code, answer.get_json()["code"]) == (503, "photo_bytes_away")
    assert (again.status_code, again.headers["Retry-After"]) == (503, "60")
    assert keeping.offload()["photos"] == 1


def test_s3_killed_in_the_middle_of_offloading_leaves_the_rest_waiting(
    keeping: Keeping, store: Store, leader: Api, inspection: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        put(leader, inspection, picture(number))
    plain, done = Remote.put, []

    def killed_after_four(self: Remote, name: str, data: bytes) -> None:
        done.append(name)
        if len(done) == 5:
            store.kill()
        plain(self, name, data)

    monkeypatch.setattr(Remote, "put", killed_after_four)

    assert keeping.offload() == {"away": 1}
    assert len(keeping.waiting()) == 3
    store.start()  # it has forgotten what it held
    assert keeping.offload()["photos"] == 3
    keeping.later(days=1)
    keeping.scrub()
    assert (len(keeping.there()), keeping.waiting()) == (12, [])


@contextmanager
def answering(status: int, wait_s: float = 0) -> Iterator[S3Address]:
    """A store that says the same to everything, after a while."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            time.sleep(wait_s)
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_PUT = do_GET  # noqa: N815 - the library calls it so

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", free_port()), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield S3Address(BUCKET, "city", f"http://127.0.0.1:{server.server_port}", "us-east-1")
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(("status", "wait_s"), [(500, 0), (503, 0), (403, 0), (200, 4)])
def test_errors_and_slow_answers_are_an_outage(
    keeping: Keeping, sent: UUID, app: Flask, status: int, wait_s: float
) -> None:
    with answering(status, wait_s) as address:
        app.extensions["chahe.storage"].remote = Remote(address, WORKER_S, 0)
        began = time.perf_counter()

        assert keeping.offload() == {"away": 1}
        assert time.perf_counter() - began < WORKER_S + SLACK_S

    assert keeping.waiting() == [SHA]


def test_a_store_that_keeps_other_bytes_than_it_was_given_is_not_believed(
    keeping: Keeping, sent: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = Remote.put
    monkeypatch.setattr(Remote, "put", lambda self, name, data: plain(self, name, flipped(data)))

    assert keeping.offload() == {"away": 1}
    assert keeping.waiting() == [SHA]


def test_failures_tell_no_address_and_no_credential(store: Store) -> None:
    store.kill()
    with pytest.raises(Away) as refused:
        Remote(S3Address(BUCKET, "city", store.endpoint, "us-east-1"), 1).look()

    assert "127.0.0.1" not in str(refused.value)
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__


def test_readyz_asks_the_spool_and_not_s3(keeping: Keeping, store: Store, client: Api) -> None:
    store.kill()

    assert client.get("//readyz").get_json()["checks"]["storage"] == "ok"


def test_a_photo_sent_again_after_its_files_left_the_spool_is_as_it_was(
    keeping: Keeping, leader: Api, sent: UUID, fixed_clock: FixedClock
) -> None:
    keeping.offload()
    keeping.evict()

    assert put(leader, sent, DATA).status_code == 200
    assert keeping.here() == SIZES
    assert leader.get(f"/photos/{SHA}", size="thumb").status_code == 200


# -- what the administrator sees ---------------------------------------------------------------------------


def test_the_operations_page_tells_of_an_outage_and_of_issued_photos_alone(
    keeping: Keeping, store: Store, as_user: AsUser, write: Write, sent: UUID
) -> None:
    store.kill()
    keeping.offload()
    unissued = as_user("admin").get("/operations").get_json()
    become(write, sent, "issued")
    keeping.later(hours=1)
    keeping.offload()

    issued = as_user("admin").get("/operations").get_json()

    assert [(each["storage"]["waiting"], each["storage"]["away_since"]) for each in (unissued, issued)] == [
        (0, MORNING.isoformat()),
        (1, MORNING.isoformat()),
    ]
    assert any("S3 連不上" in each["what"] for each in issued["findings"])
    assert "a-secret-for-tests" not in str(issued)


def test_the_commands_say_what_they_did_and_what_is_wrong(keeping: Keeping, store: Store, sent: UUID) -> None:
    runner = keeping.app.test_cli_runner()
    assert "1 張" in runner.invoke(args=["offload"]).output
    read = runner.invoke(args=["scrub"])
    assert (read.exit_code, "已讀取 1 張" in read.output) == (0, True)
    keeping.evict()
    store.kill()
    away = runner.invoke(args=["offload"])
    assert (away.exit_code, "S3 連不上" in away.output) == (1, True)
    store.start()
    keeping.later(days=1)

    lost = runner.invoke(args=["scrub"])

    assert lost.exit_code == 1
    assert f"missing\ts3\tphotos/web/{SHA[:2]}/{SHA}" in lost.output
