"""A photo sent whole: received once, the same each time, and refused without a trace."""

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask

from inspect_app.core import audit
from inspect_app.core.clock import FixedClock
from inspect_app.core.database import session
from inspect_app.photos import queries
from inspect_app.photos.models import Photo, PhotoReceipt
from inspect_app.photos.pictures import examining
from tests.api.photo_samples import (
    NOTHING,
    Unread,
    count,
    files,
    huge_png,
    left_behind,
    name_photo,
    picture,
    put,
    sha,
    state_of,
    visit,
)
from tests.clients import Api
from tests.conftest import MORNING, MakeApp, Write

AsUser = Callable[[str], Api]
MIB = 2**20


@pytest.fixture
def inspection(write: Write, people: object) -> UUID:
    return visit(write)


@pytest.mark.every_database
def test_a_photo_is_received_first_with_201_and_again_with_200_and_the_same_answer(
    app: Flask, as_user: AsUser, inspection: UUID, fixed_clock: FixedClock
) -> None:
    data, leader = picture(), as_user("leader")

    first = put(leader, inspection, data)
    fixed_clock.instant = MORNING.replace(hour=9)
    again = put(leader, inspection, data)

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.get_json() == again.get_json()
    assert first.get_json() | {"receipt": None} == {
        "receipt": None,
        "sha256": sha(data),
        "bytes": len(data),
        "mime": "image/jpeg",
        "width": 320,
        "height": 240,
        "received_at": "2026-11-23T01:00:00+00:00",
    }
    assert (count(app, Photo), count(app, PhotoReceipt)) == (1, 1)


def test_the_original_is_stored_byte_for_byte_beside_its_copies(
    app: Flask, as_user: AsUser, inspection: UUID
) -> None:
    data = picture(kind="PNG")
    put(as_user("leader"), inspection, data)

    name = f"{sha(data)[:2]}/{sha(data)}"
    assert files(app) == [f"photos/{size}/{name}" for size in ("original", "thumb", "web")]
    with app.app_context():
        assert queries.paths(sha(data), "original").read_bytes() == data


def test_receiving_is_written_in_the_inspections_history(
    app: Flask, as_user: AsUser, inspection: UUID
) -> None:
    data, leader = picture(), as_user("leader")
    put(leader, inspection, data)
    put(leader, inspection, data)

    with app.app_context():
        events = audit.history(session(), "inspection", inspection)
    assert [(event.action, event.detail) for event in events] == [("photo.received", {"sha256": sha(data)})]


def test_an_upper_case_hash_is_the_same_photo(as_user: AsUser, inspection: UUID) -> None:
    data = picture()

    assert put(as_user("leader"), inspection, data, sha(data).upper()).get_json()["sha256"] == sha(data)


@pytest.mark.parametrize("kind", [None, "image/jpeg", "text/plain", "application/x-www-form-urlencoded"])
def test_any_content_type_is_taken(as_user: AsUser, inspection: UUID, kind: str | None) -> None:
    assert put(as_user("leader"), inspection, picture(), content_type=kind).status_code == 201


def test_a_known_photo_is_not_decoded_again(
    as_user: AsUser, inspection: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = picture()
    put(as_user("leader"), inspection, data)
    monkeypatch.setattr(examining, "examine", None)

    assert put(as_user("member1"), inspection, data).status_code == 201
    assert put(as_user("leader"), inspection, data).status_code == 200


def test_bytes_lost_from_the_storage_are_healed_by_sending_them_again(
    app: Flask, as_user: AsUser, inspection: UUID
) -> None:
    data, leader = picture(), as_user("leader")
    put(leader, inspection, data)
    before = files(app)
    with app.app_context():
        queries.paths(sha(data), "original").unlink()

    assert put(leader, inspection, data).status_code == 200
    assert files(app) == before


def test_sending_again_still_proves_the_bytes(as_user: AsUser, inspection: UUID) -> None:
    data, leader = picture(), as_user("leader")
    put(leader, inspection, data)

    assert put(leader, inspection, picture(1), sha(data)).status_code == 422


def test_a_photo_counts_for_the_inspection_it_was_sent_for_alone(
    app: Flask, write: Write, as_user: AsUser, inspection: UUID
) -> None:
    data, other = picture(), visit(write, number="115-水-002")
    put(as_user("leader"), inspection, data)

    with app.app_context():
        assert queries.received(session(), inspection, [sha(data), "0" * 64]) == {sha(data)}
        assert queries.received(session(), other, [sha(data)]) == set()


@pytest.mark.every_database
def test_the_last_named_photo_turns_incomplete_into_submitted(
    app: Flask, write: Write, as_user: AsUser, people: object
) -> None:
    data, leader, inspection = [picture(1), picture(2)], as_user("leader"), visit(write, "incomplete")
    name_photo(write, inspection, *map(sha, data))

    put(leader, inspection, data[0])
    between = state_of(app, inspection)
    put(leader, inspection, data[1])

    assert (between, state_of(app, inspection)) == ("incomplete", "submitted")


@pytest.mark.every_database
def test_the_same_photo_sent_at_once_for_two_inspections_is_one_photo(
    app: Flask, write: Write, as_user: AsUser, inspection: UUID
) -> None:
    data, places = picture(), [inspection, visit(write, number="115-水-002")] * 3
    senders = [as_user("leader") for _ in places]

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda api, place: put(api, place, data).status_code, senders, places))

    assert sorted(answers) == [200] * 4 + [201] * 2
    assert (count(app, Photo), count(app, PhotoReceipt)) == (1, 2)


