"""No tablet can fill the disk: a quota of each on what it begins, and a floor of free space for all."""

import errno
import shutil
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from uuid import UUID

import pytest
from flask import Flask

from inspect_app.core.clock import FixedClock
from inspect_app.photos import receiving, service
from inspect_app.photos.keeping import clearing
from inspect_app.photos.models import PhotoReceipt, PhotoUpload
from inspect_app.photos.resumable import parts
from tests import builders
from tests.api.photo_samples import Tus, count, files, left_behind, picture, put, sha, visit
from tests.clients import Api
from tests.conftest import MakeApp, Write

AsUser = Callable[[str], Api]
SIZE = len(picture())
HUGE = str(2**50)


@pytest.fixture
def limits() -> dict[str, str]:
    """Two unfinished uploads, of 2.5 photos' bytes; four photos' bytes a day."""
    return {
        "DEVICE_UPLOADS": "2",
        "DEVICE_UPLOAD_BYTES": str(max(2**16, SIZE * 5 // 2)),
        "DEVICE_DAY_BYTES": str(2**40),
        "MIN_FREE_BYTES": "0",
    }


@pytest.fixture
def app(make_app: MakeApp, limits: dict[str, str], request: pytest.FixtureRequest) -> Flask:
    return make_app(**(limits | getattr(request, "param", {})))


@pytest.fixture
def inspection(write: Write, people: object) -> UUID:
    return visit(write)


@pytest.fixture
def begin(as_user: AsUser, inspection: UUID) -> Callable[..., Tus]:
    """`begin(201, 1)` begins the upload of a photo and expects the status."""
    leader = as_user("leader")

    def begun(status: int, number: int, api: Api | None = None) -> Tus:
        tablet = Tus(api or leader, inspection, picture(number))
        answer = tablet.create()
        assert answer.status_code == status, answer.text
        if status == 429:
            assert int(answer.headers["Retry-After"]) > 0
            assert answer.get_json()["code"] == "too_many"
        return tablet

    return begun


def enrolled(owner: Api) -> Api:
    """A tablet of the same person."""
    code = owner.post("/devices/enrolments", {"user": owner.get("/me").get_json()["id"]}).get_json()["code"]
    token = Api(owner.client).post("/devices", {"code": code, "name": "平板"}).get_json()["token"]
    return Api(owner.client, token)


def signed_in_again(app: Flask, write: Write) -> Api:
    """Days later a token has expired."""
    with write() as session:
        return Api(app.test_client(), builders.token(session, "leader"))


@pytest.mark.every_database
def test_who_has_too_many_unfinished_uploads_begins_no_more_but_may_finish_them(
    app: Flask, begin: Callable[..., Tus]
) -> None:
    first, second = begin(201, 1), begin(201, 2)
    begin(429, 3)

    assert [tablet.patch(0).status_code for tablet in (first, second)] == [204, 204]

    begin(201, 3)
    assert count(app, PhotoReceipt) == 2


@pytest.mark.every_database
def test_each_tablet_has_a_quota_of_its_own(begin: Callable[..., Tus], as_user: AsUser) -> None:
    owner = as_user("leader")
    tablets = [owner, enrolled(owner), enrolled(owner), as_user("member1")]

    for tablet in tablets:
        begin(201, 1, tablet)
        begin(201, 2, tablet)
        begin(429, 3, tablet)


@pytest.mark.parametrize("app", [{"DEVICE_UPLOADS": "9", "DEVICE_UPLOAD_BYTES": str(2**16)}], indirect=True)
def test_who_has_too_many_unfinished_bytes_begins_no_more(begin: Callable[..., Tus]) -> None:
    fits = 2**16 // SIZE
    for number in range(fits):
        begin(201, number)

    begin(429, fits)


@pytest.mark.parametrize("app", [{"DEVICE_DAY_BYTES": str(2**16)}], indirect=True)
def test_who_has_begun_too_much_in_a_day_waits_for_the_next(
    begin: Callable[..., Tus], fixed_clock: FixedClock, write: Write, app: Flask
) -> None:
    fits = 2**16 // SIZE
    for number in range(fits):
        begin(201, number).patch(0)
    begin(429, fits)
    fixed_clock.instant += timedelta(days=1, seconds=1)

    begin(201, fits, signed_in_again(app, write))


@pytest.mark.every_database
@pytest.mark.parametrize("app", [{"DEVICE_DAY_BYTES": str(2**16)}], indirect=True)
def test_photos_sent_whole_count_for_the_day_but_may_be_sent_again(
    as_user: AsUser,
    begin: Callable[..., Tus],
    inspection: UUID,
    fixed_clock: FixedClock,
    write: Write,
    app: Flask,
) -> None:
    leader, fits = as_user("leader"), -(-(2**16) // SIZE)
    sent = [put(leader, inspection, picture(number)) for number in range(fits)]
    begin(429, fits)
    refused = put(leader, inspection, picture(fits))

    assert [answer.status_code for answer in sent] == [201] * fits
    assert (refused.status_code, refused.get_json()["code"]) == (429, "too_many")
    assert count(app, PhotoReceipt) == fits
    assert put(leader, inspection, picture(0)).status_code == 200
    assert put(enrolled(leader), inspection, picture(fits)).status_code == 201
    fixed_clock.instant += timedelta(days=1, seconds=1)
    assert put(signed_in_again(app, write), inspection, picture(fits + 1)).status_code == 201


@pytest.mark.parametrize("app", [{"DEVICE_DAY_BYTES": str(2**16)}], indirect=True)
def test_giving_up_what_was_received_frees_nothing_of_the_day(
    begin: Callable[..., Tus], app: Flask, fixed_clock: FixedClock, write: Write
) -> None:
    fits = 2**16 // SIZE
    for number in range(fits):
        tablet = begin(201, number)
        assert (tablet.patch(0).status_code, tablet.delete().status_code) == (204, 204)
        assert tablet.head().status_code == 410
    with app.app_context():
        assert clearing.clear_uploads(fixed_clock.now(), lambda: None) == 0
    begin(429, fits)
    fixed_clock.instant += timedelta(days=1, seconds=1)
    with app.app_context():
        assert clearing.clear_uploads(fixed_clock.now(), lambda: None) == fits

    begin(201, fits, signed_in_again(app, write))


def test_an_expired_or_dropped_upload_counts_no_more(
    begin: Callable[..., Tus], fixed_clock: FixedClock, write: Write, app: Flask
) -> None:
    begin(201, 1).delete()
    begin(201, 2)
    begin(201, 3)
    begin(429, 4)
    fixed_clock.instant += service.UPLOAD_LIFE

    begin(201, 4, signed_in_again(app, write))


@pytest.mark.every_database
def test_an_upload_begun_twice_is_finished_twice_by_one_photo(app: Flask, begin: Callable[..., Tus]) -> None:
    lost, known = begin(201, 1), begin(201, 1)
    lost.patch(0, 1000)

    assert known.patch(0).status_code == 204

    assert (lost.offset(), lost.patch(1000).status_code) == (len(lost.data), 409)
    assert (count(app, PhotoUpload), count(app, PhotoReceipt)) == (2, 1)
    assert [name.split("/")[1] for name in files(app)] == ["original", "thumb", "web"]
    begin(201, 2)
    begin(201, 3)


@pytest.mark.parametrize("app", [{"MIN_FREE_BYTES": HUGE}], indirect=True)
def test_a_disk_that_is_nearly_full_takes_no_new_photo(app: Flask, as_user: AsUser, inspection: UUID) -> None:
    leader = as_user("leader")
    answers = [Tus(leader, inspection, picture()).create(), put(leader, inspection, picture())]

    assert [(answer.status_code, answer.get_json()["code"]) for answer in answers] == [(507, "no_room")] * 2
    assert left_behind(app)[1] == [0, 0, 0]


@pytest.mark.parametrize("app", [{"MIN_FREE_BYTES": "1000"}], indirect=True)
def test_what_was_begun_keeps_its_place_on_a_disk_that_fills_up(
    begin: Callable[..., Tus], as_user: AsUser, inspection: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1000 + SIZE // 2))
    tablet = begin(201, 1)

    begin(507, 2)
    assert put(as_user("member1"), inspection, picture(3)).status_code == 507
    assert tablet.patch(0, SIZE * 3 // 4).status_code == 204
    begin(201, 2)


@pytest.mark.parametrize("fault", [errno.ENOSPC, errno.EDQUOT])
def test_a_disk_that_fills_up_on_the_way_is_told_so_and_keeps_what_came(
    begin: Callable[..., Tus],
    as_user: AsUser,
    inspection: UUID,
    monkeypatch: pytest.MonkeyPatch,
    fault: int,
) -> None:
    def full(*_: object) -> None:
        raise OSError(fault, "full")

    tablet = begin(201, 1)
    tablet.patch(0, 1000)
    with monkeypatch.context() as patched:
        patched.setattr(parts, "append", full)
        patched.setattr(receiving, "copy_hashed", full)
        answers = [tablet.patch(1000), put(as_user("leader"), inspection, picture(2))]

    assert [(answer.status_code, answer.get_json()["code"]) for answer in answers] == [(507, "no_room")] * 2
    assert [int(answer.headers["Retry-After"]) for answer in answers] == [300, 300]
    assert (tablet.offset(), tablet.patch(1000).status_code) == (1000, 204)


def test_a_disk_that_filled_up_meanwhile_still_takes_what_was_begun(
    make_app: MakeApp, begin: Callable[..., Tus], inspection: UUID
) -> None:
    tablet = begin(201, 1)
    full = make_app(MIN_FREE_BYTES=HUGE)
    tablet.api = Api(full.test_client(), tablet.api.token)

    assert tablet.patch(0).status_code == 204
    assert tablet.api.get(f"/photos/{sha(tablet.data)}").data == tablet.data
