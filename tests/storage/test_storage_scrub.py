"""Every stored byte is read each night: what is wrong is found, healed where right bytes are left, and told."""

import os
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select, update

from inspect_app.core.database import session, transaction
from inspect_app.photos import queries
from inspect_app.photos.keeping import findings
from tests.api.photo_samples import picture, put, sha
from tests.clients import Api
from tests.conftest import MORNING, MakeApp, Write
from tests.databases import counted
from tests.storage.conftest import DATA, SHA, AsUser, Keeping, flipped
from tests.stores import Store


def spoil(keeping: Keeping, size: str, how: str) -> None:
    path = keeping.path(size)
    if how == "missing":
        path.unlink()
    else:
        seen = path.stat()
        path.write_bytes(flipped(path.read_bytes()) if how == "damaged" else b"")
        os.utime(path, (seen.st_atime, seen.st_mtime))


def of_huge_size(jpeg: bytes) -> bytes:
    """The same JPEG, saying that it is some ten thousand pixels high and wide."""
    at = jpeg.index(b"\xff\xc0")
    height, width = at + 5, at + 7
    huge = bytearray(jpeg)
    huge[height] |= 0x80
    huge[width] |= 0x80
    return bytes(huge)


WAYS = ("damaged", "empty", "missing")


class TestLocalFilesAlone:
    """No S3: the local folder is all there is."""

    @pytest.fixture
    def app(self, make_app: MakeApp) -> Flask:
        return make_app()

    def test_all_right_is_no_finding(self, keeping: Keeping, sent: UUID) -> None:
        assert keeping.scrub() == {"photos": 1, "wrong": 0, "healed": 0, "strays": 0}
        assert keeping.findings() == []

    @pytest.mark.every_database
    @pytest.mark.parametrize("how", WAYS)
    def test_a_wrong_original_is_told_until_it_is_right_again(
        self, keeping: Keeping, sent: UUID, how: str
    ) -> None:
        spoil(keeping, "original", how)
        keeping.scrub()
        keeping.later(days=1)
        keeping.scrub()
        (found,) = keeping.findings()
        assert (found.kind, found.name, found.healed_at) == (how, f"photos/original/{SHA[:2]}/{SHA}", None)
        assert (found.first_seen, found.last_seen) == (MORNING, MORNING + timedelta(days=1))

        keeping.path("original").write_bytes(DATA)
        keeping.later(days=1)
        keeping.scrub()

        assert keeping.told() == [("local", "original", how, "outside")]
        keeping.later(days=31)
        keeping.scrub()
        assert keeping.findings() == []

    @pytest.mark.parametrize("how", WAYS)
    @pytest.mark.parametrize("size", ["web", "thumb"])
    def test_a_wrong_copy_is_made_anew_from_the_original(
        self, keeping: Keeping, leader: Api, sent: UUID, size: str, how: str
    ) -> None:
        before = keeping.path(size).read_bytes()
        spoil(keeping, size, how)

        assert keeping.scrub()["healed"] == 1

        assert keeping.told() == [("local", size, how, "original")]
        assert keeping.path(size).read_bytes() == before
        assert leader.get(f"/photos/{SHA}", size=size).status_code == 200

    @pytest.mark.parametrize("size", queries.SIZES)
    def test_flipped_bytes_are_never_shown(
        self, keeping: Keeping, leader: Api, sent: UUID, size: str
    ) -> None:
        spoil(keeping, size, "damaged")

        answer = leader.get(f"/photos/{SHA}", size=size)

        assert (answer.status_code, answer.get_json()["code"]) == (503, "photo_bytes_damaged")
        assert keeping.told() == [("local", size, "damaged", None)]

    def test_a_flipped_original_is_healed_by_sending_it_again(
        self, keeping: Keeping, leader: Api, sent: UUID
    ) -> None:
        spoil(keeping, "original", "damaged")

        assert put(leader, sent, DATA).status_code == 200
        assert keeping.path("original").read_bytes() == DATA

    def test_a_file_that_no_photo_is_called_like_is_told_after_a_day(
        self, keeping: Keeping, sent: UUID
    ) -> None:
        path = keeping.path("web", "00" + "ab" * 31)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"stray")
        os.utime(path, (MORNING.timestamp(), MORNING.timestamp()))
        keeping.scrub()
        assert keeping.findings() == []

        keeping.later(days=1, seconds=1)
        keeping.scrub()

        assert [(each.kind, each.sha256, each.name.endswith("ab")) for each in keeping.findings()] == [
            ("stray", None, True)
        ]
        path.unlink()
        keeping.scrub()
        assert keeping.findings() == []

    def test_a_copy_that_says_it_is_a_bomb_stops_nobody_elses_reading(
        self, keeping: Keeping, leader: Api, write: Write, sent: UUID
    ) -> None:
        """Damaged before anybody had noted what it hashes to."""
        from inspect_app.photos.models import Photo

        assert put(leader, sent, picture(1)).status_code == 201
        with write() as current:
            current.execute(update(Photo).values(web_sha256=None, thumb_sha256=None))
        path = keeping.path("web")
        path.write_bytes(of_huge_size(path.read_bytes()))

        assert keeping.scrub()["photos"] == 2

        with write() as current:
            noted = dict(current.execute(select(Photo.sha256, Photo.web_sha256)).all())
        assert {sha256 for sha256, digest in noted.items() if digest} == {sha(picture(1))}

    def test_strays_are_written_down_many_at_a_time(self, app: Flask) -> None:
        names = {f"photos/web/00/{number:064x}" for number in range(250)}
        with app.app_context():
            for found in (names, names, set[str]()):
                with counted(app) as seen, transaction() as current:
                    findings.note_strays(current, "local", found, lambda _name: True, MORNING)
                assert len(seen) < 12
                assert {each.name for each in findings.every(session())} == found

    def test_what_copies_hash_to_is_noted_for_photos_from_before(
        self, keeping: Keeping, leader: Api, write: Write, sent: UUID
    ) -> None:
        from inspect_app.photos.models import Photo

        with write() as current:
            row = current.get(Photo, SHA)
            assert row is not None
            noted = (row.web_sha256, row.thumb_sha256)
            row.web_sha256 = row.thumb_sha256 = None
        keeping.scrub()

        with write() as current:
            row = current.get(Photo, SHA)
            assert row is not None
            assert (row.web_sha256, row.thumb_sha256) == noted
        assert None not in noted


