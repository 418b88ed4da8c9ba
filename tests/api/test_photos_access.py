"""Who may send a photo for a visit, and who may read one; how its bytes are served."""

import io
from collections.abc import Callable
from uuid import UUID

import pytest
from flask import Flask
from PIL import ExifTags, Image
from sqlalchemy.orm import Session

from inspect_app.core.auth import Actor
from inspect_app.core.database import session
from inspect_app.photos import policy, queries
from inspect_app.photos.models import Photo
from tests import builders
from tests.api.photo_samples import (
    NOTHING,
    Tus,
    Unread,
    become,
    left_behind,
    name_photo,
    picture,
    put,
    sha,
    visit,
)
from tests.clients import Api
from tests.conftest import Write

AsUser = Callable[[str], Api]
SENDERS = ("leader", "member1")
BEHIND = b"\0\0\0\x28skip<html><script>alert(1)</script>."
INSPECTED = ("agency", "supervisor", "contractor")


@pytest.fixture
def inspection(write: Write, people: object) -> UUID:
    return visit(write)


# -- sending -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("username", SENDERS)
@pytest.mark.parametrize("state", ["planned", "started", "incomplete", "submitted", "issued"])
def test_the_visits_team_may_send(
    write: Write, as_user: AsUser, inspection: UUID, state: str, username: str
) -> None:
    become(write, inspection, state)

    assert put(as_user(username), inspection, picture()).status_code == 201


@pytest.mark.parametrize(
    ("username", "status"),
    [
        ("staff", 403),
        ("admin", 403),
        ("auditor", 403),
        ("member2", 404),
        ("agency", 404),
        ("supervisor", 404),
        ("contractor", 404),
        ("other_contractor", 404),
        ("pcm", 404),
    ],
)
@pytest.mark.parametrize("state", ["planned", "started", "incomplete", "submitted"])
def test_before_issue_nobody_else_may_send(
    app: Flask, write: Write, as_user: AsUser, inspection: UUID, state: str, username: str, status: int
) -> None:
    become(write, inspection, state)
    other = as_user(username)

    assert put(other, inspection, picture()).status_code == status
    assert Tus(other, inspection, picture()).create().status_code == status
    assert left_behind(app) == NOTHING


@pytest.mark.parametrize(
    ("username", "status"),
    [(who, 201) for who in (*SENDERS, *INSPECTED)]
    + [("staff", 403), ("auditor", 403), ("member2", 404), ("other_contractor", 404), ("pcm", 404)],
)
def test_once_issued_the_inspected_of_that_tender_may_send(
    write: Write, as_user: AsUser, inspection: UUID, username: str, status: int
) -> None:
    become(write, inspection, "issued")

    assert put(as_user(username), inspection, picture()).status_code == status


@pytest.mark.parametrize(
    ("state", "username", "status"),
    [
        ("closed", "leader", 409),
        ("closed", "contractor", 409),
        ("closed", "staff", 403),
        ("closed", "other_contractor", 404),
        ("cancelled", "leader", 409),
        ("cancelled", "contractor", 404),
    ],
)
def test_a_visit_that_is_over_takes_no_more_photos(
    write: Write, as_user: AsUser, inspection: UUID, state: str, username: str, status: int
) -> None:
    become(write, inspection, state)

    assert put(as_user(username), inspection, picture()).status_code == status


def test_permission_is_decided_before_the_body_is_read(as_user: AsUser, inspection: UUID) -> None:
    told = {"wsgi.input": Unread(), "CONTENT_LENGTH": "1000"}

    assert put(as_user("member2"), inspection, b"", environ_overrides=told).status_code == 404


def test_without_a_token_nothing_is_taken_or_shown(client: Api, inspection: UUID) -> None:
    data = picture()

    assert put(client, inspection, data).status_code == 401
    assert client.get(f"/photos/{sha(data)}").status_code == 401


# -- reading ---------------------------------------------------------------------------------------------------


@pytest.fixture
def sent(as_user: AsUser, inspection: UUID) -> str:
    """The hash of a photo that `member1` sent."""
    assert put(as_user("member1"), inspection, picture()).status_code == 201
    return sha(picture())


