"""Photos go to the spool at once and to S3 later; whatever S3 does, receiving goes on."""

import http.server
import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask

from inspect_app.core.clock import FixedClock
from inspect_app.core.database import session, transaction
from inspect_app.core.storage import storage
from inspect_app.core.storage.address import S3Address
from inspect_app.core.storage.remote import Away, Remote
from inspect_app.photos import erasing, queries
from inspect_app.photos.keeping import clearing, healing, ledger, objects, offloading, reading, scrubbing
from inspect_app.photos.problems import BytesMissing
from inspect_app.photos.resumable import parts
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
        assert put(leader, inspection, picture(number)).status_code == 201
    keeping.offload()
    with app.app_context():
        paths = [path for path in (storage().root / "photos").rglob("*") if path.is_file()]
    came = keeping.clock.instant.timestamp()
    for path in paths:
        os.utime(path, (came, came))
    keeping.later(hours=2)
    assert leader.get(f"/photos/{sha(picture(2))}", size="original").status_code == 200
    all_ = sum(path.stat().st_size for path in paths)
    app.extensions["chahe.settings"] = _keeping_bytes(app, all_ // 7)
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


def test_a_photo_cleared_here_is_removed_there(keeping: Keeping, sent: UUID) -> None:
    keeping.offload()
    clear(keeping)
    assert keeping.there() == NAMES

    assert keeping.offload()["removed"] == 1
    assert keeping.there() == []


def test_an_erased_photo_leaves_s3_too_and_nothing_brings_it_back(keeping: Keeping, sent: UUID) -> None:
    keeping.offload()
    erase(keeping)
    assert (keeping.here(), keeping.there()) == (set(), NAMES)

    keeping.scrub()
    assert (keeping.here(), keeping.told()) == (set(), [])
    assert keeping.offload()["removed"] == 1
    assert (keeping.there(), keeping.waiting()) == ([], [])
    keeping.scrub()
    assert (keeping.here(), keeping.told()) == (set(), [])


def erase(keeping: Keeping) -> None:
    told = erasing.Erasure(SHA, keeping.clock.now(), uuid4(), "工作人員", "當事人請求刪除")
    with keeping.app.app_context():
        erasing.again(told, keeping.clock.now())


def clear(keeping: Keeping) -> int:
    keeping.later(days=31)
    with keeping.app.app_context():
        return clearing.clear_photos(keeping.clock.now(), lambda: None)


@pytest.mark.every_database
def test_a_photo_sent_again_after_a_half_done_removal_is_put_again(
    keeping: Keeping, as_user: AsUser, sent: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object) -> None:
        raise KeyboardInterrupt

    keeping.offload()
    clear(keeping)
    with monkeypatch.context() as patch:
        patch.setattr(ledger, "forget", die)
        with pytest.raises(KeyboardInterrupt):
            keeping.offload()
    assert keeping.there() == []
    leader = as_user("leader")
    assert put(leader, sent, DATA).status_code == 201

    assert keeping.evict() == 0
    assert keeping.offload()["photos"] == 1
    keeping.evict()
    assert leader.get(f"/photos/{SHA}", size="original").data == DATA


def test_erased_after_a_restore_it_leaves_s3_though_no_row_said_that_it_lay_there(
    keeping: Keeping, sent: UUID
) -> None:
    keeping.offload()
    with keeping.app.app_context(), transaction() as current:
        ledger.forget(current, [SHA])  # no backup has these rows

    erase(keeping)

    assert keeping.offload()["removed"] == 1
    assert keeping.there() == []


def test_erased_while_s3_was_not_trusted_it_leaves_s3(keeping: Keeping, sent: UUID) -> None:
    keeping.offload()
    keeping.flip_there("thumb")
    keeping.evict()
    keeping.later(days=1)
    keeping.scrub()
    assert keeping.waiting() == [SHA]

    erase(keeping)
    keeping.offload()

    assert keeping.there() == []


def test_what_reached_s3_after_the_erasure_is_found_and_removed(keeping: Keeping, sent: UUID) -> None:
    """Put by a machine that died before it could write that down."""
    erase(keeping)
    keeping.offload()
    keeping.put_there("original", DATA)
    span = scrubbing.S3_READ_WITHIN.days
    keeping.later(days=(int(SHA[:2], 16) - keeping.clock.now().date().toordinal()) % span)
    keeping.scrub()
    assert keeping.told() == [("s3", "original", "stray", None)]

    assert keeping.offload()["removed"] == 1
    assert keeping.there() == []


def test_nothing_that_reads_s3_after_an_erasure_forgets_the_order(keeping: Keeping, sent: UUID) -> None:
    keeping.offload()
    erase(keeping)
    with keeping.app.app_context(), transaction() as current:
        ledger.unmark(current, [SHA])

    assert keeping.offload()["removed"] == 1


def test_a_reader_who_was_let_in_before_the_erasure_brings_nothing_back(keeping: Keeping, sent: UUID) -> None:
    keeping.offload()
    with keeping.app.app_context():
        photo = queries.get(session(), SHA)
        assert photo is not None
        session().expunge_all()
        session().rollback()
        erase(keeping)

        with pytest.raises(BytesMissing):
            reading.path(photo, "original")

    assert (keeping.here(), keeping.told()) == (set(), [])


def test_copies_are_not_made_anew_of_what_was_erased_meanwhile(
    keeping: Keeping, sent: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By another machine, whose shelves have locks of their own."""
    with keeping.app.app_context():
        photo = queries.get(session(), SHA)
        assert photo is not None
        session().expunge_all()
        session().rollback()
        with monkeypatch.context() as patch:
            patch.setattr(erasing, "_remove", lambda *_: None)
            erase(keeping)
        keeping.path("web").unlink()

        assert healing.heal_here(photo, objects.of(photo, "web")) is None
    assert "web" not in keeping.here()


def test_a_machine_without_a_worker_clears_its_spool_with_the_offload_command(
    keeping: Keeping, as_user: AsUser, sent: UUID, leader: Api
) -> None:
    put(leader, sent, picture(1))
    with keeping.app.app_context():
        kept = {path: path.read_bytes() for path in (storage().root / "photos").rglob("*") if path.is_file()}
        part = parts.of(uuid4()).path
        part.parent.mkdir(parents=True)
        kept[part] = b"half of it"
    erase(keeping)
    clear(keeping)
    for path, data in kept.items():  # as they still lie on the other machine
        path.write_bytes(data)
        old = keeping.clock.now().timestamp() - 2 * 86_400
        os.utime(path, (old, old))

    keeping.app.test_cli_runner().invoke(args=["offload"])

    assert [path for path in kept if path.exists()] == []


def test_a_file_used_since_it_was_chosen_stays_in_the_spool(
    keeping: Keeping, sent: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeping.offload()
    plain = ledger.offloaded

    def used_meanwhile(*given: Any) -> set[str]:
        later = keeping.clock.now().timestamp() + 36_501 * 86_400
        os.utime(keeping.path("web"), (later, later))
        return plain(*given)

    monkeypatch.setattr(ledger, "offloaded", used_meanwhile)

    assert (keeping.evict(), keeping.here()) == (2, {"web"})


def test_one_run_removes_no_more_files_than_it_can_hold(
    keeping: Keeping, sent: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeping.offload()
    for age, size in enumerate(("thumb", "original", "web")):
        os.utime(keeping.path(size), (1e9 - age, 1e9 - age))
    monkeypatch.setattr(offloading, "MOST_REMOVED", 2)

    assert (keeping.evict(), keeping.here()) == (2, {"thumb"})


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

    assert keeping.offload()["photos"] == 0
    assert keeping.waiting() == [SHA]
    assert keeping.told() == [("s3", "original", "refused", None)]


@pytest.fixture
def failing(leader: Api, inspection: UUID) -> str:
    """The first of four photos that wait."""
    for number in range(4):
        put(leader, inspection, picture(number))
    return sorted(sha(picture(number)) for number in range(4))[0]


def test_a_photo_that_s3_does_not_take_holds_up_no_other_and_is_no_outage(
    keeping: Keeping, as_user: AsUser, failing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        fail_at(patch, "put", failing)
        assert keeping.offload()["photos"] == 3
        assert keeping.waiting() == [failing]
        assert keeping.told() == [("s3", "original", "refused", None)]
        shown = as_user("admin").get("/operations").get_json()
        assert (shown["storage"]["away_since"], "refused" in str(shown)) == (None, False)

    assert keeping.offload()["photos"] == 1
    assert keeping.told() == [("s3", "original", "refused", "local")]


def test_a_photo_that_s3_does_not_let_go_or_read_holds_up_no_other(
    keeping: Keeping, failing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeping.offload()
    with monkeypatch.context() as patch:
        fail_at(patch, "read", failing)
        keeping.later(days=1)
        assert keeping.scrub()["s3_photos"] == 3
        assert keeping.told() == [("s3", "original", "refused", None)]
    clear(keeping)
    with monkeypatch.context() as patch:
        fail_at(patch, "remove", failing)
        assert keeping.offload()["removed"] == 3

    assert keeping.offload()["removed"] == 1
    assert keeping.there() == []


def test_a_store_that_takes_nothing_is_not_asked_for_every_photo(
    keeping: Keeping, failing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(offloading, "MOST_REFUSED", 2)
    monkeypatch.setattr(offloading, "BATCH", 1)
    asked = fail_at(monkeypatch, "put", "")

    assert keeping.offload()["photos"] == 0
    assert len(asked) == 2


def fail_at(monkeypatch: pytest.MonkeyPatch, what: str, sha256: str) -> list[str]:
    """Let S3 fail at one photo; returns the names at which it did, as they come."""
    plain, failed = getattr(Remote, what), list[str]()

    def fails(self: Remote, name: str, *data: bytes) -> object:
        if sha256 not in name:
            return plain(self, name, *data)
        failed.append(name)
        raise Away("GenericError")

    monkeypatch.setattr(Remote, what, fails)
    return failed


def test_who_reads_a_damaged_photo_does_not_wait_behind_a_writer(
    keeping: Keeping, leader: Api, sent: UUID
) -> None:
    keeping.path("thumb").write_bytes(b"x")
    writing, done = threading.Event(), threading.Event()

    def hold() -> None:
        with keeping.app.app_context(), transaction():
            writing.set()
            done.wait(10)

    writer = threading.Thread(target=hold)
    writer.start()
    writing.wait()
    began = time.perf_counter()
    answer = leader.get(f"/photos/{SHA}", size="thumb")
    took = time.perf_counter() - began
    done.set()
    writer.join()

    assert answer.get_json()["code"] == "photo_bytes_damaged"
    assert took < SLACK_S


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
