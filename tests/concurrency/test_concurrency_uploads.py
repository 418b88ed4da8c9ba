"""Several clients on one upload at the same moment: one is taken, the others learn it, and no file is a mixture."""

import os
from collections.abc import Callable
from functools import partial

import pytest
from werkzeug.test import TestResponse

from inspect_app.photos.models import Photo, PhotoReceipt
from tests.api.photo_samples import CHUNK, TUS, described, picture, sha
from tests.concurrency import remote
from tests.concurrency.arena import Arena
from tests.concurrency.invariants import broken
from tests.inspections_builders import Visit, expect

ROUNDS = 6
LARGE = (800, 600)
"""Pixels of a photo that comes in several pieces."""


def begun(arena: Arena, data: bytes) -> str:
    visit = Visit.started(arena.as_user, arena.people)
    told = {
        "Upload-Length": str(len(data)),
        "Upload-Metadata": described(sha256=sha(data), inspection=visit.id),
    }
    answer = arena.as_user("leader").send("POST", "/photos/uploads", headers=TUS | told)
    return expect(answer, 201).headers["Location"]


def patch(arena: Arena, url: str, data: bytes, at: int = 0) -> TestResponse:
    told = TUS | {"Upload-Offset": str(at), "Content-Type": CHUNK}
    return arena.as_user("leader").send("PATCH", f"/{url}", headers=told, data=data)


def received(arena: Arena, data: bytes) -> tuple[int, int]:
    """How many photos and receipts of these bytes there are."""
    return (
        arena.count(Photo, Photo.sha256 == sha(data)),
        arena.count(PhotoReceipt, PhotoReceipt.sha256 == sha(data)),
    )


@pytest.mark.every_database
def test_of_clients_with_the_same_bytes_one_is_taken_and_the_others_get_409(arena: Arena) -> None:
    for number in range(ROUNDS):
        data = picture(7000 + number, LARGE)
        url = begun(arena, data)

        answers = remote.together([partial(patch, arena, url, data)] * 4)

        assert sorted(answer.status_code for answer in answers) == [204, 409, 409, 409]
        assert received(arena, data) == (1, 1)
        assert arena.as_user("leader").get(f"/photos/{sha(data)}").data == data
    assert broken(arena) == []


@pytest.mark.every_database
def test_of_clients_with_different_bytes_one_is_taken_whole_and_no_file_is_a_mixture(arena: Arena) -> None:
    """Whoever comes first: the photo is received, or refused as another; the others get 409, or 404 after that;
    who finds a whole part before its sender has finished it is told of the other bytes in his stead."""
    for number in range(ROUNDS):
        data = picture(7100 + number, LARGE)
        url, known = begun(arena, data), arena.count(Photo)
        asks: list[Callable[[], TestResponse]] = [
            partial(patch, arena, url, each) for each in (data, os.urandom(len(data)))
        ]

        statuses = [answer.status_code for answer in remote.together(asks)]

        assert statuses in ([204, 409], [409, 422], [404, 422], [422, 404])
        came = int(statuses[0] == 204)
        assert received(arena, data) == (came, came)
        assert arena.count(Photo) == known + came
    assert broken(arena) == []


@pytest.mark.every_database
def test_a_photo_whose_middle_another_client_wrote_is_refused_as_another(arena: Arena) -> None:
    data = picture(7200, LARGE)
    url = begun(arena, data)
    third, others = len(data) // 3, os.urandom(len(data))

    answers = [
        patch(arena, url, data[:third]),
        patch(arena, url, others[third : 2 * third], third),
        patch(arena, url, data[third : 2 * third], third),
        patch(arena, url, data[2 * third :], 2 * third),
    ]

    assert [answer.status_code for answer in answers] == [204, 204, 409, 422]
    assert answers[3].get_json()["errors"][0]["field"] == "sha256"
    assert received(arena, data) == (0, 0)
    assert broken(arena) == []
