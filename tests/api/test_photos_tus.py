"""Resumable uploads speak tus 1.0.0: creation, offsets, checksums, expiry, termination."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inspect_app.core.clock import FixedClock
from inspect_app.core.problems import MalformedRequest
from inspect_app.photos import service
from inspect_app.photos.keeping import clearing
from inspect_app.photos.resumable import parts, protocol
from tests import builders
from tests.api.photo_samples import (
    CHUNK,
    NOTHING,
    TUS,
    Tus,
    become,
    checksum,
    described,
    files,
    left_behind,
    picture,
    sha,
    visit,
)
from tests.clients import Api
from tests.conftest import Write

AsUser = Callable[[str], Api]
UPLOADS = "/photos/uploads"


@pytest.fixture
def inspection(write: Write, people: object) -> UUID:
    return visit(write)


@pytest.fixture
def tablet(as_user: AsUser, inspection: UUID) -> Tus:
    """The leader's tablet, about to send one photo."""
    return Tus(as_user("leader"), inspection, picture())


@pytest.fixture
def begun(tablet: Tus) -> Tus:
    """The same with its upload created."""
    assert tablet.create().status_code == 201
    return tablet


# -- what the server says of itself -----------------------------------------------------------------------


def test_options_tells_version_extensions_limit_and_algorithms(client: Api, begun: Tus) -> None:
    for path in (UPLOADS, f"/{begun.url}"):
        told = client.send("OPTIONS", path).headers

        assert told["Tus-Version"] == "1.0.0"
        assert set(told["Tus-Extension"].split(",")) >= {"creation", "checksum", "expiration", "termination"}
        assert told["Tus-Max-Size"] == str(25 * 2**20)
        assert told["Tus-Checksum-Algorithm"] == "sha1,sha256"


@pytest.mark.parametrize("version", [None, "0.2.2", "1.0.1", ""])
def test_another_version_is_refused_with_412_and_ours(begun: Tus, version: str | None) -> None:
    headers = {} if version is None else {"Tus-Resumable": version}
    chunk = {"Upload-Offset": "0", "Content-Type": CHUNK}
    answers = [
        begun.api.send("POST", UPLOADS, headers=headers),
        begun.api.send("HEAD", f"/{begun.url}", headers=headers),
        begun.api.send("PATCH", f"/{begun.url}", headers=headers | chunk, data=begun.data),
        begun.api.send("DELETE", f"/{begun.url}", headers=headers),
    ]

    assert {(answer.status_code, answer.headers["Tus-Version"]) for answer in answers} == {(412, "1.0.0")}
    assert begun.offset() == 0


def test_every_answer_speaks_tus_its_refusals_too(begun: Tus, client: Api) -> None:
    refusals = [begun.patch(5), begun.api.send("POST", UPLOADS), client.send("HEAD", f"/{begun.url}")]

    assert [answer.status_code for answer in refusals] == [409, 412, 401]
    assert {answer.headers["Tus-Resumable"] for answer in refusals} == {"1.0.0"}


# -- creation ------------------------------------------------------------------------------------------------


def test_an_upload_is_created_at_an_address_of_its_own_with_an_expiry(tablet: Tus) -> None:
    answer = tablet.create()

    assert answer.status_code == 201
    assert answer.headers["Location"].startswith("/api/v1/photos/uploads/")
    assert answer.headers["Upload-Expires"] == "Mon, 30 Nov 2026 01:00:00 GMT"


def test_creation_may_bring_the_first_bytes(tablet: Tus) -> None:
    headers = {"Content-Type": CHUNK, "Upload-Length": str(len(tablet.data))}
    named = {"Upload-Metadata": described(sha256=sha(tablet.data), inspection=tablet.inspection)}

    answer = tablet.api.send("POST", UPLOADS, headers=TUS | headers | named, data=tablet.data[:100])
    tablet.url = answer.headers["Location"]

    assert (answer.status_code, answer.headers["Upload-Offset"]) == (201, "100")
    assert tablet.patch(100).status_code == 204


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Upload-Length": ""}, 400),
        ({"Upload-Length": "-1"}, 400),
        ({"Upload-Length": "1e3"}, 400),
        ({"Upload-Length": "9" * 5000}, 400),
        ({"Upload-Length": "0"}, 422),
        ({"Upload-Length": str(25 * 2**20 + 1)}, 413),
        ({"Upload-Length": "9" * 18}, 413),
        ({"Upload-Metadata": ""}, 422),
        ({"Upload-Metadata": "sha256 !!!"}, 400),
        ({"Upload-Metadata": "a YQ==,a YQ=="}, 400),
        ({"Upload-Metadata": described(sha256="0" * 64)}, 422),
        ({"Upload-Metadata": described(sha256="xyz", inspection=uuid4())}, 422),
        ({"Upload-Metadata": described(sha256="0" * 64, inspection="115-水-001")}, 422),
        ({"Upload-Metadata": described(sha256="0" * 64, inspection=uuid4())}, 404),
    ],
)
def test_a_creation_that_says_nonsense_is_refused(
    app: Flask, tablet: Tus, headers: dict[str, str], status: int
) -> None:
    assert tablet.create(**headers).status_code == status
    assert left_behind(app) == NOTHING