def readers(as_user: AsUser, sha256: str) -> set[str]:
    """Those of the cast who may read a photo; all others find none."""
    answers = {
        each.username: as_user(each.username).get(f"/photos/{sha256}").status_code for each in builders.CAST
    }
    assert answers.pop("admin") == 403
    assert set(answers.values()) <= {200, 404}
    return {username for username, status in answers.items() if status == 200}


def test_a_photo_nothing_names_is_its_uploaders_alone(as_user: AsUser, sent: str) -> None:
    assert readers(as_user, sent) == {"member1"}


@pytest.mark.every_database
def test_before_issue_a_named_photo_is_staffs_and_the_teams(
    write: Write, as_user: AsUser, inspection: UUID, sent: str
) -> None:
    name_photo(write, inspection, sent)

    assert readers(as_user, sent) == {"staff", "leader", "member1"}


def test_after_issue_a_named_photo_is_also_the_auditors_and_the_inspecteds(
    write: Write, as_user: AsUser, inspection: UUID, sent: str
) -> None:
    name_photo(write, inspection, sent)
    become(write, inspection, "issued")

    assert readers(as_user, sent) == {"staff", "leader", "member1", "auditor", *INSPECTED}


def test_naming_anothers_photo_gives_no_access_to_it(
    write: Write, as_user: AsUser, inspection: UUID, sent: str
) -> None:
    other = visit(write, "issued", number="115-水-002")
    name_photo(write, other, sent)

    assert readers(as_user, sent) == {"member1"}


