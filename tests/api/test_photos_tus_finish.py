"""The last bytes of a resumable upload make a received photo, once, or nothing at all."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from flask import Flask

from inspect_app.core.database import session
from inspect_app.photos import queries, service
from inspect_app.photos.models import Photo, PhotoReceipt
from inspect_app.photos.pictures import examining
from inspect_app.photos.resumable import parts
from tests.api.photo_samples import (
    NOTHING,
    Tus,
    checksum,
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
from tests.conftest import Write

AsUser = Callable[[str], Api]


@pytest.fixture
def inspection(write: Write, people: object) -> UUID:
    return visit(write, "incomplete")


@pytest.fixture
def begun(as_user: AsUser, inspection: UUID) -> Tus:
    tablet = Tus(as_user("leader"), inspection, picture())
    assert tablet.create().status_code == 201
    return tablet


@pytest.mark.every_database
def test_the_last_bytes_complete_the_inspection(app: Flask, write: Write, begun: Tus) -> None:
    name_photo(write, begun.inspection, sha(begun.data))
    begun.patch(0, 1000)
    before = state_of(app, begun.inspection)
    begun.patch(1000)

    assert (before, state_of(app, begun.inspection)) == ("incomplete", "submitted")
    assert [file.split("/")[1] for file in files(app)] == ["original", "thumb", "web"]


def test_a_photo_sent_both_ways_is_received_once(app: Flask, begun: Tus) -> None:
    answer = put(begun.api, begun.inspection, begun.data)
    begun.patch(0)

    assert (answer.status_code, begun.offset()) == (201, len(begun.data))
    assert (count(app, Photo), count(app, PhotoReceipt)) == (1, 1)


def test_a_finished_upload_still_tells_where_it_stands(begun: Tus) -> None:
    begun.patch(0)

    assert begun.offset() == len(begun.data)
    assert begun.patch(len(begun.data)).status_code == 204
    assert begun.patch(0).status_code == 409


BAD: dict[str, tuple[Callable[[], bytes], int]] = {
    "text": (lambda: b"this is no photo" * 100, 415),
    "900 megapixels": (huge_png, 422),
    "half a JPEG": (lambda: picture()[:5000], 422),
}


@pytest.mark.parametrize("what", BAD)
def test_a_bad_picture_is_refused_at_its_end_and_leaves_nothing(
    app: Flask, as_user: AsUser, inspection: UUID, what: str
) -> None:
    make, status = BAD[what]
    tablet = Tus(as_user("leader"), inspection, make())
    tablet.create()

    assert tablet.patch(0).status_code == status
    assert tablet.head().status_code == 404
    assert left_behind(app) == NOTHING


def test_bytes_of_another_hash_are_refused_at_the_end_and_leave_nothing(
    app: Flask, as_user: AsUser, inspection: UUID
) -> None:
    tablet = Tus(as_user("leader"), inspection, picture(), sha256="0" * 64)
    tablet.create()

    answer = tablet.patch(0)

    assert (answer.status_code, answer.get_json()["errors"][0]["field"]) == (422, "sha256")
    assert left_behind(app) == NOTHING


def test_an_upload_cut_off_by_a_crash_before_it_was_received_is_received_when_asked_for(
    app: Flask, begun: Tus, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as crash:
        crash.setattr(examining, "examine", None)
        assert begun.patch(0).status_code == 500
    assert count(app, Photo) == 0

    assert begun.offset() == len(begun.data)
    assert begun.api.get(f"/photos/{sha(begun.data)}").status_code == 200


@pytest.mark.every_database
def test_of_requests_at_the_same_offset_one_is_taken(app: Flask, as_user: AsUser, begun: Tus) -> None:
    def send(_: int) -> int:
        tablet = Tus(Api(app.test_client(), begun.api.token), begun.inspection, begun.data)
        tablet.url = begun.url
        return tablet.patch(0).status_code

    with ThreadPoolExecutor(6) as pool:
        answers = sorted(pool.map(send, range(6)))

    assert answers == [204] + [409] * 5
    assert (begun.offset(), count(app, PhotoReceipt)) == (len(begun.data), 1)


def test_a_whole_upload_asked_for_by_many_is_received_once(
    app: Flask, begun: Tus, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as crash:
        crash.setattr(examining, "examine", None)
        begun.patch(0)
    decoded: list[Path] = []
    whole = examining.examine

    def watched(path: Path) -> examining.Picture:
        decoded.append(path)
        return whole(path)

    monkeypatch.setattr(examining, "examine", watched)

    def ask(_: int) -> int:
        tablet = Tus(Api(app.test_client(), begun.api.token), begun.inspection, begun.data)
        tablet.url = begun.url
        return tablet.offset()

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(ask, range(6))) == {len(begun.data)}
    assert (len(decoded), count(app, PhotoReceipt)) == (1, 1)


def test_a_piece_at_a_moved_offset_is_not_written(app: Flask) -> None:
    with app.app_context():
        part = parts.of(uuid4())
    with part.opened() as first, part.opened() as second:
        parts.append(first, 0, b"first")
        with pytest.raises(parts.OffsetMoved):
            parts.append(second, 0, b"again")
        parts.append(second, 5, b" second")

    assert part.path.read_bytes() == b"first second"


@pytest.mark.parametrize(("ending", "told", "kept"), [("received", 409, 1), ("dropped", 404, 0)])
def test_bytes_that_come_once_the_upload_has_ended_make_no_new_part(
    app: Flask, begun: Tus, monkeypatch: pytest.MonkeyPatch, ending: str, told: int, kept: int
) -> None:
    other = Tus(Api(app.test_client(), begun.api.token), begun.inspection, begun.data)
    other.url = begun.url
    size = parts.Part.size

    def ended_meanwhile(part: parts.Part) -> int:
        monkeypatch.undo()
        assert (other.patch(0) if ending == "received" else other.delete()).status_code == 204
        return size(part)

    monkeypatch.setattr(parts.Part, "size", ended_meanwhile)

    assert begun.patch(0).status_code == told
    assert count(app, PhotoReceipt) == kept
    with app.app_context():
        assert parts.listed() == {}


def test_a_checked_last_chunk_finishes_too(begun: Tus) -> None:
    begun.patch(0, 1000)
    told = checksum(begun.data[1000:], "sha256")

    assert begun.patch(1000, None, **{"Upload-Checksum": told}).status_code == 204
    assert begun.api.get(f"/photos/{sha(begun.data)}").status_code == 200


def test_an_upload_removed_while_its_last_bytes_come_is_not_found(
    app: Flask, begun: Tus, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload_id = UUID(begun.url.rpartition("/")[2])
    append = parts.append

    def removed_meanwhile(*given: object) -> None:
        append(*given)  # type: ignore[arg-type]
        with write() as current:
            service.remove_upload(current, upload_id)

    monkeypatch.setattr(parts, "append", removed_meanwhile)

    assert begun.patch(0).status_code == 404
    assert left_behind(app) == NOTHING


def test_nothing_is_known_of_photos_never_sent(app: Flask, inspection: UUID) -> None:
    with app.app_context():
        assert queries.received(session(), inspection, [f"{n:064x}" for n in range(1200)]) == set()
        assert queries.of(session(), ["0" * 64]) == {}