def test_a_refused_creation_names_each_wrong_field(tablet: Tus) -> None:
    answer = tablet.create(**{"Upload-Metadata": described(filename="a.jpg")})

    assert [error["field"] for error in answer.get_json()["errors"]] == ["sha256", "inspection"]


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(codec="latin-1"), max_size=60))
def test_any_metadata_is_pairs_or_a_problem(text: str) -> None:
    try:
        pairs = protocol.metadata(text)
    except MalformedRequest:
        return
    assert all(isinstance(value, bytes) for value in pairs.values())


# -- sending and resuming --------------------------------------------------------------------------------------


def test_head_tells_offset_length_and_metadata_and_is_never_cached(begun: Tus) -> None:
    begun.patch(0, 1000)

    told = begun.head()

    assert told.status_code == 200
    assert (told.headers["Upload-Offset"], told.headers["Upload-Length"]) == ("1000", str(len(begun.data)))
    assert "no-store" in told.headers["Cache-Control"]
    assert told.headers["Upload-Metadata"] == described(sha256=sha(begun.data), inspection=begun.inspection)


@pytest.mark.every_database
def test_a_photo_sent_in_pieces_is_received_with_the_last(begun: Tus) -> None:
    size = len(begun.data)
    offsets = []
    for start in range(0, size, 3000):
        answer = begun.patch(start, min(start + 3000, size))
        offsets.append((answer.status_code, int(answer.headers["Upload-Offset"])))

    assert offsets == [(204, min(start + 3000, size)) for start in range(0, size, 3000)]
    assert begun.offset() == size
    assert begun.api.get(f"/photos/{sha(begun.data)}").data == begun.data


@pytest.mark.parametrize("offset", [1, 999, 1001, 10**9])
def test_another_offset_is_a_conflict_and_changes_nothing(begun: Tus, offset: int) -> None:
    begun.patch(0, 1000)

    assert begun.patch(offset).status_code == 409
    assert begun.offset() == 1000


@pytest.mark.parametrize("offset", ["", "-1", "1.0", "²", "0x10"])
def test_an_offset_that_is_no_number_is_malformed(begun: Tus, offset: str) -> None:
    answer = begun.patch(0, 10, **{"Upload-Offset": offset.encode().decode("latin-1")})

    assert (answer.status_code, begun.offset()) == (400, 0)


@pytest.mark.parametrize("kind", ["image/jpeg", "application/octet-stream", ""])
def test_a_chunk_of_another_content_type_is_refused(begun: Tus, kind: str) -> None:
    assert begun.patch(0, 100, **{"Content-Type": kind}).status_code == 415
    assert begun.offset() == 0


def test_more_than_the_length_is_refused(app: Flask, begun: Tus) -> None:
    begun.patch(0, 1000)
    begun.data += b"more"

    assert begun.patch(1000).status_code == 413
    assert begun.offset() == 1000


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_a_chunk_with_its_checksum_is_taken(begun: Tus, algorithm: str) -> None:
    answer = begun.patch(0, 1000, **{"Upload-Checksum": checksum(begun.data[:1000], algorithm)})

    assert (answer.status_code, begun.offset()) == (204, 1000)


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_a_chunk_with_another_checksum_is_thrown_away(app: Flask, begun: Tus, algorithm: str) -> None:
    begun.patch(0, 1000)

    answer = begun.patch(1000, 2000, **{"Upload-Checksum": checksum(begun.data[:1000], algorithm)})

    assert (answer.status_code, begun.offset()) == (460, 1000)
    assert len(files(app)) == 1