def test_a_feature_may_add_a_rule_of_its_own(
    as_user: AsUser, sent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def rule(_session: Session, actor: Actor, sha256: str) -> bool:
        return actor.username == "agency" and sha256 == sent

    monkeypatch.setattr(policy, "READERS", [*policy.READERS, rule])

    assert readers(as_user, sent) == {"member1", "agency"}


# -- what a photo tells of itself --------------------------------------------------------------------------


@pytest.fixture
def telling(write: Write, as_user: AsUser, inspection: UUID) -> tuple[str, bytes]:
    """A named photo of an issued visit that tells where and with what it was taken: its hash and bytes."""
    notes = Image.Exif()
    notes[ExifTags.Base.Model] = "SecretModel"
    notes.get_ifd(ExifTags.IFD.GPSInfo).update(
        {1: "N", 2: (22.0, 37.0, 30.0), 3: "E", 4: (120.0, 18.0, 36.0)}
    )
    out = io.BytesIO()
    Image.new("RGB", (64, 48)).save(out, "JPEG", exif=notes)
    data = out.getvalue()
    assert put(as_user("member1"), inspection, data).status_code == 201
    name_photo(write, inspection, sha(data))
    become(write, inspection, "issued")
    return sha(data), data


@pytest.mark.every_database
@pytest.mark.parametrize("username", ["staff", "leader", "member1", "auditor"])
def test_the_team_and_auditors_read_what_a_photo_tells(
    as_user: AsUser, telling: tuple[str, bytes], username: str
) -> None:
    answer = as_user(username).get(f"/photos/{telling[0]}/facts")

    assert (answer.status_code, answer.get_json()) == (
        200,
        {
            "sha256": telling[0],
            "bytes": len(telling[1]),
            "mime": "image/jpeg",
            "width": 64,
            "height": 48,
            "known": True,
            "taken_at": None,
            "model": "SecretModel",
            "position": {"lat": 22.625, "lon": 120.31},
        },
    )
    assert as_user(username).get(f"/photos/{telling[0]}").data == telling[1]


@pytest.mark.parametrize("username", INSPECTED)
def test_the_inspected_get_the_picture_alone(
    as_user: AsUser, telling: tuple[str, bytes], username: str
) -> None:
    sha256, data = telling
    reader = as_user(username)

    original, told = reader.get(f"/photos/{sha256}"), reader.get(f"/photos/{sha256}/facts")

    assert (told.status_code, b"Secret" in told.data) == (403, False)
    assert (original.status_code, original.mimetype, b"Exif" in original.data) == (200, "image/jpeg", False)
    assert Image.open(io.BytesIO(original.data)).tobytes() == Image.open(io.BytesIO(data)).tobytes()
    assert original.headers["ETag"] != as_user("leader").get(f"/photos/{sha256}").headers["ETag"]


def test_who_sent_a_photo_gets_his_own_bytes(
    as_user: AsUser, telling: tuple[str, bytes], inspection: UUID
) -> None:
    sha256, data = telling
    assert put(as_user("contractor"), inspection, data).status_code == 201

    assert as_user("contractor").get(f"/photos/{sha256}").data == data
    assert as_user("contractor").get(f"/photos/{sha256}/facts").status_code == 403
    assert as_user("agency").get(f"/photos/{sha256}").data != data


def test_a_photo_from_before_notes_were_kept_is_bared_too(
    write: Write, as_user: AsUser, telling: tuple[str, bytes]
) -> None:
    with write() as current:
        row = current.get(Photo, telling[0])
        assert row is not None
        row.notes = None

    assert b"Secret" not in as_user("agency").get(f"/photos/{telling[0]}").data
    assert as_user("leader").get(f"/photos/{telling[0]}/facts").get_json()["known"] is False


# -- serving -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("size", "longest"), [("thumb", 320), ("web", 1600)])
def test_copies_are_jpeg_of_their_size(as_user: AsUser, inspection: UUID, size: str, longest: int) -> None:
    data, leader = picture(size=(2000, 1500), kind="PNG"), as_user("leader")
    put(leader, inspection, data)

    answer = leader.get(f"/photos/{sha(data)}", size=size)

    assert answer.mimetype == "image/jpeg"
    assert max(Image.open(io.BytesIO(answer.data)).size) == longest


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_the_original_is_served_as_its_own_kind_and_nothing_else(
    as_user: AsUser, inspection: UUID, kind: str
) -> None:
    data, leader = picture(kind=kind) + BEHIND, as_user("leader")
    put(leader, inspection, data)

    answer = leader.get(f"/photos/{sha(data)}")

    extension = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp", "HEIF": "heic"}[kind]
    mime = "image/heic" if kind == "HEIF" else f"image/{kind.lower()}"
    assert (answer.data, answer.mimetype) == (data, mime)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["Content-Disposition"] == f"inline; filename={sha(data)[:12]}.{extension}"
    assert answer.headers["Cache-Control"] == "private, no-cache"


def test_a_caller_who_has_the_photo_gets_304_only_while_he_may_read_it(as_user: AsUser, sent: str) -> None:
    path, known = f"/photos/{sent}", {"If-None-Match": f'"{sent}-original"'}

    answers = [as_user(who).send("GET", path, headers=known) for who in ("member1", "agency")]

    assert as_user("member1").get(path).headers["ETag"] == f'"{sent}-original"'
    assert [(answer.status_code, len(answer.data) > 0) for answer in answers] == [(304, False), (404, True)]


def test_each_size_has_an_etag_of_its_own(as_user: AsUser, sent: str) -> None:
    tags = {as_user("member1").get(f"/photos/{sent}", size=size).headers["ETag"] for size in queries.SIZES}

    assert len(tags) == 3


def test_another_size_is_an_error(as_user: AsUser, sent: str) -> None:
    answer = as_user("member1").get(f"/photos/{sent}", size="huge")

    assert (answer.status_code, answer.get_json()["errors"][0]["field"]) == (422, "size")


@pytest.mark.parametrize("size", queries.SIZES)
def test_bytes_missing_on_disk_are_said_to_be(app: Flask, as_user: AsUser, sent: str, size: str) -> None:
    with app.app_context():
        queries.paths(sent, size).unlink()

    answer = as_user("member1").get(f"/photos/{sent}", size=size)

    assert (answer.status_code, answer.get_json()["code"]) == (503, "photo_bytes_missing")


def test_photos_are_known_by_hash(app: Flask, sent: str) -> None:
    with app.app_context():
        found = queries.of(session(), [sent, "0" * 64])

    assert {sha256: (photo.width, photo.mime) for sha256, photo in found.items()} == {
        sent: (320, "image/jpeg")
    }