@pytest.mark.parametrize("how", WAYS)
@pytest.mark.parametrize("size", queries.SIZES)
def test_a_wrong_file_is_healed_from_s3(keeping: Keeping, sent: UUID, size: str, how: str) -> None:
    keeping.offload()
    before = keeping.path(size).read_bytes()
    spoil(keeping, size, how)

    keeping.scrub()

    expected = [] if how == "missing" else [("local", size, how, "s3")]
    assert keeping.told() == expected
    assert keeping.path(size).exists() == (how != "missing")
    if how != "missing":
        assert keeping.path(size).read_bytes() == before


def test_a_reader_is_given_the_right_bytes_from_s3(keeping: Keeping, leader: Api, sent: UUID) -> None:
    keeping.offload()
    spoil(keeping, "original", "damaged")

    assert leader.get(f"/photos/{SHA}", size="original").data == DATA
    assert keeping.told() == [("local", "original", "damaged", "s3")]


@pytest.mark.parametrize("how", ["damaged", "missing"])
@pytest.mark.parametrize("size", queries.SIZES)
def test_a_wrong_object_in_s3_is_put_again_from_here(
    keeping: Keeping, sent: UUID, size: str, how: str
) -> None:
    keeping.offload()
    keeping.flip_there(size) if how == "damaged" else keeping.remove_there(size)
    keeping.later(days=1)

    keeping.scrub()

    assert keeping.told() == [("s3", size, how, "local")]
    assert keeping.evict() == 3
    keeping.later(days=1)
    assert keeping.scrub()["s3_wrong"] == 0


def test_a_flipped_object_in_s3_is_told_when_nothing_right_is_left_and_never_shown(
    keeping: Keeping, as_user: AsUser, sent: UUID
) -> None:
    keeping.offload()
    keeping.evict()
    keeping.flip_there("original")
    keeping.later(days=1)

    keeping.scrub()

    assert ("s3", "original", "damaged", None) in keeping.told()
    assert as_user("leader").get(f"/photos/{SHA}", size="original").status_code == 503


def test_a_store_that_forgot_everything_is_found_out_and_filled_again(
    keeping: Keeping, store: Store, sent: UUID
) -> None:
    keeping.offload()
    store.kill()
    store.start()
    keeping.later(days=1)

    keeping.scrub()

    assert sorted(keeping.told()) == [("s3", size, "missing", "local") for size in sorted(queries.SIZES)]
    assert len(keeping.there()) == 3


def test_a_store_that_forgot_what_only_it_had_names_each_loss(
    keeping: Keeping, store: Store, as_user: AsUser, sent: UUID
) -> None:
    keeping.offload()
    keeping.evict()
    store.kill()
    store.start()
    keeping.later(days=1)

    keeping.scrub()
    assert sorted(keeping.told()) == [("s3", size, "missing", None) for size in sorted(queries.SIZES)]

    assert put(as_user("leader"), sent, DATA).status_code == 200
    keeping.offload()
    assert {healed for *_, healed in keeping.told()} == {"local"}


def test_an_object_in_s3_that_no_photo_is_called_like_is_told_within_the_month(
    keeping: Keeping, sent: UUID
) -> None:
    keeping.offload()
    from inspect_app.core.storage import storage

    with keeping.app.app_context():
        remote = storage().remote
        assert remote is not None
        remote.put("photos/web/00/" + "00" * 32, b"stray")

    for _ in range(30):
        keeping.later(days=1)
        keeping.scrub()

    assert [(each.place, each.kind, each.sha256) for each in keeping.findings()] == [("s3", "stray", None)]


def test_copies_made_anew_with_other_bytes_go_to_s3_again(keeping: Keeping, write: Write, sent: UUID) -> None:
    from inspect_app.photos.keeping import digests
    from inspect_app.photos.models import Photo

    keeping.offload()
    assert keeping.waiting() == []

    with write() as current:
        photo = current.get(Photo, SHA)
        assert photo is not None
        digests.note(current, photo, {"web_sha256": "0" * 64})

    assert keeping.waiting() == [SHA]