@pytest.mark.parametrize("given_", ["md5 abcd", "sha1", "sha1 ***", "", "crc32 AAAA"])
def test_a_checksum_that_cannot_be_read_is_malformed(begun: Tus, given_: str) -> None:
    answer = begun.patch(0, 1000, **{"Upload-Checksum": given_})

    assert (answer.status_code, begun.offset()) == ((460 if given_ == "sha1" else 400), 0)


def test_a_client_without_patch_may_override_the_method(begun: Tus) -> None:
    def post(method: str, **options: Any) -> int:
        headers = TUS | {"X-HTTP-Method-Override": method} | options.pop("headers", {})
        return begun.api.send("POST", f"/{begun.url}", headers=headers, **options).status_code

    chunk = {"Upload-Offset": "0", "Content-Type": CHUNK}
    assert post("PATCH", headers=chunk, data=begun.data[:500]) == 204
    assert begun.offset() == 500
    assert [post(method) for method in ("HEAD", "PUT", "DELETE", "DELETE")] == [200, 405, 204, 404]


# -- whose it is, and how it ends -------------------------------------------------------------------------------


@pytest.mark.parametrize("other", ["member1", "staff", "agency"])
def test_an_upload_is_its_uploaders_alone(begun: Tus, as_user: AsUser, other: str) -> None:
    mine, begun.api = begun.api, as_user(other)
    answers = [begun.head().status_code, begun.patch(0).status_code, begun.delete().status_code]
    begun.api = mine

    assert answers == [404, 404, 404]
    assert begun.offset() == 0


def test_a_terminated_upload_is_gone_with_its_bytes(app: Flask, begun: Tus) -> None:
    begun.patch(0, 1000)

    assert begun.delete().status_code == 204
    assert [begun.head().status_code, begun.patch(1000).status_code, begun.delete().status_code] == [404] * 3
    assert left_behind(app) == NOTHING


def test_terminating_a_finished_upload_leaves_the_photo(app: Flask, begun: Tus) -> None:
    begun.patch(0)

    assert begun.delete().status_code == 204
    assert begun.api.get(f"/photos/{sha(begun.data)}").status_code == 200


def test_an_expired_upload_answers_410(app: Flask, begun: Tus, fixed_clock: FixedClock, write: Write) -> None:
    begun.patch(0, 1000)
    with app.app_context():
        assert clearing.clear_uploads(fixed_clock.now(), check) == 0
    fixed_clock.instant += service.UPLOAD_LIFE
    begun.api = _signed_in_again(begun, write)

    answers = [begun.head(), begun.patch(1000), begun.delete()]

    assert [answer.status_code for answer in answers] == [410, 410, 410]


def test_expiring_removes_uploads_whose_time_has_run_out_and_no_others(
    app: Flask, begun: Tus, as_user: AsUser, fixed_clock: FixedClock, write: Write
) -> None:
    begun.patch(0, 1000)
    fixed_clock.instant += timedelta(days=1)
    younger = Tus(_signed_in_again(begun, write), begun.inspection, picture(1))
    younger.create()
    younger.patch(0, 500)
    fixed_clock.instant += service.UPLOAD_LIFE - timedelta(days=1)

    with app.app_context():
        assert clearing.clear_uploads(fixed_clock.now(), check) == 1

    younger.api = begun.api = _signed_in_again(begun, write)
    assert begun.head().status_code == 404
    assert younger.offset() == 500
    assert len(files(app)) == 1


def test_expiring_removes_bytes_that_belong_to_no_upload(
    app: Flask, begun: Tus, fixed_clock: FixedClock, write: Write
) -> None:
    begun.patch(0, 1000)
    mine = files(app)
    with app.app_context():
        stray = parts.of(uuid4()).path
    stray.write_bytes(b"left by a crash")

    with app.app_context():
        clearing.clear_uploads(fixed_clock.now(), check)

    assert files(app) == mine


def test_an_upload_for_a_cancelled_visit_is_a_conflict(begun: Tus, write: Write) -> None:
    begun.patch(0, 1000)
    become(write, begun.inspection, "cancelled")

    assert begun.patch(1000).status_code == 409
    assert Tus(begun.api, begun.inspection, begun.data).create().status_code == 409


def check() -> None:
    """Nobody else takes over."""


def _signed_in_again(tablet: Tus, write: Write) -> Api:
    """Days later a token has expired."""
    with write() as session:
        return Api(tablet.api.client, builders.token(session, "leader"))