@pytest.mark.every_database
def test_who_loses_the_race_for_a_new_photo_finds_the_winners_row(
    app: Flask, write: Write, as_user: AsUser, inspection: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, leader, other = picture(), as_user("leader"), visit(write, number="115-水-002")
    put(leader, inspection, data)
    not_yet_there, get = [None, None], queries.get

    def late(*given: Any) -> Photo | None:
        return not_yet_there.pop() if not_yet_there else get(*given)

    monkeypatch.setattr(queries, "get", late)

    assert put(leader, other, data).status_code == 201
    assert (count(app, Photo), count(app, PhotoReceipt), not_yet_there) == (1, 2, [])


# -- what is refused -----------------------------------------------------------------------------------

Make = Callable[[], bytes]
REFUSED: dict[str, tuple[Make, int]] = {
    "text called .jpg": (lambda: b"this is no photo" * 100, 415),
    "nothing": (lambda: b"", 415),
    "a GIF": (lambda: picture(kind="GIF"), 415),
    "a PNG of 900 megapixels": (huge_png, 422),
    "half a JPEG": (lambda: picture()[: len(picture()) // 2], 422),
    "26 MiB": (lambda: picture() + bytes(26 * MIB), 413),
}


@pytest.mark.parametrize("what", REFUSED)
def test_bad_input_is_refused_and_leaves_nothing(
    app: Flask, as_user: AsUser, inspection: UUID, what: str
) -> None:
    make, status = REFUSED[what]

    answer = put(as_user("leader"), inspection, make())

    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert left_behind(app) == NOTHING


def test_bytes_that_do_not_match_the_hash_are_refused_and_leave_nothing(
    app: Flask, as_user: AsUser, inspection: UUID
) -> None:
    answer = put(as_user("leader"), inspection, picture(), "0" * 64)

    assert answer.status_code == 422
    assert [error["field"] for error in answer.get_json()["errors"]] == ["sha256"]
    assert left_behind(app) == NOTHING


def test_a_body_without_a_length_is_limited_too(app: Flask, as_user: AsUser, inspection: UUID) -> None:
    endless = {"wsgi.input_terminated": True, "wsgi.input": io.BytesIO(bytes(26 * MIB))}

    answer = put(
        as_user("leader"),
        inspection,
        b"",
        environ_overrides=endless,
        headers={"Transfer-Encoding": "chunked"},
    )

    assert answer.status_code == 413
    assert left_behind(app) == NOTHING


def test_a_body_over_the_limit_is_refused_before_it_is_read(as_user: AsUser, inspection: UUID) -> None:
    told = {"wsgi.input": Unread(), "CONTENT_LENGTH": str(26 * MIB)}

    assert put(as_user("leader"), inspection, b"", environ_overrides=told).status_code == 413


def test_exactly_the_limit_is_taken(make_app: MakeApp, app: Flask, as_user: AsUser, inspection: UUID) -> None:
    data = picture().ljust(2**16, b"\0")
    narrow = make_app(MAX_PHOTO_BYTES=str(2**16))
    leader = Api(narrow.test_client(), as_user("leader").token)

    assert put(leader, inspection, data).status_code == 201
    assert put(leader, inspection, data + b"\0").status_code == 413


@pytest.mark.parametrize("inspection_id", ["", "no-uuid", "115-水-001"])
def test_an_inspection_must_be_named(as_user: AsUser, people: object, inspection_id: str) -> None:
    answer = put(as_user("leader"), inspection_id, picture())

    assert answer.status_code == 422
    assert "inspection" in {error["field"] for error in answer.get_json()["errors"]}


def test_the_inspection_may_not_be_left_out(as_user: AsUser, people: object) -> None:
    assert as_user("leader").send("PUT", f"/photos/{'0' * 64}", data=b"x").status_code == 422


@pytest.mark.parametrize("sha256", ["0" * 63, "g" * 64, "0" * 65, "thumb", "..%2f..%2fetc"])
def test_what_is_no_hash_is_not_found(as_user: AsUser, inspection: UUID, sha256: str) -> None:
    leader = as_user("leader")

    assert put(leader, inspection, picture(), sha256).status_code == 404
    assert leader.get(f"/photos/{sha256}").status_code == 404


def test_an_unknown_inspection_is_not_found(app: Flask, as_user: AsUser, people: object) -> None:
    assert put(as_user("leader"), uuid4(), picture()).status_code == 404
    assert left_behind(app) == NOTHING


def test_a_full_disk_leaves_nothing_behind(
    app: Flask, as_user: AsUser, inspection: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("inspect_app.core.storage.Storage.keep", full)

    assert put(as_user("leader"), inspection, picture()).status_code == 507
    assert left_behind(app) == NOTHING
