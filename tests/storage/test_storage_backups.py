"""A backup holds what lies in S3 alone, and a restored city begins with everything in its spool."""

import socket
import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask

from inspect_app import create_app
from inspect_app.backups import making, restoring
from inspect_app.backups.making import Made
from inspect_app.backups.progress import Silent
from inspect_app.core.clock import FixedClock
from inspect_app.core.database import db
from inspect_app.core.storage import Storage
from inspect_app.core.storage.address import S3Address
from inspect_app.photos import queries
from tests.api.photo_samples import picture, put
from tests.clients import Api
from tests.databases import settings_for
from tests.storage.conftest import DATA, SHA, Keeping, flipped
from tests.stores import BUCKET, Store

PLENTY = 2**60


def back_up(app: Flask, target: Path) -> Made:
    with app.app_context():
        return making.backup(app, target, force=True, progress=Silent(), free=lambda _path: PLENTY)


def test_what_lies_in_s3_alone_is_in_the_backup_and_is_restored_into_the_spool(
    keeping: Keeping, store: Store, sent: UUID, tmp_path: Path, fixed_clock: FixedClock
) -> None:
    before = {size: keeping.path(size).read_bytes() for size in queries.SIZES}
    keeping.offload()
    keeping.evict()

    made = back_up(keeping.app, tmp_path / "city.zip")
    (tmp_path / "other").mkdir()
    other = create_app(settings_for(tmp_path / "other", STORAGE_URL=store.url), fixed_clock)
    with other.app_context():
        restoring.restore(made.path, progress=Silent(), free=lambda _path: PLENTY)
        db.engine.dispose()

    there = Keeping(other, fixed_clock)
    assert made.manifest.faults == ()
    assert keeping.here() == set()
    assert {size: there.path(size).read_bytes() for size in queries.SIZES} == before
    assert there.waiting() == [SHA]


@pytest.mark.parametrize("how", ["damaged", "empty", "unreadable"])
def test_a_file_that_is_wrong_here_is_taken_from_s3(
    keeping: Keeping, sent: UUID, tmp_path: Path, how: str
) -> None:
    keeping.offload()
    path = keeping.path("original")
    path.unlink()
    if how == "unreadable":
        path.mkdir()
    else:
        path.write_bytes(flipped(DATA) if how == "damaged" else b"")

    made = back_up(keeping.app, tmp_path / "city.zip")

    assert made.manifest.faults == ()


def test_a_file_that_is_wrong_here_and_unknown_there_is_named_and_kept(
    keeping: Keeping, sent: UUID, tmp_path: Path
) -> None:
    keeping.path("original").write_bytes(flipped(DATA))

    faults = back_up(keeping.app, tmp_path / "city.zip").manifest.faults

    assert [(each.name.split("/")[1], each.reason[:3]) for each in faults] == [("original", "內容與")]


def test_a_connection_that_breaks_off_is_no_fault(
    keeping: Keeping, store: Store, leader: Api, sent: UUID, tmp_path: Path
) -> None:
    assert put(leader, sent, picture(1)).status_code == 201
    keeping.offload()
    keeping.evict()
    kept = keeping.app.extensions["chahe.storage"]
    with breaking_off(store, 2) as address:
        kept.remote = Storage(kept.root, address).remote

        assert back_up(keeping.app, tmp_path / "city.zip").manifest.faults == ()


@contextmanager
def breaking_off(store: Store, times: int) -> Iterator[S3Address]:
    """The store behind a proxy whose first connections are reset."""
    left = [None] * times

    class Connection(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            if left:
                left.pop()
                self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return
            with socket.create_connection(("127.0.0.1", store.port)) as there:
                back = threading.Thread(target=pump, args=(there, self.request))
                back.start()
                pump(self.request, there)
                back.join()

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Connection) as server:
        server.daemon_threads = True
        server.block_on_close = False
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield S3Address(BUCKET, "city", f"http://127.0.0.1:{server.server_address[1]}", "us-east-1")
        finally:
            server.shutdown()
    assert not left


def pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


@pytest.mark.parametrize("how", ["away", "forgotten", "flipped"])
def test_what_cannot_be_had_from_s3_is_named_and_the_rest_is_saved(
    keeping: Keeping, store: Store, sent: UUID, tmp_path: Path, how: str
) -> None:
    keeping.offload()
    keeping.evict()
    if how == "flipped":
        keeping.flip_there("web")
    else:
        store.kill()
        if how == "forgotten":
            store.start()

    faults = back_up(keeping.app, tmp_path / "city.zip").manifest.faults

    told = {each.name.split("/")[1]: each.reason[:6] for each in faults}
    assert (
        told
        == {
            "away": dict.fromkeys(queries.SIZES, "只存放在 S3"[:6]),
            "forgotten": dict.fromkeys(queries.SIZES, "找不到檔案"),
            "flipped": {"web": "內容與檔名所"},
        }[how]
    )
